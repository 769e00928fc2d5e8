"""What the packaging rules ask of packages: what layers and the runtime hold, the SDK in them, who shares a file."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from lambdalint import catalogue
from lambdalint.model import Confidence, Provenance
from lambdalint.packaging.import_names import distribution_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lambdalint.catalogue.packaging_rows import SdkRow
    from lambdalint.model import Distribution, FunctionPackage, LayerContents

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


def named(distributions: Iterable[Distribution], *, versions: bool = False) -> str:
    """Return the names of all *distributions*, once each, with what is known of their versions if asked for."""
    names = dict.fromkeys(
        f"{one.name} {one.version}" if versions and one.version else one.name for one in distributions
    )
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


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


def sdk() -> Mapping[str, SdkRow]:
    """Return the distributions that are the AWS SDK, by their names."""
    return catalogue.load().sdk


def sdk_choice(settings: Mapping[str, Mapping[str, object]]) -> str:
    """Return where the project wants its SDK: ``layer``, ``package`` or ``runtime``, as LMB401 is told."""
    return str(settings.get("LMB401", {}).get("sdk", "layer"))


def is_of_runtime(package: FunctionPackage, module: str) -> bool:
    """Tell whether *module* is of the SDK, and the function of *package* gets it from the runtime for certain."""
    name = sdk_of(module)
    return (
        name in package.runtime
        and package.function.inline is None
        and package.takes_layers
        and package.package.complete
        and package.layers_complete
        and not _holds(package, name)
    )


def sdk_of(module: str) -> str:
    """Return the distribution of the SDK that *module* is imported from, or the empty text."""
    top = module.partition(".")[0]
    return next((name for name, row in sdk().items() if top in row.imports), "")


def provides(package: FunctionPackage, module: str) -> bool:
    """Tell whether something that is known of *package* answers the import of *module*, which is not the project's."""
    name = distribution_of(module.partition(".")[0])
    return name in package.runtime or _holds(package, name)


def _holds(package: FunctionPackage, name: str) -> bool:
    return package.package.holding(name) is not None or in_layers(package, name) is not None


def lies_in(package: FunctionPackage, path: str) -> bool:
    """Tell whether the project's file *path* is shipped: it lies in the function's code or in one of its layers."""
    function = package.function
    folders = (function.code_root, *function.search_path, *(one.layer.directory for one in package.layers))
    return any(folder is not None and (not folder or path.startswith(f"{folder}/")) for folder in folders)


def is_in_handler(package: FunctionPackage, path: str) -> bool:
    """Tell whether *path* is, by its name, the file of the function's handler."""
    module = (package.function.handler or "").rpartition(".")[0].replace(".", "/")
    return bool(module) and path.endswith((f"{module}.py", f"{module}/__init__.py"))
