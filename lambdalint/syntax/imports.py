"""How a module names what a fix needs, and the imports to add for it."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import libcst as cst

from lambdalint.model import Edit, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from libcst.metadata import Scope

    from lambdalint.syntax.module import Module

_Import = cst.Import | cst.ImportFrom


class Names:
    """The names for one fix in one module: asked for one by one, with the imports that they need at the end."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._needed: set[str] = set()

    def of(self, module_name: str, member: str, at: cst.CSTNode) -> str | None:
        """Return how the code at the node *at* can name *member* of the module *module_name* of the standard library.

        ``os.path`` is a module, too. An import that is there already is used; otherwise one is added by ``edits``. None
        where the name means something else in the scope, so that no import would help.
        """
        line = self._module.span(at).line
        scope = self._module.scope(at)
        if scope is None:
            return None
        for bound, prefix in self._imported(module_name, member):
            if _binds_only(scope, bound, line, self._module):
                return prefix
        root = module_name.partition(".")[0]
        if list(scope[root]) or not self._comes_before(line):
            return None
        self._needed.add(root)
        return f"{module_name}.{member}"

    def edits(self) -> tuple[Edit, ...]:
        """Return the edits that add the imports, each of them once."""
        return _added_imports(self._module, sorted(self._needed))

    def _imported(self, module_name: str, member: str) -> Iterator[tuple[str, str]]:
        """Yield the names that an import binds, each with the way to *member* by it; whole modules first."""
        root, _, rest = module_name.partition(".")
        members: list[tuple[str, str]] = []
        for statement in _import_statements(self._module.tree):
            for bound, dotted in _bindings(statement):
                if dotted == module_name:
                    yield bound, f"{bound}.{member}"
                elif dotted == root and rest:
                    yield bound, f"{bound}.{rest}.{member}"
                elif dotted == f"{module_name}.{member}":
                    members.append((bound, bound))
        yield from members

    def _comes_before(self, line: int) -> bool:
        """Tell whether an import that is added is executed before the code on *line*."""
        return self._needed == set() or all(edit.span.line <= line for edit in self.edits())


def _binds_only(scope: Scope, name: str, line: int, module: Module) -> bool:
    """Tell whether all that *scope* knows by *name* are imports, one of them above *line* or in an outer scope."""
    assignments = list(scope[name])
    nodes = [getattr(assignment, "node", None) for assignment in assignments]
    if not nodes or not all(isinstance(node, (cst.Import, cst.ImportFrom)) for node in nodes):
        return False
    return any(
        module.span(node).line < line or assignment.scope is not scope
        for node, assignment in zip(nodes, assignments, strict=True)
        if node is not None and _is_unconditional(module, node)
    )


def _is_unconditional(module: Module, node: cst.CSTNode) -> bool:
    """Tell whether a statement stands in the module's or a function's own block, not below a condition."""
    line = module.parent(node)
    block = None if line is None else module.parent(line)
    if isinstance(block, cst.IndentedBlock):
        return isinstance(module.parent(block), cst.FunctionDef)
    return isinstance(block, cst.Module)


def _import_statements(tree: cst.CSTNode) -> Iterator[_Import]:
    waiting: list[cst.CSTNode] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, (cst.Import, cst.ImportFrom)):
            yield node
        elif isinstance(node, (cst.Module, cst.BaseStatement, cst.BaseSuite, cst.Else, cst.Finally, cst.ExceptHandler)):
            waiting.extend(reversed(node.children))


def _bindings(statement: _Import) -> Iterator[tuple[str, str]]:
    """Yield each name that an import binds, with the dotted name of what it stands for."""
    if isinstance(statement, cst.Import):
        for alias in statement.names:
            dotted = _dotted(alias.name)
            if alias.asname is not None:
                yield alias.evaluated_alias or "", dotted
            else:
                yield dotted.partition(".")[0], dotted.partition(".")[0]
    elif not statement.relative and statement.module is not None and not isinstance(statement.names, cst.ImportStar):
        origin = _dotted(statement.module)
        for alias in statement.names:
            yield alias.evaluated_alias or alias.evaluated_name, f"{origin}.{alias.evaluated_name}"


def _dotted(node: cst.BaseExpression) -> str:
    if isinstance(node, cst.Attribute):
        return f"{_dotted(node.value)}.{node.attr.value}"
    return node.value if isinstance(node, cst.Name) else ""


def _added_imports(module: Module, names: Sequence[str]) -> tuple[Edit, ...]:
    """Return edits that import the modules *names* of the standard library at the top of *module*."""
    if not names:
        return ()
    blocks = list(_import_blocks(module))
    block = next((block for block in blocks if any(_is_standard(line) for line in block)), None)
    if block is not None:
        texts: dict[int, str] = {}
        for name in names:
            line = _sorted_line(module, block, name)
            texts[line] = texts.get(line, "") + f"import {name}\n"
        return tuple(Edit(Span.point(module.path, line), text) for line, text in sorted(texts.items()))
    text = "".join(f"import {name}\n" for name in names)
    if blocks:
        return (Edit(Span.point(module.path, _above_comments(module, module.span(blocks[0][0]).line)), f"{text}\n"),)
    return (_first_imports(module, text),)


def _import_blocks(module: Module) -> Iterator[list[cst.SimpleStatementLine]]:
    """Yield the groups of imports at the top of the file: lines without a blank line or a comment between them."""
    block: list[cst.SimpleStatementLine] = []
    for statement in _after_docstring(module):
        if not isinstance(statement, cst.SimpleStatementLine) or not _only_imports(statement):
            break
        if _is_future(statement):
            continue
        if block and statement.leading_lines:
            yield block
            block = []
        block.append(statement)
    if block:
        yield block


def _after_docstring(module: Module) -> Sequence[cst.BaseStatement]:
    body = module.tree.body
    return body[1:] if module.tree.get_docstring(clean=False) is not None else body


def _only_imports(line: cst.SimpleStatementLine) -> bool:
    return all(isinstance(statement, (cst.Import, cst.ImportFrom)) for statement in line.body)


def _is_future(line: cst.SimpleStatementLine) -> bool:
    return any(root == "__future__" for root in _roots(line))


def _roots(line: cst.SimpleStatementLine) -> Iterator[str]:
    """Yield the top-level modules that the imports of a line name; the empty name for a relative import."""
    for statement in line.body:
        if isinstance(statement, cst.Import):
            yield from (_dotted(alias.name).partition(".")[0] for alias in statement.names)
        elif isinstance(statement, cst.ImportFrom):
            relative = bool(statement.relative) or statement.module is None
            yield "" if relative or statement.module is None else _dotted(statement.module).partition(".")[0]


def _is_standard(line: cst.SimpleStatementLine) -> bool:
    return any(root in sys.stdlib_module_names for root in _roots(line))


def _sorted_line(module: Module, block: Iterable[cst.SimpleStatementLine], name: str) -> int:
    """Return the line before which ``import name`` goes into *block*, which names a module of the standard library.

    It comes behind the plain imports of the standard library whose names are smaller, before ``from`` imports.
    """
    standard = [line for line in block if _is_standard(line)]
    plain = [line for line in standard if isinstance(line.body[0], cst.Import)]
    smaller = [line for line in plain if next(_roots(line)).lower() < name.lower()]
    if smaller:
        return module.span(smaller[-1]).end_line + 1
    return module.span((plain or standard)[0]).line


_OF_THE_FILE = re.compile(r"^#!|coding[:=]|copyright|licen[sc]e|spdx", re.IGNORECASE)
"""Comments at the top that belong to the file, not to the first statement."""


def _above_comments(module: Module, own: int) -> int:
    """Return the line *own*, or that of the comments right above it which belong to what stands there."""
    first = own
    while first > 1 and module.lines[first - 2].lstrip().startswith("#"):
        first -= 1
    belong_to_file = first == 1 and any(_OF_THE_FILE.search(line) for line in module.lines[: own - 1])
    return own if belong_to_file else first


def _first_imports(module: Module, text: str) -> Edit:
    """Return the edit that gives a module without imports at its top the import statements *text*."""
    body = _after_docstring(module)
    above = [line for line in body if isinstance(line, cst.SimpleStatementLine) and _is_future(line)]
    if len(body) < len(module.tree.body):
        above.insert(0, module.tree.body[0])  # type: ignore[arg-type]  # a docstring is a line
    if above:
        line = module.span(above[-1]).end_line + 1
        return Edit(Span.point(module.path, line), f"\n{text}")
    following = body[0] if body else None
    if following is None:
        return Edit(Span.point(module.path, len(module.lines) + 1), text)
    blank = "\n\n" if isinstance(following, (cst.FunctionDef, cst.ClassDef)) else "\n"
    line = module.span(following).line
    if isinstance(following, (cst.FunctionDef, cst.ClassDef)) and following.decorators:
        line = module.span(following.decorators[0]).line
    return Edit(Span.point(module.path, _above_comments(module, line)), f"{text}{blank}")
