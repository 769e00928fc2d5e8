"""Reads what a ``setup.py`` says in literals: the name of the project and what it requires. It is never run."""

from __future__ import annotations

import ast
import io
import tokenize
import warnings
from typing import TYPE_CHECKING

import msgspec

from lambdalint.model import Problem, Requirement, Span
from lambdalint.packaging.comment_lines import CommentLine, comment_of
from lambdalint.packaging.requirement_syntax import Fault, parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.model import Tree

MAX_REQUIREMENTS = 1_000
MAX_PROBLEMS = 50


class SetupScript(msgspec.Struct, frozen=True):
    """What a ``setup.py`` tells; ``name`` is empty where it is not a literal."""

    name: str = ""
    requirements: tuple[Requirement, ...] = ()
    problems: tuple[Problem, ...] = ()


def read(tree: Tree, path: str, *, extras: tuple[str, ...] = (), through: tuple[Span, ...] = ()) -> SetupScript:
    """Return what the file *path* says of the project, with its *extras*; *through* are the lines that lead to it."""
    data = tree.read(path)
    if data is None:
        return SetupScript()
    try:
        text = data.decode("utf-8-sig")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = ast.parse(text)
        call = next(_setup_calls(module), None)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return SetupScript(problems=(Problem(Span.point(path), "not a Python file: nothing of it is read", "note"),))
    if call is None:
        return SetupScript()
    arguments = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    values = {**_constants(module), **{name: value for name, value in arguments.items() if name == "name"}}
    required = _elements(arguments.get("install_requires"), values)
    by_extra = _value(arguments.get("extras_require"), values)
    if isinstance(by_extra, ast.Dict):
        for key, value in zip(by_extra.keys, by_extra.values, strict=True):
            if isinstance(key, ast.Constant) and key.value in extras:
                required += _elements(value, values)
    return _script(path, text, _value(arguments.get("name"), values), required[:MAX_REQUIREMENTS], through)


def _script(
    path: str, text: str, name: ast.expr | None, required: list[ast.Constant], through: tuple[Span, ...]
) -> SetupScript:
    from packaging.utils import canonicalize_name

    lines = [line.removesuffix("\r") for line in text.split("\n")]
    comments = _comments(text) if required else {}
    found: list[Requirement] = []
    problems: list[Problem] = []
    for element in required:
        written = str(element.value)
        span = Span(
            path,
            element.lineno,
            _column(lines, element.lineno, element.col_offset),
            element.end_lineno or element.lineno,
            _column(lines, element.end_lineno or element.lineno, element.end_col_offset or element.col_offset),
        )
        parts = parse(written)
        if isinstance(parts, Fault):
            problems.append(Problem(span, parts.message, "note"))
            continue
        comment, beside = comment_of(comments, span.line, span.end_line)
        found.append(
            Requirement(
                parts.name,
                written,
                span,
                parts.specifier,
                parts.extras,
                parts.marker,
                parts.reference,
                comment,
                beside,
                through,
            )
        )
    literal = name.value if isinstance(name, ast.Constant) and isinstance(name.value, str) else ""
    return SetupScript(canonicalize_name(literal), tuple(found), tuple(problems[:MAX_PROBLEMS]))


def _setup_calls(module: ast.Module) -> Iterator[ast.Call]:
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            called = node.func
            name = (
                called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""
            )
            if name == "setup":
                yield node


def _constants(module: ast.Module) -> dict[str, ast.expr]:
    """Return what the names at the top level are, for those that are assigned once."""
    found: dict[str, ast.expr | None] = {}
    for statement in module.body:
        if isinstance(statement, ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    found[target.id] = None if target.id in found else statement.value
    return {name: value for name, value in found.items() if value is not None}


def _value(node: ast.expr | None, values: dict[str, ast.expr]) -> ast.expr | None:
    return values.get(node.id) if isinstance(node, ast.Name) else node


def _elements(node: ast.expr | None, values: dict[str, ast.expr]) -> list[ast.Constant]:
    listed = _value(node, values)
    if not isinstance(listed, (ast.List, ast.Tuple)):
        return []
    return [one for one in listed.elts if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def _column(lines: list[str], line: int, offset: int) -> int:
    """Return the column in code points of an *offset* in bytes of UTF-8."""
    written = lines[line - 1] if line <= len(lines) else ""
    return len(written.encode("utf-8", "replace")[:offset].decode("utf-8", "replace")) + 1


def _comments(text: str) -> dict[int, CommentLine]:
    found: dict[int, CommentLine] = {}
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                alone = not token.line[: token.start[1]].strip()
                found[token.start[0]] = CommentLine(token.string[1:], alone)
    except (tokenize.TokenError, SyntaxError):
        pass
    return found
