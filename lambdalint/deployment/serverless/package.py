"""The ``package`` settings of the Serverless Framework: which files of the service a function is deployed with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.deployment.package_patterns import below, understood
from lambdalint.model import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.deployment.document import Node
    from lambdalint.deployment.serverless.variables import Variables

MAX_PATTERNS = 500


class UnknownPatternError(Exception):
    """A pattern has no known value or meaning, so that none of them can be trusted; holds the problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def package_patterns(variables: Variables, service: Node, declared: Node, module: str = "") -> tuple[str, ...]:
    """Return the ordered patterns of the function *declared* in *service*; ``!`` starts one that excludes.

    They are relative to *module*, the function's own folder below the service. As the framework does, the excluding
    lists go first, and the function's own lists count only where it is packaged individually. A finished ``artifact``
    has no patterns. ``excludeDevDependencies`` is about Node.js only.

    Raises:
        UnknownPatternError: a pattern is not known or not understood.
    """
    shared = variables.get(service, "package")
    own = variables.get(declared, "package")
    alone = variables.truth(own, "individually") is True or variables.truth(shared, "individually") is True
    scopes = (shared, own) if alone else (shared,)
    if any(_is_set(scope, "artifact") for scope in (shared, own)):
        return ()
    excluded = _listed(variables, scopes, ("exclude",), _turned)
    included = _listed(variables, scopes, ("include", "patterns"), str)
    relative = (below(pattern, module) for pattern in (*excluded, *included))
    return tuple(pattern for pattern in relative if pattern is not None)


def _is_set(scope: Node | None, name: str) -> bool:
    return scope is not None and scope.get(name) is not None


def _turned(pattern: str) -> str:
    return pattern[1:] if pattern.startswith("!") else f"!{pattern}"


def _listed(
    variables: Variables, scopes: tuple[Node | None, ...], names: tuple[str, ...], read: Callable[[str], str]
) -> list[str]:
    found: dict[str, None] = {}
    for scope in scopes:
        for name in names:
            node = scope.get(name) if scope is not None else None
            if node is None:
                continue
            block = variables.resolve(node)
            for item in block.items if block is not None else (node,):
                pattern = variables.text(item) if block is not None else None
                if pattern is None or not understood(pattern) or len(found) >= MAX_PATTERNS:
                    message = (
                        f"the pattern {pattern!r} of a package is" if pattern else "a package has patterns that are"
                    )
                    raise UnknownPatternError(
                        Problem(item.span, f"{message} not understood: the whole folder counts as packaged", "note")
                    )
                found.setdefault(read(pattern))
    return list(found)
