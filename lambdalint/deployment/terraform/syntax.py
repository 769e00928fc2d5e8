"""Parses one block with python-hcl2, and turns its tree into blocks and expressions with places."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lark import Tree as LarkTree
from msgspec.structs import replace

from lambdalint.deployment.terraform.expression import (
    Argument,
    Attribute,
    Block,
    Call,
    Conditional,
    Heredoc,
    Index,
    ListOf,
    Literal,
    Loop,
    MapOf,
    Name,
    Opaque,
    Operation,
    Splat,
    Template,
)
from lambdalint.model import Problem, Span

if TYPE_CHECKING:
    from lark import Token

    from lambdalint.deployment.terraform.expression import Expression
    from lambdalint.deployment.terraform.source_file import RawBlock, SourceFile

LARGEST = 300_000
DEEPEST = 80
"""Bounds of one block: characters, and how deep expressions are nested."""

_LITERALS = {"true": True, "false": False, "null": None}
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))|(\$\$\{)|(%%\{)", re.DOTALL)
_HOLE = re.compile(r"(?<!\$)\$\{|(?<!%)%\{")


def parse_block(file: SourceFile, raw: RawBlock) -> Block | Problem:
    """Return the block *raw* of *file*, parsed."""
    whole = _parse(file, raw.start, raw.end)
    if isinstance(whole, Problem) or whole.blocks:
        return whole if isinstance(whole, Problem) else whole.blocks[0]
    return Problem(whole.span, "not valid Terraform: this is no block")


def parse_body(file: SourceFile) -> Block | Problem:
    """Return all of *file*, parsed, as a block without a type."""
    return _parse(file, 0, len(file.blanked))


def _parse(file: SourceFile, start: int, end: int) -> Block | Problem:
    line, column = file.position(start)
    place = Span.point(file.path, line, column)
    if end - start > LARGEST:
        return Problem(place, f"a block of more than {LARGEST:,} characters; it is not read")
    from hcl2 import parses_to_tree
    from lark.exceptions import LarkError, UnexpectedInput

    try:
        tree = parses_to_tree(file.blanked[start:end])
    except UnexpectedInput as error:
        offset = getattr(error, "pos_in_stream", None)
        if isinstance(offset, int) and offset >= 0:
            line, column = file.position(min(start + offset, end))
        return Problem(Span.point(file.path, line, column), "not valid Terraform: this is not understood")
    except (LarkError, RecursionError) as error:
        return Problem(place, f"not valid Terraform: {' '.join(str(error).split())[:200]}")
    return _Conversion(file, start).body(_trees(tree)[0])


def _is_token(node: LarkTree[Token] | Token | None) -> bool:
    return isinstance(node, str)


def _trees(node: LarkTree[Token]) -> list[LarkTree[Token]]:
    """Return the trees right below *node*, without line breaks."""
    return [child for child in node.children if isinstance(child, LarkTree) and child.data != "new_line_or_comment"]


def _tokens(node: LarkTree[Token]) -> list[Token]:
    return [child for child in node.children if isinstance(child, str)]


class _Conversion:
    """Turns the trees of one block into its expressions."""

    def __init__(self, file: SourceFile, offset: int) -> None:
        self._file = file
        self._offset = offset
        self._depth = 0

    def body(self, tree: LarkTree[Token]) -> Block:
        """Return a block without type that has the content of *tree*."""
        arguments: dict[str, Argument] = {}
        blocks: list[Block] = []
        for child in _trees(tree):
            if child.data == "attribute":
                name, *_ = _trees(child)
                arguments.setdefault(_text(name), Argument(self._span(name), self.expression(_trees(child)[-1])))
            elif child.data == "block":
                *head, content = _trees(child)
                if content.data != "body":
                    head, content = [*head, content], child
                labels = tuple(self._label(one) for one in head[1:])
                inner = self.body(content) if content.data == "body" else Block("", (), self._span(child))
                place = self._span(head[-1])
                if head[-1].data == "string" and place.end_column - place.column > 2:
                    place = replace(place, column=place.column + 1, end_column=place.end_column - 1)
                blocks.append(Block(_text(head[0]), labels, place, inner.arguments, inner.blocks))
        return Block("", (), self._span(tree), arguments, tuple(blocks))

    def expression(self, tree: LarkTree[Token]) -> Expression:
        """Return the expression of *tree*; what is nested too deep, or not known, is opaque."""
        convert = _CONVERSIONS.get(tree.data)
        if convert is None or self._depth >= DEEPEST:
            return Opaque(self._span(tree))
        self._depth += 1
        try:
            return convert(self, tree)
        finally:
            self._depth -= 1

    def _span(self, tree: LarkTree[Token]) -> Span:
        start = getattr(tree.meta, "start_pos", None)
        end = getattr(tree.meta, "end_pos", None)
        if start is None or end is None:
            line, column = self._file.position(self._offset)
            return Span.point(self._file.path, line, column)
        heredoc = self._file.heredocs.get(self._offset + start)
        if heredoc is not None:
            # The place of a long text is its first line.
            end = self._file.text.find("\n", self._offset + start) - self._offset
        return self._file.span(self._offset + start, self._offset + end)

    def _label(self, tree: LarkTree[Token]) -> str:
        return _text(tree).strip('"')

    def term(self, tree: LarkTree[Token]) -> Expression:
        trees = _trees(tree)
        return self.expression(trees[0]) if trees else Opaque(self._span(tree))

    def string(self, tree: LarkTree[Token]) -> Expression:
        span = self._span(tree)
        heredoc = self._file.heredocs.get(self._offset + int(getattr(tree.meta, "start_pos", -1)))
        if heredoc is not None:
            return self._heredoc(span, heredoc.start, heredoc.end, trimmed=heredoc.trimmed)
        parts: list[str | Expression] = []
        for part in _trees(tree):
            inner = part.children[0] if part.children else ""
            if isinstance(inner, str):
                piece = _unescape(str(inner))
                if parts and isinstance(parts[-1], str):
                    parts[-1] += piece
                else:
                    parts.append(piece)
            elif inner is not None and inner.data == "interpolation" and _trees(inner):
                parts.append(self.expression(_trees(inner)[0]))
            else:
                parts.append(Opaque(span))
        if not parts:
            return Literal(span, "")
        if len(parts) == 1:
            only = parts[0]
            return Literal(span, only) if isinstance(only, str) else only
        return Template(span, tuple(parts))

    def _heredoc(self, span: Span, start: int, end: int, *, trimmed: bool) -> Heredoc:
        text = self._file.text[start:end].replace("\r\n", "\n")
        lines = text.split("\n")
        margin = 0
        if trimmed:
            margin = min((len(line) - len(line.lstrip(" \t")) for line in lines if line.strip()), default=0)
            lines = [line[margin:] for line in lines]
        first_line, _ = self._file.position(start)
        return Heredoc(span, "\n".join(lines), first_line, margin, _HOLE.search(text) is None)

    def integer(self, tree: LarkTree[Token]) -> Expression:
        text = _text(tree)
        return Literal(self._span(tree), int(text)) if len(text) < 20 and text.isascii() else Opaque(self._span(tree))

    def decimal(self, tree: LarkTree[Token]) -> Expression:
        try:
            return Literal(self._span(tree), float(_text(tree)))
        except ValueError:
            return Opaque(self._span(tree))

    def literal(self, tree: LarkTree[Token]) -> Expression:
        return Literal(self._span(tree), _LITERALS.get(_text(tree)))

    def name(self, tree: LarkTree[Token]) -> Expression:
        name = _text(tree)
        return Literal(self._span(tree), _LITERALS[name]) if name in _LITERALS else Name(self._span(tree), name)

    def attribute(self, tree: LarkTree[Token]) -> Expression:
        target, accessor = _trees(tree)[:2]
        return Attribute(self._span(tree), self.expression(target), _text(_trees(accessor)[0]))

    def index(self, tree: LarkTree[Token]) -> Expression:
        target, accessor = _trees(tree)[:2]
        return Index(self._span(tree), self.expression(target), self._key(accessor))

    def _key(self, accessor: LarkTree[Token]) -> Expression:
        trees = _trees(accessor)
        if trees:
            return self.expression(trees[0])
        number = next((str(token) for token in _tokens(accessor) if token.isdecimal() and len(token) < 10), None)
        return Literal(self._span(accessor), int(number)) if number is not None else Opaque(self._span(accessor))

    def splat(self, tree: LarkTree[Token]) -> Expression:
        target, accessor = _trees(tree)[:2]
        steps = tuple(
            _text(_trees(step)[0]) if step.data == "get_attr" else self._key(step) for step in _trees(accessor)
        )
        return Splat(self._span(tree), self.expression(target), steps)

    def call(self, tree: LarkTree[Token]) -> Expression:
        trees = _trees(tree)
        names = [one for one in trees if one.data == "identifier"]
        listed = next((one for one in trees if one.data == "arguments"), None)
        arguments = tuple(self.expression(one) for one in _trees(listed)) if listed is not None else ()
        spread = listed is not None and any(token == "..." for token in _tokens(listed))
        return Call(self._span(tree), "::".join(_text(one) for one in names), arguments, spread)

    def sequence(self, tree: LarkTree[Token]) -> Expression:
        return ListOf(self._span(tree), tuple(self.expression(one) for one in _trees(tree)))

    def mapping(self, tree: LarkTree[Token]) -> Expression:
        pairs = []
        for element in _trees(tree):
            key, *_, value = _trees(element)
            pairs.append((self._object_key(key), self.expression(value)))
        return MapOf(self._span(tree), tuple(pairs))

    def _object_key(self, tree: LarkTree[Token]) -> Expression:
        trees = _trees(tree)
        if not trees:
            return Opaque(self._span(tree))
        if trees[0].data == "keyword":
            return Literal(self._span(trees[0]), _text(trees[0]))
        key = self.expression(trees[0])
        bracketed = any(token == "(" for token in _tokens(trees[0]))
        if isinstance(key, Name) and not bracketed:
            return Literal(key.span, key.name)
        if isinstance(key, Literal) and not isinstance(key.value, str):
            return Literal(key.span, _text(trees[0]))
        return key

    def loop(self, tree: LarkTree[Token]) -> Expression:
        intro, *rest = _trees(tree)
        condition = next((one for one in rest if one.data == "for_cond"), None)
        results = [one for one in rest if one.data != "for_cond"]
        inner = _trees(intro)
        names = tuple(_text(one) for one in inner[:-1])
        if not results or not names:
            return Opaque(self._span(tree))
        return Loop(
            self._span(tree),
            names,
            self.expression(inner[-1]),
            self.expression(results[0]) if len(results) > 1 else None,
            self.expression(results[-1]),
            self.expression(_trees(condition)[-1]) if condition is not None else None,
            any(token == "..." for token in _tokens(tree)),
        )

    def conditional(self, tree: LarkTree[Token]) -> Expression:
        condition, chosen, otherwise = (self.expression(one) for one in _trees(tree)[:3])
        return Conditional(self._span(tree), condition, chosen, otherwise)

    def binary(self, tree: LarkTree[Token]) -> Expression:
        left, term = _trees(tree)[:2]
        operator, right = _trees(term)[:2]
        return Operation(self._span(tree), _text(operator).strip(), (self.expression(left), self.expression(right)))

    def unary(self, tree: LarkTree[Token]) -> Expression:
        operator = _text(tree).strip()
        return Operation(self._span(tree), operator, (self.expression(_trees(tree)[0]),))


_CONVERSIONS = {
    "expr_term": _Conversion.term,
    "string": _Conversion.string,
    "int_lit": _Conversion.integer,
    "float_lit": _Conversion.decimal,
    "literal_value": _Conversion.literal,
    "identifier": _Conversion.name,
    "get_attr_expr_term": _Conversion.attribute,
    "index_expr_term": _Conversion.index,
    "attr_splat_expr_term": _Conversion.splat,
    "full_splat_expr_term": _Conversion.splat,
    "function_call": _Conversion.call,
    "tuple": _Conversion.sequence,
    "object": _Conversion.mapping,
    "for_tuple_expr": _Conversion.loop,
    "for_object_expr": _Conversion.loop,
    "conditional": _Conversion.conditional,
    "binary_op": _Conversion.binary,
    "unary_op": _Conversion.unary,
}


def _text(tree: LarkTree[Token]) -> str:
    """Return the first token of *tree*, or the text of a label."""
    for token in tree.scan_values(_is_token):
        if token != '"':
            return str(token)
    return ""


def _unescape(text: str) -> str:
    return _ESCAPE.sub(_unescaped, text)


def _unescaped(match: re.Match[str]) -> str:
    if match[1] or match[2]:
        code = int(match[1] or match[2], 16)
        return chr(code) if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else "\ufffd"
    if match[3]:
        return _ESCAPES.get(match[3], match[0])
    return match[0][1:]
