"""Calls: of functions and classes of the project, and of what comes from outside."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lambdalint.deployment.cdk.function import FUNCTIONS
from lambdalint.deployment.cdk.program import library, methods
from lambdalint.deployment.cdk.program.arguments import Arguments, Site
from lambdalint.deployment.cdk.program.attributes import ancestry, is_plain, look_up, outside_base
from lambdalint.deployment.cdk.program.iteration import iterate
from lambdalint.deployment.cdk.program.operators import spread
from lambdalint.deployment.cdk.program.values import (
    MADE,
    OPEN,
    UNKNOWN,
    Attribute,
    BoundMethod,
    Cells,
    Choice,
    ClassValue,
    Constant,
    DictValue,
    Frame,
    FunctionValue,
    Imported,
    Instance,
    ListValue,
    Made,
    ModuleValue,
    Raised,
    Super,
    Unknown,
    Value,
    constant_of,
    import_name,
    join,
    normal,
    snapshot,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.deployment.cdk.program.machine import Machine
    from lambdalint.model import Span

MAX_RECURSION = 3
_PATTERN_FUNCTION = "lambda_function_props"
_FUNCTION = "aws_cdk.aws_lambda.Function"
_NOWHERE = ModuleValue("", "")


def call_node(machine: Machine, node: ast.Call, frame: Frame) -> Value:
    """Return what the call *node* returns."""
    if isinstance(node.func, ast.Name) and node.func.id == "super":
        return _super(frame)
    callee = machine.evaluate(node.func, frame)
    positional: list[Value] = []
    listed = True
    for one in node.args:
        if isinstance(one, ast.Starred):
            items = iterate(machine, machine.evaluate(one.value, frame))
            positional.extend(items.values)
            listed = listed and items.complete
        else:
            positional.append(machine.evaluate(one, frame))
    keywords = DictValue()
    for keyword in node.keywords:
        value = machine.evaluate(keyword.value, frame)
        if keyword.arg is None:
            kept = dict(keywords.cells)
            spread(keywords, value)
            # A keyword is given once, so that nothing unknown takes its place.
            keywords.cells.update({key: one for key, one in kept.items() if key != OPEN})
        else:
            keywords.cells[keyword.arg] = value
            keywords.spans[keyword.arg] = machine.span(keyword, frame)
    site = Site(machine.span(node, frame), machine.span(node.func, frame), frame)
    return machine.call(callee, Arguments(tuple(positional), keywords, listed), site)


def call(machine: Machine, callee: Value, arguments: Arguments, site: Site) -> Value:
    """Return what a call returns."""
    if isinstance(callee, BoundMethod):
        return _run(machine, callee.function, arguments.behind(callee.instance), callee.instance)
    if isinstance(callee, FunctionValue):
        instance = arguments.positional[0] if callee.owner is not None and arguments.positional else None
        return _run(machine, callee, arguments, None if callee.kind == "staticmethod" else instance)
    if isinstance(callee, ClassValue):
        return _instance(machine, callee, arguments, site)
    if isinstance(callee, Imported):
        return _outside(machine, callee, arguments, site)
    if isinstance(callee, Attribute):
        if isinstance(callee.of, Super):
            return _above(machine, callee.of, callee.name, arguments, site)
        return methods.call(machine, callee, arguments, site)
    if isinstance(callee, Choice):
        return _each(machine, callee, arguments, site)
    if isinstance(callee, Made) and callee.name == "functools.partial" and callee.arguments:
        keywords = DictValue(dict(callee.keywords.cells), dict(callee.keywords.spans))
        keywords.cells.update(arguments.keywords.cells)
        keywords.spans.update(arguments.keywords.spans)
        both = (*callee.arguments[1:], *arguments.positional)
        return machine.call(callee.arguments[0], Arguments(both, keywords, arguments.listed), site)
    if isinstance(callee, Instance):
        method = machine.attribute(callee, "__call__")
        return machine.call(method, arguments, site) if isinstance(method, BoundMethod) else UNKNOWN
    return UNKNOWN


def _each(machine: Machine, callee: Choice, arguments: Arguments, site: Site) -> Value:
    found: list[Value] = []

    def branch(option: Value) -> Callable[[], str]:
        def run() -> str:
            found.append(machine.call(option, arguments, site))
            return "next"

        return run

    known = [one for one in callee.options if not (isinstance(one, Attribute) and isinstance(one.of, Unknown))]
    machine.alternatives(*(branch(option) for option in known), lambda: "next")
    return join(found)


def _super(frame: Frame) -> Value:
    scope: Frame | None = frame
    while scope is not None:
        if scope.function is not None and scope.function.owner is not None and scope.instance is not None:
            return Super(scope.function.owner, scope.instance)
        scope = scope.outer
    return UNKNOWN


def defaults_of(machine: Machine, arguments: ast.arguments, frame: Frame) -> tuple[tuple[str, Value], ...]:
    """Return the defaults of parameters by name."""
    plain = [*arguments.posonlyargs, *arguments.args]
    found = [
        (one.arg, machine.evaluate(default, frame))
        for one, default in zip(plain[len(plain) - len(arguments.defaults) :], arguments.defaults, strict=True)
    ]
    found += [
        (one.arg, machine.evaluate(default, frame))
        for one, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        if default is not None
    ]
    return tuple(found)


def _run(machine: Machine, function: FunctionValue, arguments: Arguments, instance: Value | None) -> Value:
    node = function.node
    if sum(one is node for one in machine.calls) >= MAX_RECURSION:
        return UNKNOWN
    cells = _parameters(function, arguments)
    machine.create(cells)
    outer = function.frame
    frame = Frame(cells, outer.module, outer, function, instance if function.owner is not None else None)
    machine.calls.append(node)
    try:
        if isinstance(node, ast.Lambda):
            return machine.evaluate(node.body, frame)
        machine.entered.add((outer.module.path, node.lineno))
        outcome = machine.execute(node.body, frame)
    finally:
        machine.calls.pop()
    if frame.yielded:
        return ListValue.of(frame.yielded, complete=False)
    if outcome == "raise" and not frame.returned:
        raise Raised
    if outcome == "next":
        frame.returned.append(Constant(None))
    return join(frame.returned)


def _parameters(function: FunctionValue, arguments: Arguments) -> Cells:
    """Return the variables that a call starts with."""
    given = function.node.args
    plain = [one.arg for one in (*given.posonlyargs, *given.args)]
    cells: Cells = {}
    rest = dict(arguments.keywords.entries())
    defaults = dict(function.defaults)
    for number, name in enumerate([*plain, *(one.arg for one in given.kwonlyargs)]):
        if number < min(len(arguments.positional), len(plain)):
            cells[name] = arguments.positional[number]
            rest.pop(name, None)
        elif name in rest:
            cells[name] = rest.pop(name)
        elif name in defaults:
            cells[name] = defaults[name] if arguments.complete else join([defaults[name], UNKNOWN])
        else:
            cells[name] = UNKNOWN
    if given.vararg is not None:
        more = arguments.positional[len(plain) :]
        cells[given.vararg.arg] = ListValue.of(more, complete=arguments.listed, fixed=True)
    if given.kwarg is not None:
        spans = {key: span for key, span in arguments.keywords.spans.items() if key in rest}
        left = DictValue(dict(rest), spans)
        if not arguments.keywords.complete:
            left.cells[OPEN] = UNKNOWN
        cells[given.kwarg.arg] = left
    return cells


def _instance(machine: Machine, cls: ClassValue, arguments: Arguments, site: Site) -> Value:
    values = [one for one in cls.cells.values() if isinstance(one, Instance) and one.cls is cls]
    members = [one for one in values if "name" in one.cells]
    if members:
        wanted = constant_of(arguments.value(0, "value"))
        fitting = [one for one in members if wanted is not None and constant_of(one.cells.get("value")) == wanted]
        return fitting[0] if fitting else UNKNOWN
    made = Instance(cls, span=site.span)
    machine.create(made.cells)
    _initialise(machine, made, ancestry(cls), arguments, site)
    return made


def _initialise(
    machine: Machine, made: Instance, classes: list[ClassValue | Imported], arguments: Arguments, site: Site
) -> None:
    """Do what the ``__init__`` of the first of *classes* that has one does."""
    for one in classes:
        if isinstance(one, Imported):
            if not is_plain(one.name):
                _extend(machine, made, normal(one.name), arguments, site)
                return
        elif isinstance(method := one.cells.get("__init__"), FunctionValue):
            machine.call(BoundMethod(method, made), arguments, site)
            return
        elif one.fields is not None:
            _fill(machine, made, one, arguments)
            method = machine.attribute(made, "__post_init__")
            if isinstance(method, BoundMethod):
                machine.call(method, Arguments(), site)
            return


def _fill(machine: Machine, made: Instance, cls: ClassValue, arguments: Arguments) -> None:
    """Set the fields of an object of a data class."""
    classes = ancestry(made.cls)
    for number, name in enumerate(cls.fields or ()):
        value = arguments.get(number, name)
        if value is None:
            value = look_up(classes, name) or UNKNOWN
            # What a class of settings does not get as an argument, it may find in the environment.
            if not arguments.complete or outside_base(made.cls).endswith("BaseSettings"):
                value = join([value, UNKNOWN])
        machine.store(made.cells, name, _default(machine, value))


def _default(machine: Machine, value: Value) -> Value:
    """Return the value of a field whose default may be a ``field(...)``."""
    if not isinstance(value, Made) or value.name.rpartition(".")[2] not in {"field", "Field", "attrib", "ib"}:
        return value
    factory = value.argument(-1, "default_factory") or value.argument(-1, "factory")
    if factory is not None and value.span is not None:
        return machine.call(factory, Arguments(), Site(value.span, value.callee, Frame({}, _NOWHERE)))
    given = value.keywords.cells.get("default")
    if given is None and value.name.startswith("pydantic") and value.arguments:
        given = value.arguments[0]
    return given if given is not None else UNKNOWN


def _above(machine: Machine, of: Super, name: str, arguments: Arguments, site: Site) -> Value:
    """Call a method that no class of the project above *of* has: only the construct's own making counts."""
    if name == "__init__" and isinstance(of.instance, Instance):
        classes = ancestry(of.instance.cls)
        behind = classes[classes.index(of.owner) + 1 :] if of.owner in classes else ancestry(of.owner)[1:]
        _initialise(machine, of.instance, behind, arguments, site)
        return UNKNOWN
    return UNKNOWN


def _extend(machine: Machine, made: Instance, name: str, arguments: Arguments, site: Site) -> None:
    """Make *made* the construct *name* from outside that its class extends."""
    construct = _make(machine, name, arguments, site.span, site.callee)
    machine.store(made.cells, MADE, construct)


def _outside(machine: Machine, callee: Imported, arguments: Arguments, site: Site) -> Value:
    name = import_name(callee)
    if name.endswith(".__init__") and arguments.positional and isinstance(arguments.positional[0], Instance):
        rest = Arguments(arguments.positional[1:], arguments.keywords, arguments.listed)
        _extend(machine, arguments.positional[0], name.removesuffix(".__init__"), rest, site)
        return UNKNOWN
    known = library.call(machine, name, arguments, site)
    return known if known is not None else _make(machine, name, arguments, site.span, site.callee)


def _make(machine: Machine, name: str, arguments: Arguments, span: Span, callee: Span) -> Made:
    # Values leave the program when they are passed on: what is done to a mapping later does not count.
    keywords = DictValue(
        {key: snapshot(one) for key, one in arguments.keywords.cells.items()}, arguments.keywords.spans
    )
    positional = tuple(snapshot(one) for one in arguments.positional)
    made = Made(name, callee, positional, keywords, arguments.complete, span=span)
    machine.create(made.cells)
    if name in FUNCTIONS:
        machine.record(made, span)
    elif name.startswith("aws_solutions_constructs."):
        given = made.keywords.cells.get(_PATTERN_FUNCTION)
        if isinstance(given, Made):
            inner = Made(_FUNCTION, given.callee, made.arguments[:2], given.keywords, given.complete, span=given.span)
            machine.record(inner, span)
            made.cells["lambda_function"] = inner
        elif isinstance(given, DictValue):
            inner = Made(_FUNCTION, callee, made.arguments[:2], given, given.complete, span=span)
            machine.record(inner, span)
            made.cells["lambda_function"] = inner
    return made
