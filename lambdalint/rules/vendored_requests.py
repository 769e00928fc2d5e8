"""The requests library in ``botocore.vendored``: what botocore has left of it, and which functions still have it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lambdalint.model import Contents, Distribution, FunctionPackage

REQUESTS = "botocore.vendored.requests"
FIRST_WITHOUT = {"botocore": (1, 13), "boto3": (1, 10)}
"""The first versions without the library, of 2019-10-21: https://github.com/boto/botocore/pull/1829.

boto3 1.9 requires botocore 1.12, and boto3 1.10 botocore 1.13.
"""
_RUNTIMES_WITH = frozenset({"python2.7", "python3.6", "python3.7"})
"""The runtimes whose botocore AWS patched to keep it, for good.

https://aws.amazon.com/blogs/compute/upcoming-changes-to-the-python-sdk-in-aws-lambda/, update of 2022-04-26.
"""
_REFUSES_OLD = 10
"""From Python 3.10 on, the library of botocore 1.12 cannot be imported: it looks for ``collections.Mapping``."""
_EXCEPTIONS = frozenset(
    {"RequestException", "Timeout", "URLRequired", "TooManyRedirects", "HTTPError", "ConnectionError"}
)
_LEFT = {"exceptions": True, "packages": {"urllib3": {"exceptions": True}}}
_OF_ANY_MODULE = frozenset({"__name__", "__file__", "__path__", "__doc__", "__dict__", "__spec__", "__class__"})
_NEWEST_MINOR = 99


def is_left(dotted: str) -> bool:
    """Tell whether botocore still has *dotted*, a name below ``REQUESTS``."""
    node: object = _LEFT
    for number, part in enumerate(dotted.removeprefix(REQUESTS).strip(".").split(".")):
        if not part or part in _OF_ANY_MODULE or (number == 0 and part in _EXCEPTIONS) or node is True:
            return True
        if not isinstance(node, dict) or part not in node:
            return False
        node = node[part]
    return True


def is_module(dotted: str) -> bool:
    """Tell whether *dotted* is a module that is left, but without most of its names."""
    return dotted in (
        "botocore.vendored", REQUESTS, f"{REQUESTS}.packages", f"{REQUESTS}.packages.urllib3"
    )  # fmt: skip


def still_has_it(package: FunctionPackage) -> bool:
    """Tell whether a function may well run with a botocore that has the library."""
    shipped = _shipped(package)
    if shipped is not None:
        return shipped
    return (package.function.room.runtime or "").lower() in _RUNTIMES_WITH


def is_certain(package: FunctionPackage) -> bool:
    """Tell whether a function that is not known to have the library is known to be without it."""
    if _shipped(package) is False:
        return True
    runtime = re.fullmatch(r"python3\.(\d+)", (package.function.room.runtime or "").lower())
    if runtime is None:
        return False
    return int(runtime[1]) >= _REFUSES_OLD or (package.package.complete and package.layers_complete)


def brings(package: FunctionPackage, module: str) -> bool | None:
    """Tell whether a function ships the distribution of a module's name; None if that is not known."""
    name = re.sub(r"[-_.]+", "-", module.partition(".")[0]).lower()
    if name in package.runtime or any(one.holding(name) for one in _contents(package)):
        return True
    return False if package.package.complete and package.layers_complete else None


def _shipped(package: FunctionPackage) -> bool | None:
    """Tell whether the botocore that the function brings along has the library; None if it is not known to."""
    for contents in _contents(package):
        answers = [_is_old(one) for name in FIRST_WITHOUT if (one := contents.holding(name)) is not None]
        if any(answers):
            return True
        if False in answers:
            return False
    return None


def _contents(package: FunctionPackage) -> Iterable[Contents]:
    """Return what is searched for modules, in order: the package comes before the layers."""
    return package.package, *(one.contents for one in package.layers)


def _is_old(distribution: Distribution) -> bool | None:
    """Tell whether a version of botocore or boto3 has the library; None if the version is not known."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet
    from packaging.version import InvalidVersion, Version

    first = FIRST_WITHOUT[distribution.name]
    requirement = distribution.requirement
    try:
        if distribution.version is not None:
            return Version(distribution.version).release[:2] < first
        if requirement is None or requirement.reference:
            return None
        wanted = SpecifierSet(requirement.specifier)
    except (InvalidSpecifier, InvalidVersion):
        return None
    # A build takes the newest version that is allowed.
    newer = (f"{first[0]}.{minor}.{patch}" for minor in range(first[1], _NEWEST_MINOR) for patch in (0, 999))
    return not any(version in wanted for version in newer)
