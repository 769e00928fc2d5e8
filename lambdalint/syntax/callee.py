"""Which function of the same module a call leads to, and which parameter gets an argument."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst
from libcst.metadata import Assignment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.syntax.module import Module


def project_function(module: Module, call: cst.Call) -> cst.FunctionDef | None:
    """Return the function of *module* that *call* calls: by its name, or as a method of ``self``; None if not known."""
    func = call.func
    if isinstance(func, cst.Name):
        scope = module.scope(func)
        found = list(scope[func.value]) if scope else []
        node = found[0].node if len(found) == 1 and isinstance(found[0], Assignment) else None
        return node if isinstance(node, cst.FunctionDef) else None
    if isinstance(func, cst.Attribute) and isinstance(func.value, cst.Name):
        return _own_method(module, call, func.value.value, func.attr.value)
    return None


def _own_method(module: Module, call: cst.Call, owner: str, name: str) -> cst.FunctionDef | None:
    """Return the method of the class around *call*, if *owner* is the first parameter of the method around it."""
    function = module.function(call)
    class_ = module.nearest(function, (cst.ClassDef, cst.FunctionDef)) if function is not None else None
    if function is None or not isinstance(class_, cst.ClassDef):
        return None
    parameters = function.params.params
    if not parameters or parameters[0].name.value != owner:
        return None
    methods = [one for one in class_.body.body if isinstance(one, cst.FunctionDef) and one.name.value == name]
    return methods[0] if len(methods) == 1 else None


def argument_parameter(
    module: Module, function: cst.FunctionDef, call: cst.Call, argument: cst.Arg
) -> cst.Param | None:
    """Return the parameter of *function* that gets *argument* of *call*; None where stars leave that open."""
    given = function.params
    if argument.star or any(one.star for one in call.args):
        return None
    if argument.keyword is not None:
        wanted = argument.keyword.value
        named = [one for one in (*given.params, *given.kwonly_params) if one.name.value == wanted]
        return named[0] if named else None
    position = sum(1 for one in call.args[: list(call.args).index(argument)] if one.keyword is None)
    if isinstance(module.parent(module.parent(function) or function), cst.ClassDef):
        position += 1
    ordered = (*given.posonly_params, *given.params)
    return ordered[position] if position < len(ordered) else None


def is_generator(function: cst.FunctionDef) -> bool:
    """Tell whether *function* is a generator function, whose body runs after the call."""
    return any(isinstance(node, cst.Yield) for node in own_nodes(function.body))


def own_nodes(body: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Yield the nodes of *body* that run with it, not those of the functions and classes in it."""
    waiting: list[cst.CSTNode] = [body]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (cst.FunctionDef, cst.Lambda, cst.ClassDef)):
            waiting.extend(node.children)
