"""What the packaging rules ask of packages: the SDK in them, weights, pins that are explained, groups of functions."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdalint import catalogue
from lambdalint.model import Confidence, Label, Provenance

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from lambdalint.catalogue.packaging_rows import SdkRow
    from lambdalint.model import Contents, Distribution, FunctionPackage, LayerContents, Requirement, Span

_MOST_PLACES = 8
_NOT_DEPLOYED = re.compile(r"\s*no-?deploy\b", re.IGNORECASE)
_PRAGMA = re.compile(
    r"(?:flake8:\s*)?noqa\b.*|lambdalint:.*|type:.*|pylint:.*|pragma:.*|via\b.*", re.IGNORECASE
)
_WORDS = re.compile(r"[^\W\d_]{2,}")
_REASON = re.compile(
    r"\b(?:because|since|as|for|needs?|needed|requires?|required|until|unless|due|keep|pin(?:ned)?|version|newer|older"
    r"|bug|fix(?:ed|es)?|support(?:s|ed)?|feature|breaks?|broken|runtime|lambda|compatib\w+)\b",
    re.IGNORECASE,
)
DIRECT = (Provenance.REQUIRED, Provenance.VENDORED)
"""How a distribution gets into a package that somebody put there."""


def judged(packages: Mapping[str, FunctionPackage]) -> list[FunctionPackage]:
    """Return the packages that could be lighter by a layer, in the order of their functions."""
    found = [one for one in packages.values() if one.takes_layers]
    return sorted(found, key=lambda one: (one.function.source, one.function.name))


def in_layers(package: FunctionPackage, name: str) -> tuple[LayerContents, Distribution] | None:
    """Return the first layer of *package* that holds the distribution *name*, with it; None if none does."""
    for layer in package.layers:
        held = layer.contents.holding(name)
        if held is not None:
            return layer, held
    return None


def weight(contents: Contents, names: Iterable[str], *, but: Collection[str] = ()) -> tuple[float, bool]:
    """Return the size in MB of the distributions *names* with all that they bring, and whether it is measured.

    What has no known size counts nothing, so that the size is a lower bound. What they bring of *but* does not count.
    """
    held = {one.name: one for one in contents.distributions}
    wanted: set[str] = set()
    for name in names:
        wanted |= {name, *(one for one in (held[name].brings if name in held else ()) if one not in but)}
    sized = [held[name] for name in sorted(wanted) if name in held and held[name].mb is not None]
    return sum(one.mb or 0.0 for one in sized), bool(sized) and all(one.measured for one in sized)


def size_text(mb: float, *, measured: bool, along: bool = False) -> str:
    """Return a size for people, of known files as it is, else as an estimate; *along* tells that it has company."""
    company = " with what it brings along" if along else ""
    return f"{mb:.0f} MiB unpacked{company}" if measured else f"about {mb:.0f} MiB unpacked{company} (estimated)"


def is_explained(requirement: Requirement | None) -> bool:
    """Tell whether *requirement* is a pin and a comment says why, or is marked as not to be deployed.

    Beside the pin two words are a reason, unless they are a pragma of a tool; a comment above may be a heading, so it
    must name the distribution or give a reason.
    """
    if requirement is None:
        return False
    if requirement.beside and _NOT_DEPLOYED.match(requirement.comment):
        return True
    if not requirement.specifier:
        return False
    text = " ".join(
        part for part in (piece.strip() for piece in requirement.comment.split("#")) if not _PRAGMA.fullmatch(part)
    )
    words = _WORDS.findall(text)
    if requirement.beside:
        return len(words) >= 2
    named = requirement.name.lower() in text.lower()
    return len(words) >= 3 and (named or bool(_REASON.search(text)))


def by_manifest(
    found: Iterable[tuple[FunctionPackage, Distribution]],
) -> list[tuple[list[Distribution], list[FunctionPackage]]]:
    """Group what was *found* by the file that asks for it: the distributions by place, and their functions."""
    names: defaultdict[str, dict[Distribution, None]] = defaultdict(dict)
    functions: defaultdict[str, dict[str, FunctionPackage]] = defaultdict(dict)
    for package, distribution in found:
        path = distribution.span.path
        names[path][distribution] = None
        functions[path][package.function.name] = package
    grouped = []
    for path in sorted(names):
        by_place = {one.span: one for one in sorted(names[path], key=lambda one: one.span)}
        grouped.append((list(by_place.values()), list(functions[path].values())))
    return grouped


def certainty(packages: Iterable[FunctionPackage]) -> Confidence:
    """Return how surely the surest of *packages* holds what its build installs."""
    return min(
        (
            max(Confidence(one.function.confidence), Confidence(one.package.confidence), key=lambda each: each.rank)
            for one in packages
        ),
        key=lambda each: each.rank,
        default=Confidence.HIGH,
    )


@dataclass(frozen=True, slots=True)
class Library:
    """A heavy library at one place that asks for it.

    ``size`` says how large it is with all that it brings along. ``owners`` pack it because of this place, ``bundles``
    counts the functions that pack it for any, and ``elsewhere`` shows the other places.
    """

    distribution: Distribution
    size: str
    owners: list[FunctionPackage]
    bundles: int
    elsewhere: tuple[Label, ...]


def libraries(packages: Mapping[str, FunctionPackage], least_mb: float) -> Iterator[Library]:
    """Yield the libraries of zip functions that take more than *least_mb* MB, but the SDK and what layers hold.

    Of a library and another one that brings it along only the latter is told.
    """
    places: defaultdict[str, dict[Span, tuple[Distribution, list[FunctionPackage]]]] = defaultdict(dict)
    for package in judged(packages):
        for one in _heavy(package, least_mb):
            places[one.name].setdefault(one.span, (one, []))[1].append(package)
    for name in sorted(places):
        here = places[name]
        bundles = len({owner.function.name for _, owners in here.values() for owner in owners})
        for span in sorted(here):
            one, owners = here[span]
            mb, measured = weight(owners[0].package, [name], but=sdk())
            others = [Label(place, f"{name} is packed for this, too") for place in sorted(here) if place != span]
            brings = [each for each in one.brings if each not in sdk() and owners[0].package.holding(each) is not None]
            size = size_text(mb, measured=measured, along=bool(brings))
            yield Library(one, size, owners, bundles, tuple(others[:_MOST_PLACES]))


def _heavy(package: FunctionPackage, least_mb: float) -> list[Distribution]:
    rows = sdk()
    contents = package.package
    large = [
        one
        for one in contents.distributions
        if one.provenance in DIRECT
        and one.name not in rows
        and in_layers(package, one.name) is None
        and not is_explained(one.requirement)
        and weight(contents, [one.name], but=rows)[0] > least_mb
    ]
    brought = {name for one in large for name in one.brings}
    return [one for one in large if one.name not in brought]


def size_label(one: Distribution) -> str:
    """Return "numpy takes 55 MiB"."""
    about = "" if one.measured else "about "
    return f"{one.name} takes {about}{one.mb or 0.0:.0f} MiB"


def sdk() -> Mapping[str, SdkRow]:
    """Return the distributions that are the AWS SDK, by their names."""
    return catalogue.load().sdk


def sdk_choice(settings: Mapping[str, Mapping[str, object]]) -> str:
    """Return where the project wants its SDK: ``layer``, ``package`` or ``runtime``, as LMB401 is told."""
    return str(settings.get("LMB401", {}).get("sdk", "layer"))


def is_of_runtime(package: FunctionPackage, module: str) -> bool:
    """Tell whether *module* is of the SDK, and the function of *package* gets it from the runtime for certain."""
    top = module.partition(".")[0]
    name = next((name for name, row in sdk().items() if top in row.imports), None)
    return (
        name in package.runtime
        and package.function.inline is None
        and package.takes_layers
        and package.package.complete
        and package.layers_complete
        and package.package.holding(name) is None
        and in_layers(package, name) is None
    )


def is_in_handler(package: FunctionPackage, path: str) -> bool:
    """Tell whether *path* is, by its name, the file of the function's handler."""
    module = (package.function.handler or "").rpartition(".")[0].replace(".", "/")
    return bool(module) and path.endswith((f"{module}.py", f"{module}/__init__.py"))
