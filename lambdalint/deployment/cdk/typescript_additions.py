"""Reads what a TypeScript program adds to a function that it has made: ``fn.addEnvironment("NAME", "value")``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.deployment.cdk.expression import Call
from lambdalint.deployment.cdk.typescript_bodies import chain_start
from lambdalint.model import EnvironmentVariable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.deployment.cdk.expression import Expression
    from lambdalint.deployment.cdk.typescript_scopes import File
    from lambdalint.deployment.cdk.typescript_tokens import Tokens
    from lambdalint.deployment.cdk.typescript_values import TypeScriptValues
    from lambdalint.model import Span

MAX_ADDED = 500
_ADDING = "addEnvironment"


def added_variables(file: File, values: TypeScriptValues) -> dict[Span, tuple[EnvironmentVariable, ...]]:
    """Return the variables that a *file* adds, by the place where the function is made."""
    found: dict[Span, tuple[EnvironmentVariable, ...]] = {}
    for at, made, arguments in _additions(file, values):
        name = values.text(arguments[0])
        if name:
            value = None if _is_conditional(file.tokens, at) else values.text(arguments[1])
            known = found.get(made, ())
            found[made] = (*known, EnvironmentVariable(name, value, arguments[0].span))[:MAX_ADDED]
    return found


def _additions(file: File, values: TypeScriptValues) -> Iterator[tuple[int, Span, tuple[Expression, ...]]]:
    if file.static is None:
        return
    tokens = file.tokens
    for at, token in enumerate(tokens.listed):
        if token.text != _ADDING or token.kind != "name" or tokens.text(at + 1) != "(":
            continue
        if tokens.text(at - 1) not in {".", "?."}:
            continue
        made = values.follow(file.static.parser.expression_before(chain_start(tokens, at - 2), at - 1))
        arguments = file.static.parser.arguments(at + 1)
        if isinstance(made, Call) and arguments is not None and len(arguments) >= 2:
            yield at, made.span, arguments


def _is_conditional(tokens: Tokens, at: int) -> bool:
    """Tell whether a token stands in a block that a condition chooses."""
    bracket = tokens.around[at]
    while bracket != -1:
        before = bracket - 1
        if tokens.text(before) == ")":
            before = tokens.partner[before] - 1
        if tokens.text(bracket) == "{" and tokens.text(before) in {"if", "else", "switch", "catch"}:
            return True
        bracket = tokens.around[bracket]
    return False
