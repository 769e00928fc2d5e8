"""Evaluates expressions without running anything: what only the deployment knows stays unknown."""

from __future__ import annotations

import operator
import re
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from lambdalint.deployment.terraform import functions, project_files
from lambdalint.deployment.terraform.expression import (
    Attribute,
    Call,
    Conditional,
    Heredoc,
    Index,
    ListOf,
    Literal,
    Loop,
    MapOf,
    Name,
    Operation,
    Splat,
    Template,
    address,
)
from lambdalint.deployment.terraform.values import (
    MAX_ITEMS,
    MAX_TEXT,
    Entries,
    Entry,
    Items,
    ResourceValue,
    Scalar,
    Unknown,
    elements,
    integer_of,
    is_complete,
    is_null,
    number_of,
    same,
    shown,
    text_of,
    truth_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.deployment.terraform.expression import Expression
    from lambdalint.deployment.terraform.module import Module
    from lambdalint.deployment.terraform.values import Origin, Value
    from lambdalint.model import Span

DEEPEST = 60
"""How deep one expression leads to another."""

_REFERENCE = re.compile(r"(?<!\$)\$\{\s*([A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)+)\s*\}")
_HOLE = re.compile(r"(?<!\$)\$\{|(?<!%)%\{")
_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": operator.mod,
}
_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Scope(msgspec.Struct, frozen=True):
    """Where an expression stands: its module, and the names that ``for``, ``for_each`` and ``count`` bind."""

    module: Module
    bound: dict[str, Value] = msgspec.field(default_factory=dict)


def evaluate(expression: Expression, scope: Scope) -> Value:
    """Return the value of *expression*."""
    project = scope.module.project
    project.steps += 1
    if project.steps > project.most_steps or project.depth > DEEPEST:
        return Unknown(expression.span)
    project.depth += 1
    try:
        return _evaluate(expression, scope)
    finally:
        project.depth -= 1


def _evaluate(expression: Expression, scope: Scope) -> Value:
    span = expression.span
    if isinstance(expression, Literal):
        return Scalar(expression.value, span)
    if isinstance(expression, Heredoc):
        return _heredoc(expression, scope)
    if isinstance(expression, Template):
        return _template(expression, scope)
    if isinstance(expression, Name):
        return scope.bound.get(expression.name) or Unknown(span, f"${{{expression.name}}}")
    if isinstance(expression, Attribute):
        return _attribute(expression, scope)
    if isinstance(expression, Index):
        key = text_of(evaluate(expression.key, scope))
        return step(evaluate(expression.target, scope), key, span, address(expression))
    if isinstance(expression, Splat):
        return _splat(expression, scope)
    if isinstance(expression, Call):
        return _call(expression, scope)
    if isinstance(expression, ListOf):
        items = tuple(evaluate(one, scope) for one in expression.items[:MAX_ITEMS])
        return Items(items, span, len(expression.items) <= MAX_ITEMS)
    if isinstance(expression, MapOf):
        return _mapping(expression, scope)
    if isinstance(expression, Loop):
        return _loop(expression, scope)
    if isinstance(expression, Conditional):
        return _conditional(expression, scope)
    if isinstance(expression, Operation):
        return _operation(expression, scope)
    return Unknown(span)


def _heredoc(expression: Heredoc, scope: Scope) -> Value:
    """Return the text of a heredoc; in its holes plain references are read, and nothing else."""
    known = True

    def fill(hole: re.Match[str]) -> str:
        nonlocal known
        parts = hole[1].split(".")
        reference: Expression = Name(expression.span, parts[0])
        for part in parts[1:]:
            reference = Attribute(expression.span, reference, part)
        text = text_of(evaluate(reference, scope))
        known = known and text is not None
        return hole[0] if text is None else text

    text = _REFERENCE.sub(fill, expression.text) if not expression.plain else expression.text
    if len(text) > MAX_TEXT:
        return Unknown(expression.span, heredoc=expression)
    if known and not _HOLE.search(text):
        return Scalar(text, expression.span, heredoc=expression)
    return Unknown(expression.span, text, heredoc=expression)


def _template(expression: Template, scope: Scope) -> Value:
    parts: list[str] = []
    origins: list[Origin | None] = []
    known, failed = True, False
    for part in expression.parts:
        if isinstance(part, str):
            parts.append(part)
            continue
        value = evaluate(part, scope)
        text = text_of(value)
        if text is None:
            known = False
            failed = failed or (isinstance(value, Unknown) and value.missing)
            origins.append(value.origin if isinstance(value, Unknown) else None)
            name = address(part)
            text = (f"${{{name}}}" if name else "${}") if shown(value) in {"", "${}"} else shown(value)
        parts.append(text)
    whole = "".join(parts)
    if len(whole) > MAX_TEXT:
        return Unknown(expression.span)
    if known:
        return Scalar(whole, expression.span)
    resources = {id(one.resource) for one in origins if one is not None}
    # Such as a layer's ARN with its version: both are attributes of one resource.
    origin = origins[0] if len(resources) == 1 and None not in origins else None
    return Unknown(expression.span, whole, origin, missing=failed)


def _attribute(expression: Attribute, scope: Scope) -> Value:
    target, name, span = expression.target, expression.name, expression.span
    module = scope.module
    if isinstance(target, Name) and target.name not in scope.bound:
        if target.name == "var":
            value = module.variable(name, span)
            # A default may be overridden, and a local value is shared: what stands here is the reference.
            return value if module.is_passed(name) or not isinstance(value, Scalar) else replace(value, span=span)
        if target.name == "local":
            value = module.local(name, span)
            return replace(value, span=span) if isinstance(value, Scalar) else value
        if target.name == "module":
            return module.resource("module", "", name, span)
        if target.name == "path":
            folder = module.directory if name == "module" else module.root
            return Scalar(project_files.marked(folder), span)
        if target.name in {"data", "each", "count", "self", "terraform"}:
            return Unknown(span, f"${{{target.name}.{name}}}")
        return module.resource("resource", target.name, name, span)
    if isinstance(target, Attribute) and isinstance(target.target, Name) and target.target.name == "data":
        return module.resource("data", target.name, name, span)
    return step(evaluate(target, scope), name, span, address(expression))


def step(value: Value, key: str | None, span: Span, written: str = "") -> Value:
    """Return what *value* holds at *key*; *written* is the reference as the configuration has it."""
    unknown = Unknown(span, f"${{{written}}}" if written else "")
    if key is None:
        return unknown
    if isinstance(value, Entries):
        entry = value.entries.get(key)
        if entry is not None:
            return entry.value
        return replace(unknown, missing=value.complete)
    if isinstance(value, Items):
        if key.isdecimal() and len(key) < 7:
            number = int(key)
            return value.items[number] if number < len(value.items) else replace(unknown, missing=value.complete)
        # Before Terraform 0.12, an attribute of a counted resource was that of its only instance.
        return step(value.items[0], key, span, written) if len(value.items) == 1 else unknown
    if isinstance(value, ResourceValue):
        # A resource that is made only under a condition may have lost it; its only instance is meant.
        return value if key == "0" else value.resource.attribute(key, span)
    return replace(unknown, missing=isinstance(value, Scalar) or value.missing)


def _splat(expression: Splat, scope: Scope) -> Value:
    target = evaluate(expression.target, scope)
    span = expression.span
    if is_null(target):
        return Items((), span)
    if isinstance(target, Unknown):
        return Unknown(span, f"${{{address(expression)}}}")
    sources: tuple[Value, ...] = target.items if isinstance(target, Items) else (target,)
    found: list[Value] = []
    for value in sources[:MAX_ITEMS]:
        for one in expression.steps:
            key = one if isinstance(one, str) else text_of(evaluate(one, scope))
            value = step(value, key, span, address(expression))
        found.append(value)
    return Items(tuple(found), span, is_complete(target) or not isinstance(target, Items))


def _call(expression: Call, scope: Scope) -> Value:
    span = expression.span
    arguments = [evaluate(one, scope) for one in expression.arguments]
    if expression.spread and arguments:
        listed = elements(arguments.pop())
        arguments += [value for _, value in listed] if listed is not None else [Unknown(span)]
    if expression.name in project_files.FUNCTIONS:
        return project_files.call(scope.module.project.tree, scope.module.root, expression.name, tuple(arguments), span)
    return functions.call(expression.name, tuple(arguments), span)


def _mapping(expression: MapOf, scope: Scope) -> Value:
    entries: dict[str, Entry] = {}
    complete = len(expression.pairs) <= MAX_ITEMS
    for key, value in expression.pairs[:MAX_ITEMS]:
        name = text_of(evaluate(key, scope))
        if name is None:
            complete = False
        else:
            entries[name] = Entry(evaluate(value, scope), key.span)
    return Entries(entries, expression.span, complete)


def _loop(expression: Loop, scope: Scope) -> Value:
    span = expression.span
    collection = evaluate(expression.collection, scope)
    listed = elements(collection)
    if listed is None:
        return Unknown(span)
    complete = is_complete(collection)
    items: list[Value] = []
    entries: dict[str, Entry] = {}
    for key, value in listed[:MAX_ITEMS]:
        bound = dict(scope.bound)
        bound[expression.names[-1]] = value
        if len(expression.names) > 1:
            place = collection.entries[key].span if isinstance(collection, Entries) else value.span
            bound[expression.names[0]] = Scalar(key if isinstance(collection, Entries) else int(key), place)
        inner = Scope(scope.module, bound)
        chosen = truth_of(evaluate(expression.condition, inner)) if expression.condition is not None else True
        if not chosen:
            complete = complete and chosen is False
            continue
        made = evaluate(expression.value, inner)
        if expression.key is None:
            items.append(made)
            continue
        named = evaluate(expression.key, inner)
        name = text_of(named)
        if name is None:
            complete = False
        elif expression.grouped:
            before = entries[name].value if name in entries else Items((), span)
            known = before.items if isinstance(before, Items) else ()
            entries[name] = Entry(Items((*known, made), span), named.span)
        else:
            entries[name] = Entry(made, named.span)
    return Items(tuple(items), span, complete) if expression.key is None else Entries(entries, span, complete)


def _conditional(expression: Conditional, scope: Scope) -> Value:
    decides = evaluate(expression.condition, scope)
    condition = truth_of(decides)
    if isinstance(decides, Unknown) and decides.missing:
        return Unknown(expression.span, missing=True)
    if condition is not None:
        return evaluate(expression.chosen if condition else expression.otherwise, scope)
    chosen, otherwise = evaluate(expression.chosen, scope), evaluate(expression.otherwise, scope)
    if same(chosen, otherwise):
        return chosen
    known = [one for one in (chosen, otherwise) if not is_null(one) and shown(one) not in {"", "${}"}]
    return Unknown(expression.span, shown(known[0]) if len(known) == 1 else "")


def _operation(expression: Operation, scope: Scope) -> Value:
    span = expression.span
    values = [evaluate(one, scope) for one in expression.operands]
    name = expression.operator
    if len(values) == 1:
        truth, number = truth_of(values[0]), number_of(values[0])
        if name == "!":
            return Scalar(not truth, span) if truth is not None else Unknown(span)
        return _number(-number, span) if number is not None else Unknown(span)
    first, second = values
    if name in {"==", "!="}:
        equal = same(first, second)
        return Scalar(equal == (name == "=="), span) if equal is not None else Unknown(span)
    if name in {"&&", "||"}:
        truths = [truth_of(first), truth_of(second)]
        deciding = name == "||"
        if deciding in truths:
            return Scalar(deciding, span)
        return Unknown(span) if None in truths else Scalar(not deciding, span)
    left, right = number_of(first), number_of(second)
    if left is None or right is None:
        return Unknown(span)
    if name in _COMPARISONS:
        return Scalar(_COMPARISONS[name](left, right), span)
    try:
        return _number(_ARITHMETIC[name](left, right), span)
    except (KeyError, ArithmeticError):
        return Unknown(span, missing=True)


def _number(value: float, span: Span) -> Value:
    whole = integer_of(Scalar(value, span))
    return Scalar(value if whole is None else whole, span)
