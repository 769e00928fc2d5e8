"""How large libraries are, and which of a project are large."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec

from lambdalint.model import Label
from lambdalint.rules import shipped
from lambdalint.rules.pin_reason import is_explained

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from lambdalint.model import Contents, Distribution, FunctionPackage, Span

_MOST_PLACES = 8


def trusted_mb(one: Distribution) -> float:
    """Return how many MB *one* takes at least, by what is known of it.

    Of a size that was measured on another major version half counts: libraries have doubled over the years, but
    hardly more.
    """
    mb = one.mb or 0.0
    same = one.measured or not one.version or not one.sized_as or _major(one.version) == _major(one.sized_as)
    return mb if same else mb / 2


def _major(version: str) -> str:
    return version.partition(".")[0]


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
    if measured:
        return f"{f'{mb:.0f}' if mb >= 1 else 'less than 1'} MiB unpacked{company}"
    return f"about {max(mb, 1):.0f} MiB unpacked{company} (estimated)"


class Library(msgspec.Struct, frozen=True):
    """A heavy library at one place that asks for it.

    ``mb`` is what it takes at least with all that it brings along, ``size`` how that is told. ``owners`` pack it
    because of this place, ``bundles`` counts the functions that pack it for any, and ``elsewhere`` shows the other
    places.
    """

    distribution: Distribution
    mb: float
    size: str
    owners: list[FunctionPackage]
    bundles: int
    elsewhere: tuple[Label, ...]


def libraries(packages: Mapping[str, FunctionPackage], least_mb: float) -> Iterator[Library]:
    """Yield the libraries of zip functions that take more than *least_mb* MB, but the SDK and what layers hold.

    Of a library and another one that brings it along only the latter is told, and what several of them bring counts
    for the heaviest.
    """
    places: defaultdict[str, dict[Span, tuple[Distribution, list[FunctionPackage]]]] = defaultdict(dict)
    for package in shipped.judged(packages):
        for one in _heavy(package, least_mb):
            places[one.name].setdefault(one.span, (one, []))[1].append(package)
    for name in sorted(places):
        here = places[name]
        bundles = len({owner.function.name for _, owners in here.values() for owner in owners})
        for span in sorted(here):
            one, owners = here[span]
            mb, measured = weight(owners[0].package, [name], but=shipped.sdk())
            others = [Label(place, f"{name} is packed for this, too") for place in sorted(here) if place != span]
            brings = [
                each for each in one.brings if each not in shipped.sdk() and owners[0].package.holding(each) is not None
            ]
            size = size_text(mb, measured=measured, along=bool(brings))
            least = _trusted_weight(owners[0].package, one, shipped.sdk())
            yield Library(one, least, size, owners, bundles, tuple(others[:_MOST_PLACES]))


def _heavy(package: FunctionPackage, least_mb: float) -> list[Distribution]:
    rows = shipped.sdk()
    contents = package.package
    asked = [
        one
        for one in contents.distributions
        if one.provenance in shipped.DIRECT
        and one.name not in rows
        and shipped.in_layers(package, one.name) is None
        and not is_explained(one.requirement)
    ]
    asked.sort(key=lambda one: (-_trusted_weight(contents, one, rows), one.name))
    large: list[Distribution] = []
    counted = set(rows)
    for one in asked:
        if one.name not in counted and _trusted_weight(contents, one, counted) > least_mb:
            large.append(one)
            counted |= {one.name, *one.brings}
    return large


def _trusted_weight(contents: Contents, one: Distribution, but: Collection[str]) -> float:
    wanted = {one.name, *(name for name in one.brings if name not in but)}
    return sum(trusted_mb(each) for each in contents.distributions if each.name in wanted)


def size_label(one: Distribution) -> str:
    """Return "numpy takes 55 MiB"."""
    about = "" if one.measured else "about "
    return f"{one.name} takes {about}{one.mb or 0.0:.0f} MiB"
