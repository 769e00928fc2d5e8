"""Resolves the variables of the Serverless Framework (``${self:custom.dir}``) from the project's files."""

from __future__ import annotations

import enum
import re
from typing import TYPE_CHECKING, TypeAlias

from lambdalint.deployment import document
from lambdalint.deployment.document import Node, Scalar
from lambdalint.deployment.serverless.syntax import Variable, parse, sources
from lambdalint.model import Problem, Tree

if TYPE_CHECKING:
    from lambdalint.deployment.serverless.syntax import Piece
    from lambdalint.model import Span

MAX_DEPTH = 60
MAX_VARIABLES = 20_000
MAX_TEXT = 20_000
"""Bounds of one service; Lambda takes at most 4 KB of environment."""

DEFAULT_STAGE = "dev"

_SOURCE = re.compile(r"(?P<type>[A-Za-z]\w{0,40})(?:\((?P<argument>[^()]*)\))?(?::(?P<address>.*))?", re.DOTALL)
_LITERAL = re.compile(r"true|false|null|-?\d{1,18}(?:\.\d{1,18})?")


class Miss(enum.Enum):
    """Why a variable has no value: no such key, an empty source, or one that cannot be known.

    Of the first two its default counts.
    """

    ABSENT = enum.auto()
    EMPTY = enum.auto()
    UNKNOWN = enum.auto()


_FALLS_BACK = (Miss.ABSENT, Miss.EMPTY)

Outcome: TypeAlias = "Node | Miss"


class _LimitError(Exception):
    """The service goes past a bound of this module."""


class Variables:
    """The variables of one service, whose main file is *path* with the content *root*.

    ``problems`` collects cycles and addresses that lead to nothing. Every node is resolved at most once.
    """

    def __init__(self, tree: Tree, path: str, root: Node) -> None:
        self.problems: list[Problem] = []
        self._tree = tree
        self._directory = path.rpartition("/")[0]
        self._root = root
        self._files: dict[str, Outcome] = {}
        self._known: dict[Node, Outcome] = {}
        self._active: set[Node] = set()
        self._count = 0
        self._exhausted = False

    def resolve(self, node: Node | None) -> Node | None:
        """Return the node that *node* stands for: itself without variables, None if its value is unknown."""
        if node is None:
            return None
        try:
            outcome = self._resolve(node, 0)
        except _LimitError as error:
            self._active.clear()
            self._known[node] = Miss.UNKNOWN
            if not self._exhausted:
                self._exhausted = True
                self._report(node.span, str(error), "warning")
            return None
        return outcome if isinstance(outcome, Node) else None

    def get(self, node: Node | None, *names: str) -> Node | None:
        """Return what the keys *names* lead to from *node*, resolving each; None if absent or unknown."""
        found = self.resolve(node)
        for name in names:
            if found is None:
                return None
            entry = found.entry(name)
            found = self.resolve(entry.value) if entry is not None else None
        return found

    def text(self, node: Node | None, *names: str) -> str | None:
        """Return the text at *names* below *node*, or None if absent, unknown or no scalar."""
        found = self.get(node, *names)
        return found.text if found is not None else None

    def number(self, node: Node | None, *names: str) -> int | None:
        """Return the whole number at *names* below *node*, or None."""
        text = self.text(node, *names)
        return int(text) if text is not None and re.fullmatch(r"\d{1,9}", text) else None

    def truth(self, node: Node | None, *names: str) -> bool | None:
        """Return the truth value at *names* below *node*, or None."""
        return {"true": True, "false": False}.get((self.text(node, *names) or "").lower())

    def _report(self, span: Span, message: str, severity: str) -> None:
        problem = Problem(span, message, severity)
        if problem not in self.problems and len(self.problems) < document.MAX_PROBLEMS:
            self.problems.append(problem)

    def _resolve(self, node: Node, depth: int) -> Outcome:
        if not isinstance(node, Scalar) or "${" not in node.raw or not isinstance(node.value, str):
            return node
        known = self._known.get(node)
        if known is not None:
            return known
        if node in self._active:
            self._report(node.span, f"the variables in {_shortened(node.raw)!r} lead back to themselves", "warning")
            return Miss.UNKNOWN
        if depth > MAX_DEPTH:
            raise _LimitError(f"variables that lead through more than {MAX_DEPTH} others are not resolved")
        self._active.add(node)
        outcome = self._evaluate(node, depth)
        self._active.discard(node)
        self._known[node] = outcome
        return outcome

    def _evaluate(self, node: Scalar, depth: int) -> Outcome:
        pieces = parse(node.raw) if len(node.raw) <= MAX_TEXT else None
        if pieces is None:
            return Miss.UNKNOWN
        if len(pieces) == 1 and isinstance(pieces[0], Variable):
            outcome = self._variable(pieces[0], node, depth)
            if outcome is Miss.ABSENT:
                self._report(node.span, f"{_shortened(node.raw)} leads to nothing", "note")
                return Miss.EMPTY
            return outcome
        text = self._joined(pieces, node, depth)
        return _scalar(text, node) if isinstance(text, str) else Miss.UNKNOWN

    def _joined(self, pieces: tuple[Piece, ...], node: Scalar, depth: int) -> str | Miss:
        written: list[str] = []
        size = 0
        for piece in pieces:
            if isinstance(piece, str):
                text: str | None = piece
            else:
                outcome = self._variable(piece, node, depth)
                if isinstance(outcome, Miss):
                    return outcome
                text = outcome.text
            if text is None:
                return Miss.UNKNOWN
            written.append(text)
            size += len(text)
            if size > MAX_TEXT:
                return Miss.UNKNOWN
        return "".join(written)

    def _variable(self, variable: Variable, node: Scalar, depth: int) -> Outcome:
        self._count += 1
        if self._count > MAX_VARIABLES:
            raise _LimitError(f"more than {MAX_VARIABLES} variables; the rest is not resolved")
        choices = sources(variable)
        outcome: Outcome = Miss.EMPTY
        for pieces in choices:
            outcome = self._source(pieces, node, depth + 1)
            if outcome not in _FALLS_BACK:
                return outcome
        if choices == [("opt:stage",)]:
            # Without the option, the stage is that of the service.
            if self._root.get("provider", "stage") in self._active:
                return _scalar(DEFAULT_STAGE, node)
            return self._stage(node, depth)
        return outcome

    def _source(self, pieces: tuple[Piece, ...], node: Scalar, depth: int) -> Outcome:
        if depth > MAX_DEPTH:
            raise _LimitError(f"variables that lead through more than {MAX_DEPTH} others are not resolved")
        if len(pieces) == 1 and isinstance(pieces[0], Variable):
            return self._variable(pieces[0], node, depth)
        text = self._joined(pieces, node, depth)
        if isinstance(text, Miss):
            return Miss.UNKNOWN if text is Miss.UNKNOWN else Miss.EMPTY
        text = text.strip()
        if len(text) >= 2 and text[0] == text[-1] and text[0] in "'\"":
            return _scalar(text[1:-1], node)
        if _LITERAL.fullmatch(text):
            return _scalar(text, node)
        match = _SOURCE.fullmatch(text)
        if match is None:
            return Miss.UNKNOWN
        return self._lookup(match["type"], match["argument"], match["address"], node, depth)

    def _lookup(self, kind: str, argument: str | None, address: str | None, node: Scalar, depth: int) -> Outcome:
        if kind == "self" and address is not None:
            if address == "service" or address == "service.name":
                return self._service_name(depth)
            return self._address(self._root, address, depth)
        if kind == "file" and argument is not None:
            content = self._file(argument.strip().strip("'\""), node)
            return self._address(content, address, depth) if address and isinstance(content, Node) else content
        if kind == "sls" and address == "stage":
            return self._stage(node, depth)
        if kind == "param" and address:
            return self._parameter(address, node, depth)
        if kind == "aws" and address == "region":
            found = self._address(self._root, "provider.region", depth)
            return Miss.UNKNOWN if found in _FALLS_BACK else found
        return Miss.EMPTY if kind in {"env", "opt"} else Miss.UNKNOWN

    def _stage(self, node: Scalar, depth: int) -> Outcome:
        found = self._address(self._root, "provider.stage", depth)
        return _scalar(DEFAULT_STAGE, node) if found in _FALLS_BACK else found

    def _service_name(self, depth: int) -> Outcome:
        """Return the name of the service, which is a text or a block with a name."""
        found = self._steps(self._root, ["service"], depth)
        if isinstance(found, Node) and found.entry("name") is not None:
            return self._steps(found, ["name"], depth)
        return found

    def _parameter(self, name: str, node: Scalar, depth: int) -> Outcome:
        stage = self._stage(node, depth)
        stage_name = stage.text if isinstance(stage, Node) else None
        scopes = [("params", "default"), ("stages", "default", "params")]
        if stage_name:
            scopes = [("params", stage_name), ("stages", stage_name, "params"), *scopes]
        for scope in scopes:
            found = self._steps(self._root, [*scope, name], depth)
            if found not in _FALLS_BACK:
                return found
        return Miss.EMPTY

    def _address(self, start: Node, address: str, depth: int) -> Outcome:
        return self._steps(start, [step.strip() for step in address.split(".") if step.strip()], depth)

    def _steps(self, start: Node, steps: list[str], depth: int) -> Outcome:
        outcome = self._resolve(start, depth)
        for step in steps:
            if isinstance(outcome, Miss):
                return outcome
            entry = outcome.entry(step)
            if entry is not None:
                below = entry.value
            elif step.isdecimal() and len(step) < 9 and int(step) < len(outcome.items):
                below = outcome.items[int(step)]
            else:
                return Miss.UNKNOWN if outcome.intrinsic else Miss.ABSENT
            outcome = self._resolve(below, depth + 1)
        if isinstance(outcome, Scalar) and outcome.value is None:
            return Miss.EMPTY
        return outcome

    def _file(self, relative: str, node: Scalar) -> Outcome:
        path = Tree.join(self._directory, relative)
        if path is None or relative.startswith("~"):
            return Miss.UNKNOWN
        known = self._files.get(path)
        if known is None:
            known = self._files[path] = self._load(path, node)
        return known

    def _load(self, path: str, node: Scalar) -> Outcome:
        if path not in self._tree:
            return Miss.EMPTY
        if path.endswith((".yml", ".yaml", ".json")):
            loaded = document.read(self._tree, path)
            if loaded is None:
                return Miss.UNKNOWN
            self.problems.extend(loaded.problems)
            return loaded.root if loaded.root is not None else Miss.UNKNOWN
        if path.endswith((".js", ".cjs", ".mjs", ".ts", ".toml", ".tfstate")):
            return Miss.UNKNOWN
        text = document.decode(path, (self._tree.read(path) or b"")[:MAX_TEXT])[0]
        return _scalar(text.strip(), node)


def _scalar(text: str, node: Scalar) -> Scalar:
    return Scalar(
        node.span,
        raw=text,
        value=text,
        style="single",
        content_line=node.content_line,
        content_offset=node.content_offset,
    )


def _shortened(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:77]}..."
