"""Whether a text that names a file stands at places of the project that nothing explains."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import libcst as cst

from lambdalint.rules.fixes.path_arguments import in_command
from lambdalint.rules.fixes.path_destinations import destinations_of
from lambdalint.syntax.path_expressions import Form

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lambdalint.syntax.module import Module
    from lambdalint.syntax.project import Project


_String = cst.SimpleString | cst.FormattedString


def unexplained_texts(
    project: Project, known: Iterable[tuple[Module, cst.BaseExpression]]
) -> Iterator[tuple[Module, _String]]:
    """Yield where a text of the expressions *known* stands elsewhere in the project, and may be a path, too."""
    explained: set[int] = set()
    texts: set[str] = set()
    modules: set[str] = set()
    for module, node in known:
        modules.add(module.path)
        for string in _strings(node):
            explained.add(id(string))
            texts.add(_name(string))
    texts = {text for text in texts if text.replace("{}", "")}
    pattern = "|".join(sorted(re.escape(_longest(text)) for text in texts))
    for path, _ in project.matching(("*.py",), pattern) if texts else ():
        if path not in modules and is_test(path):
            continue
        other = project.module(path)
        for string in _strings(other.tree) if other is not None else ():
            assert other is not None, "the string is in it"
            if id(string) in explained:
                continue
            if _name(string) in texts:
                if not _is_explained(project, other, string):
                    yield other, string
            elif in_command(other, string) and any(_stands_in(one, _name(string)) for one in texts):
                yield other, string


def _stands_in(text: str, command: str) -> bool:
    return re.search(rf"(?<![\w.-]){re.escape(text)}(?![\w-])", command) is not None


def _longest(text: str) -> str:
    return max(text.split("{}"), key=len)


def is_test(path: str) -> bool:
    """Tell whether the file at *path* is one of the project's tests."""
    *folders, name = path.split("/")
    return name.startswith(("test_", "conftest.")) or any(one in {"test", "tests"} for one in folders)


def _strings(tree: cst.CSTNode) -> Iterator[cst.SimpleString | cst.FormattedString]:
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, (cst.SimpleString, cst.FormattedString)):
            yield node
        waiting.extend(node.children)


def _name(string: cst.SimpleString | cst.FormattedString) -> str:
    if isinstance(string, cst.SimpleString):
        value = string.evaluated_value
        return value.removeprefix("./") if isinstance(value, str) else ""
    return "".join(part.value if isinstance(part, cst.FormattedStringText) else "{}" for part in string.parts)


def _is_explained(project: Project, module: Module, string: cst.SimpleString | cst.FormattedString) -> bool:
    found = destinations_of(project, module, string, Form.TEXT)
    is_key = all(isinstance(node, (cst.Arg, cst.BaseExpression)) for node in found.kept)
    return is_key and not found.uses and not found.given and not found.lost
