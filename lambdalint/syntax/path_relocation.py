"""Rewrites a path expression, so that it leads below the folder for temporary files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import libcst as cst
import msgspec

from lambdalint.model import Edit, Span
from lambdalint.syntax.known_calls import qualified_name
from lambdalint.syntax.path_expressions import (
    HOME_SIGN,
    PATH_TYPES,
    TASK_ROOT,
    Anchor,
    Form,
    anchor_of,
    form_of,
    head_of,
    home_text,
    leaves_upwards,
)

if TYPE_CHECKING:
    from lambdalint.syntax.imports import Names
    from lambdalint.syntax.module import Module

_DOT = re.compile(r"(?:\./+)+")
_DOT_TMP = re.compile(r"(?:\./+)*tmp(?:/+|$|(?=['\"]))")


class Relocator(msgspec.Struct, frozen=True):
    """Moves path expressions of one module below the folder for temporary files.

    ``literal`` tells that this is written ``"/tmp"``. ``names`` collects the imports. ``drops_tmp`` tells that a
    relative path in a folder ``tmp`` loses that: its leading slash was forgotten.
    """

    module: Module
    names: Names
    literal: bool
    drops_tmp: bool = False

    def moved(
        self, node: cst.BaseExpression, anchor: Anchor, form: Form, *, is_folder: bool = False
    ) -> tuple[Edit, ...] | None:
        """Return the edits that move *node*, whose value starts from *anchor*; None where it cannot be done.

        *form* is that of a name, which does not say it itself; ``is_folder``: it is the base itself, which others use.
        """
        if leaves_upwards(self.module, node):
            return None
        if anchor is Anchor.RELATIVE:
            return self._relative(node, form_of(self.module, node) or form)
        return self._based(node, anchor, form, top=not is_folder)

    @property
    def _start(self) -> re.Pattern[str]:
        """What a relative path loses at its start."""
        return _DOT_TMP if self.drops_tmp else _DOT

    def _folder(self, at: cst.CSTNode) -> str | None:
        if self.literal:
            string = self.module.nearest(at, cst.FormattedString)
            return "'/tmp'" if string is not None and '"' in string.start else '"/tmp"'
        name = self.names.of("tempfile", "gettempdir", at)
        return None if name is None else f"{name}()"

    def _replaced(self, node: cst.CSTNode, text: str | None) -> tuple[Edit, ...] | None:
        return None if text is None else (Edit(self.module.span(node), text),)

    def _folder_as(self, node: cst.BaseExpression, form: Form) -> tuple[Edit, ...] | None:
        """Return the edit that puts the folder itself in the place of *node*."""
        folder = self._folder(node)
        outer = self.module.parent(node)
        if self.literal and form is Form.TEXT and isinstance(outer, cst.FormattedStringExpression):
            return self._replaced(outer, "/tmp")
        if folder is None or form is Form.TEXT:
            return self._replaced(node, folder)
        path = self.names.of("pathlib", "Path", node)
        return self._replaced(node, None if path is None else f"{path}({folder})")

    def _relative(self, node: cst.BaseExpression, form: Form) -> tuple[Edit, ...] | None:
        head = head_of(self.module, node)
        if isinstance(node, cst.Call):
            name = qualified_name(self.module, node)
            if name in PATH_TYPES or name == "os.path.join":
                return self._first_argument(node)
        if head is not None and not isinstance(node, (cst.FormattedString, cst.BinaryOperation)):
            return self._relative(head.node, form_of(self.module, head.node) or form)
        if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Divide):
            return self._relative(node.left, Form.PATH)
        if isinstance(node, cst.SimpleString):
            return self._string(node, node.evaluated_value, in_join=self._is_joined(node))
        if isinstance(node, cst.FormattedString) and self.literal:
            start = self._after_quote(node, "/tmp/", self._start)
            return None if start is None else (start,)
        if self._is_joined(node):
            folder = self._folder(node)
            return None if folder is None else (self._before(node, f"{folder}, "),)
        return self._joined(node, form)

    def _is_joined(self, node: cst.BaseExpression) -> bool:
        """Tell whether *node* is the first argument of a call that joins its arguments."""
        argument = self.module.parent(node)
        call = self.module.parent(argument) if isinstance(argument, cst.Arg) else None
        if not isinstance(call, cst.Call) or call.args[0] is not argument:
            return False
        return qualified_name(self.module, call) in {*PATH_TYPES, "os.path.join"}

    def _first_argument(self, node: cst.Call) -> tuple[Edit, ...] | None:
        """Put the folder before the arguments of a call that joins them."""
        folder = self._folder(node)
        if folder is None or any(one.star for one in node.args):
            return None
        if not node.args:
            span = self.module.span(node)
            end = Span(self.module.path, span.end_line, span.end_column - 1, span.end_line, span.end_column)
            return (Edit(end, f"{folder})"),)
        first = node.args[0].value
        if isinstance(first, cst.SimpleString):
            return self._string(first, first.evaluated_value, in_join=True)
        if isinstance(first, cst.Call) and head_of(self.module, first) is not None:
            return self._relative(first, form_of(self.module, first) or Form.TEXT)
        return (self._before(first, f"{folder}, "),)

    def _string(self, node: cst.SimpleString, value: object, *, in_join: bool) -> tuple[Edit, ...] | None:
        """Move a string; ``in_join``: it is the first argument of a call that joins, which gets one more."""
        folder = self._folder(node)
        if folder is None or not isinstance(value, str):
            return None
        match = self._start.match(value)
        name = value if match is None else value[match.end() :]
        if name == "." or (not name and in_join):
            return self._replaced(node, folder)
        opening = f"{node.prefix}{node.quote}"
        code = self.module.code(node.with_changes(lpar=(), rpar=()))
        code = opening + self._start.sub("", code[len(opening) :], count=1)
        if in_join and not self.literal:
            return self._replaced(node, f"{folder}, {code}")
        if self.literal:
            return self._replaced(node, f"{opening}/tmp/{code[len(opening) :]}")
        join = self.names.of("os.path", "join", node)
        return self._replaced(node, None if join is None else f"{join}({folder}, {code})")

    def _joined(self, node: cst.BaseExpression, form: Form) -> tuple[Edit, ...] | None:
        """Join the folder and the whole expression."""
        folder = self._folder(node)
        if form is Form.PATH:
            joining = self.names.of("pathlib", "Path", node)
        else:
            joining = self.names.of("os.path", "join", node)
        if folder is None or joining is None:
            return None
        span = self.module.span(node)
        if span.line != span.end_line:
            end = Span.point(self.module.path, span.end_line, span.end_column)
            return self._before(node, f"{joining}({folder}, "), Edit(end, ")")
        code = self.module.code(node.with_changes(lpar=(), rpar=()))
        if isinstance(node, cst.FormattedString):
            code = node.start + self._start.sub("", code[len(node.start) :], count=1)
        return self._replaced(node, f"{joining}({folder}, {code})")

    def _before(self, node: cst.CSTNode, text: str) -> Edit:
        span = self.module.span(node)
        return Edit(Span.point(self.module.path, span.line, span.column), text)

    def _after_quote(
        self, node: cst.FormattedString | cst.SimpleString, text: str, dropped: re.Pattern[str]
    ) -> Edit | None:
        """Return the edit that puts *text* at the start of a string's content, in the place of what is dropped."""
        opening = node.start if isinstance(node, cst.FormattedString) else f"{node.prefix}{node.quote}"
        code = self.module.code(node.with_changes(lpar=(), rpar=()))
        match = dropped.match(code, len(opening))
        span = self.module.span(node)
        column = span.column + len(opening)
        width = 0 if match is None else match.end() - match.start()
        return Edit(Span(self.module.path, span.line, column, span.line, column + width), text)

    def _based(self, node: cst.BaseExpression, anchor: Anchor, form: Form, *, top: bool) -> tuple[Edit, ...] | None:
        """Put the folder in the place of the base that *node* starts with."""
        own = anchor_of(self.module, node)
        if own is anchor:
            return self._own_base(node, anchor)
        if isinstance(node, cst.FormattedString) and self.literal:
            head = head_of(self.module, node)
            return None if head is None else self._replaced(node.parts[0], "/tmp")
        head = head_of(self.module, node)
        if head is not None:
            return self._based(head.node, anchor, form, top=head.upward)
        if top or not isinstance(node, (cst.Name, cst.Attribute)):
            return None
        return self._folder_as(node, form)

    def _expansion(self, path: cst.Call) -> Edit | None:
        """Return the edit that takes ``.expanduser()`` from *path*, which has no home any more."""
        method = self.module.parent(path)
        call = self.module.parent(method) if isinstance(method, cst.Attribute) else None
        if not isinstance(call, cst.Call) or path.lpar or not isinstance(method, cst.Attribute):
            return None
        if method.attr.value != "expanduser" or call.func is not method:
            return None
        whole, part = self.module.span(call), self.module.span(path)
        return Edit(Span(self.module.path, part.end_line, part.end_column, whole.end_line, whole.end_column), "")

    def _own_base(self, node: cst.BaseExpression, anchor: Anchor) -> tuple[Edit, ...] | None:
        pattern = TASK_ROOT if anchor is Anchor.CODE else HOME_SIGN
        if isinstance(node, (cst.SimpleString, cst.FormattedString)):
            return self._rooted_string(node, pattern)
        if isinstance(node, cst.Call) and qualified_name(self.module, node) == "os.path.expanduser":
            inner = node.args[0].value
            whole = home_text(self.module, inner)
            edits = (
                self._rooted_string(whole, pattern)
                if isinstance(whole, (cst.SimpleString, cst.FormattedString))
                else None
            )
            return None if edits is None else self._unwrapped(node, inner, edits)
        if isinstance(node, cst.BinaryOperation) or form_of(self.module, node) is None:
            return None
        return self._folder_as(node, form_of(self.module, node) or Form.TEXT)

    def _rooted_string(
        self, node: cst.SimpleString | cst.FormattedString, pattern: re.Pattern[str]
    ) -> tuple[Edit, ...] | None:
        """Move a string that names the base itself: ``"/var/task/x"``, ``"~/x"``."""
        folder = self._folder(node)
        code = self.module.code(node.with_changes(lpar=(), rpar=()))
        opening = node.start if isinstance(node, cst.FormattedString) else f"{node.prefix}{node.quote}"
        match = pattern.match(code, len(opening))
        if match is None:
            # the whole string may be the base: "/var/task", "~"
            if isinstance(node, cst.SimpleString) and pattern.fullmatch(str(node.evaluated_value)):
                return self._replaced(node, folder)
            return None
        rest = code[match.end() :]
        if self.literal:
            return self._replaced(node, f"{opening}/tmp/{rest}")
        outer = self.module.parent(self.module.parent(node) or node)
        if isinstance(outer, cst.Call) and outer.args and outer.args[0].value is node:
            name = qualified_name(self.module, outer)
            if name in PATH_TYPES or name == "os.path.join":
                edits = self._replaced(node, None if folder is None else f"{folder}, {opening}{rest}")
                useless = self._expansion(outer)
                return edits if edits is None or useless is None else (*edits, useless)
        join = self.names.of("os.path", "join", node)
        return self._replaced(node, None if join is None or folder is None else f"{join}({folder}, {opening}{rest})")

    def _unwrapped(self, call: cst.Call, inner: cst.BaseExpression, edits: tuple[Edit, ...]) -> tuple[Edit, ...] | None:
        """Return *edits*, which change *inner*, and what takes the call around it away."""
        whole, part = self.module.span(call), self.module.span(inner)
        if (whole.line, part.line) != (whole.end_line, part.end_line):
            return None
        (edit,) = edits
        line = self.module.lines[part.line - 1]
        before, after = (
            line[part.column - 1 : edit.span.column - 1],
            line[edit.span.end_column - 1 : part.end_column - 1],
        )
        return (Edit(whole, f"{before}{edit.text}{after}"),)
