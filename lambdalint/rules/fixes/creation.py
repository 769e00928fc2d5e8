"""Where a function makes something in ``/tmp``: the call itself, or that of the function's helper that makes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst
import msgspec

from lambdalint.syntax.callee import argument_parameter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lambdalint.model import Effect, Span
    from lambdalint.syntax.module import Module
    from lambdalint.syntax.project import Project


class Doing(msgspec.Struct, frozen=True):
    """What *effects* do, seen from one function on their way: its ``call``, and the argument that is their path.

    ``call`` is a node of ``module``. ``path`` is None where the call does not get the path as it is. ``direct`` tells
    that the call has the effects itself, ``entry`` that its function is where the platform enters the code.
    """

    module: Module
    call: cst.Call
    path: cst.BaseExpression | None
    effects: tuple[Effect, ...]
    direct: bool
    entry: bool


def doings(project: Project, effects: Sequence[Effect]) -> Iterator[Doing]:
    """Yield what the *effects* of one call do, seen from its function, from that one's caller, and so on.

    It goes on as long as all effects come the same way.
    """
    found = _call(project, {effect.span for effect in effects})
    if found is None:
        return
    module, call = found
    path = _argument(module, call, effects)
    yield Doing(module, call, path, tuple(effects), direct=True, entry=_stations(effects) == 1)
    for back in range(1, _stations(effects)):
        found = _call(project, {effect.chain[-back].span for effect in effects})
        if found is None:
            return
        path = None if path is None else _given(module, call, found[1], path)
        module, call = found
        yield Doing(module, call, path, tuple(effects), direct=False, entry=_stations(effects) == back + 1)


def _stations(effects: Sequence[Effect]) -> int:
    return min(len(effect.chain) for effect in effects)


def _call(project: Project, spans: set[Span]) -> tuple[Module, cst.Call] | None:
    """Return the call at the one place of *spans*, with its module."""
    if len(spans) != 1:
        return None
    (span,) = spans
    module = project.module(span.path) if span.path.endswith(".py") else None
    call = None if module is None else module.call_at(span)
    return None if module is None or call is None else (module, call)


def _argument(module: Module, call: cst.Call, effects: Sequence[Effect]) -> cst.BaseExpression | None:
    """Return the expression for the path that *call* works at."""
    arguments = {effect.argument for effect in effects}
    argument = arguments.pop() if len(arguments) == 1 else None
    if argument is not None:
        return module.at(argument, cst.BaseExpression)  # type: ignore[type-abstract]  # any kind of expression is meant
    is_path = all(effect.callee.startswith("pathlib.") for effect in effects)
    return call.func.value if is_path and isinstance(call.func, cst.Attribute) else None


def _given(module: Module, inner: cst.Call, outer: cst.Call, path: cst.BaseExpression) -> cst.BaseExpression | None:
    """Return the argument of *outer* that *inner*, in the function that it calls, has for its *path*."""
    function = module.function(inner)
    if function is None or not isinstance(path, cst.Name):
        return None
    for argument in outer.args:
        parameter = argument_parameter(module, function, outer, argument)
        if parameter is not None and parameter.name.value == path.value:
            return argument.value
    return None


def is_parameter(module: Module, name: cst.Name) -> bool:
    """Tell whether *name* is a parameter of the function around it."""
    function = module.function(name)
    if function is None:
        return False
    given = function.params
    stars = [one for one in (given.star_arg, given.star_kwarg) if isinstance(one, cst.Param)]
    named = (*given.posonly_params, *given.params, *given.kwonly_params, *stars)
    return any(one.name.value == name.value for one in named)
