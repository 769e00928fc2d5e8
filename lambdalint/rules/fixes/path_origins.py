"""Where the path of an effect comes from: the expressions that it passes through, back to what it starts from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst
import msgspec
from msgspec.structs import replace

from lambdalint.model import EffectKind
from lambdalint.rules.fixes.path_arguments import path_arguments, read_argument
from lambdalint.rules.fixes.project_names import attribute_value, imported_constant
from lambdalint.syntax.bindings import binding_of
from lambdalint.syntax.callee import argument_parameter
from lambdalint.syntax.path_expressions import Anchor, Form, anchor_of, form_of, head_of

if TYPE_CHECKING:
    from lambdalint.model import Effect, Span, Step
    from lambdalint.syntax.module import Module
    from lambdalint.syntax.project import Project

_MAX_STEPS = 40


class Stage(msgspec.Struct, frozen=True):
    """An expression that a path passes through.

    ``whole``: it is the path itself, not a folder above it. ``is_fragment``: it is the start of a name, and no path.
    """

    module: Module
    node: cst.BaseExpression
    whole: bool
    is_fragment: bool = False


class Origin(msgspec.Struct, frozen=True):
    """The stages of one path, the one at the call that uses it first, and what the last one starts from.

    ``anchor`` is None where the last stage does not tell.
    """

    stages: tuple[Stage, ...]
    anchor: Anchor | None
    form: Form

    @property
    def base(self) -> str:
        """How the code writes what the path starts from."""
        last = self.stages[-1]
        return last.module.code(last.node)


def origins_of(project: Project, effect: Effect) -> tuple[Origin, ...] | None:
    """Return the origin of each argument of the effect's call that is its path; None where one cannot be found."""
    module = project.module(effect.span.path)
    call = None if module is None else module.call_at(effect.span)
    if module is None or call is None:
        return None
    if effect.argument is not None:
        argument = module.at(effect.argument, cst.BaseExpression)  # type: ignore[type-abstract]  # any expression
        nodes: tuple[cst.BaseExpression, ...] = () if argument is None else (argument,)
    else:
        read = read_argument(project, call, effect.callee) if effect.kind is EffectKind.READ else None
        nodes = path_arguments(project, module, call)[:1] if read is None else (read,)
    found = [_origin(project, module, node, effect.chain) for node in nodes]
    return tuple(found) or None


def _origin(project: Project, module: Module, node: cst.BaseExpression, chain: tuple[Step, ...]) -> Origin:
    stages = [Stage(module, node, whole=True)]
    form: Form | None = None
    calls = [step.span for step in chain]
    for _ in range(_MAX_STEPS):
        here = stages[-1]
        form = form or form_of(here.module, here.node)
        anchor = anchor_of(here.module, here.node)
        if anchor is not None:
            return Origin(tuple(stages), anchor, form or Form.TEXT)
        head = head_of(here.module, here.node)
        if head is not None:
            fragment = not head.joined or (here.is_fragment and head.whole)
            stages.append(Stage(here.module, head.node, here.whole and head.whole, fragment))
            continue
        following = _value_of(project, here, calls)
        if following is None:
            break
        stages.append(following)
    return Origin(tuple(stages), None, form or Form.TEXT)


def _value_of(project: Project, here: Stage, calls: list[Span]) -> Stage | None:
    """Return the expression that gave the name at *here* its value; *calls* loses those that were gone back."""
    module, node = here.module, here.node
    if isinstance(node, cst.Attribute):
        found = attribute_value(project, module, node)
        return None if found is None else replace(here, module=found[0], node=found[1])
    if not isinstance(node, cst.Name):
        return None
    binding = binding_of(module, node)
    if binding is None:
        return None
    value = binding.assigned(module)
    if value is not None:
        return replace(here, node=value)
    if isinstance(binding.target, (cst.Import, cst.ImportFrom)):
        found = imported_constant(project, module, node)
        return None if found is None else replace(here, module=found[0], node=found[1])
    parameter = next(
        (one for one in (binding.target, *module.above(binding.target)) if isinstance(one, cst.Param)), None
    )
    return None if parameter is None else _argument(project, here, parameter, calls)


def _argument(project: Project, here: Stage, parameter: cst.Param, calls: list[Span]) -> Stage | None:
    """Return the argument that *parameter* got in the last call of *calls*, or its default."""
    function = here.module.nearest(parameter, cst.FunctionDef)
    while calls and function is not None:
        span = calls.pop()
        module = project.module(span.path)
        call = None if module is None else module.call_at(span)
        if module is None or call is None:
            return None
        name = call.func.attr.value if isinstance(call.func, cst.Attribute) else getattr(call.func, "value", "")
        if name != function.name.value:
            return None
        for argument in call.args:
            if argument_parameter(here.module, function, call, argument) is parameter:
                return replace(here, module=module, node=argument.value)
        if parameter.default is not None and not any(one.star for one in call.args):
            return replace(here, node=parameter.default)
        return None
    return None
