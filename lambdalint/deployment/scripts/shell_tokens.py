"""The words and operators of shell scripts; words keep their places, and nothing is expanded."""

from __future__ import annotations

import re

import msgspec

MAX_TOKENS = 80_000

_OPERATORS = re.compile(r"<<<|<<-|<<|>>|>\||>&|<&|&>>|&>|<>|&&|\|\||\|&|;;&|;;|;&|[;&|()<>\n]")
_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)(\+?=)", re.ASCII)
_CLOSING = {"(": ")", "{": "}"}


class Part(msgspec.Struct, frozen=True):
    """A piece of a word.

    ``kind`` is ``text``, ``variable`` (``text`` is the name, ``default`` what stands for an empty one), ``script`` (a
    command whose output stands here), ``make`` (an expression that make expands first) or ``unknown``.
    """

    kind: str
    text: str
    quoted: bool = False
    default: str | None = None


class Word(msgspec.Struct, frozen=True):
    """One word of a command, from the offset ``start`` to ``end`` of the script."""

    parts: tuple[Part, ...]
    start: int
    end: int

    @property
    def bare(self) -> str | None:
        """The text of a word that is not quoted and holds no expansion, or None."""
        if len(self.parts) == 1 and self.parts[0].kind == "text" and not self.parts[0].quoted:
            return self.parts[0].text
        return None


class Token(msgspec.Struct, frozen=True):
    """An operator, or a word."""

    text: str
    word: Word | None = None


def tokens_of(text: str, *, make: bool = False) -> list[Token]:
    """Return the tokens of a script; with *make*, ``$$`` is the shell's ``$`` and ``$(X)`` is make's."""
    return _Lexer(text, make=make).tokens()


def word_of(text: str, *, make: bool = False) -> Word:
    """Return *text* as one word in which variables count, as between double quotes."""
    return Word(tuple(_Lexer(text, make=make).quoted_parts()), 0, len(text))


def assignment_of(word: Word) -> tuple[str, Word] | None:
    """Return the name and the value of ``NAME=value``, or None."""
    if not word.parts or word.parts[0].kind != "text" or word.parts[0].quoted:
        return None
    first = word.parts[0]
    match = _ASSIGNMENT.match(first.text)
    if match is None:
        return None
    rest = Part("text", first.text[match.end() :])
    return match[1], Word((rest, *word.parts[1:]) if rest.text else word.parts[1:], word.start + match.end(), word.end)


class _Lexer(msgspec.Struct):
    text: str
    make: bool = False
    at: int = 0
    documents: list[tuple[str, bool, int]] = msgspec.field(default_factory=list)

    def tokens(self) -> list[Token]:
        found: list[Token] = []
        text = self.text
        while self.at < len(text) and len(found) < MAX_TOKENS:
            character = text[self.at]
            if character in " \t\r":
                self.at += 1
            elif character == "\\" and text.startswith(("\n", "\r\n"), self.at + 1):
                self.at = text.index("\n", self.at) + 1
            elif character == "#":
                end = text.find("\n", self.at)
                self.at = len(text) if end < 0 else end
            else:
                operator = _OPERATORS.match(text, self.at)
                if operator is None:
                    word = self._word()
                    if not (word.bare or "").isdigit() or text[self.at : self.at + 1] not in ("<", ">"):
                        found.append(Token("", word))
                else:
                    self.at = operator.end()
                    found.append(Token(operator[0]))
                    self._here_documents(found)
        return found

    def _here_documents(self, found: list[Token]) -> None:
        operator = found[-1].text
        if operator in ("<<", "<<-"):
            while self.text[self.at : self.at + 1] in (" ", "\t"):
                self.at += 1
            word = self._word()
            self.documents.append(("".join(part.text for part in word.parts), operator == "<<-", len(found)))
            found.append(Token("", word))
        elif operator == "\n" and self.documents:
            for delimiter, indented, position in self.documents:
                found[position] = Token("", self._document(delimiter, indented=indented))
            self.documents.clear()

    def _document(self, delimiter: str, *, indented: bool) -> Word:
        """Read a here-document as one word; nothing is expanded in it."""
        start = end = self.at
        while self.at < len(self.text):
            end = self.text.find("\n", self.at)
            end = len(self.text) if end < 0 else end
            line = self.text[self.at : end].rstrip("\r")
            first, self.at = self.at, end + 1
            if (line.lstrip("\t") if indented else line) == delimiter:
                end = first
                break
        return Word((Part("text", self.text[start:end], quoted=True),), start, end)

    def _word(self) -> Word:
        start = self.at
        parts: list[Part] = []
        text = self.text
        while self.at < len(text):
            character = text[self.at]
            if character in " \t\r\n;&|()<>":
                break
            self.at += 1
            if character == "\\":
                following = text[self.at : self.at + 1]
                self.at += 1
                if following == "\r":
                    self.at += 1
                elif following != "\n":
                    parts.append(Part("text", following, quoted=True))
            elif character == "'":
                end = text.find("'", self.at)
                end = len(text) if end < 0 else end
                parts.extend(self._single(text[self.at : end]))
                self.at = end + 1
            elif character == '"':
                parts.extend(self.quoted_parts())
            elif character in "$`":
                parts.append(self._expansion(character, quoted=False))
            else:
                parts.append(Part("text", character))
        if self.at == start:
            self.at += 1
        return Word(_joined(parts), start, min(self.at, len(text)))

    def _single(self, content: str) -> list[Part]:
        """Return what stands between single quotes; make expands its variables there, too."""
        if not self.make or "$" not in content:
            return [Part("text", content, quoted=True)]
        inner = _Lexer(content, make=True)
        parts: list[Part] = []
        while inner.at < len(content):
            character = content[inner.at]
            inner.at += 1
            if character != "$":
                parts.append(Part("text", character, quoted=True))
            elif content.startswith("$", inner.at):
                inner.at += 1
                parts.append(Part("text", "$", quoted=True))
            else:
                parts.append(inner._expansion("$", quoted=True))
        return parts

    def quoted_parts(self) -> list[Part]:
        """Read to the closing double quote, or to the end."""
        text = self.text
        parts = [Part("text", "", quoted=True)]
        while self.at < len(text) and text[self.at] != '"':
            character = text[self.at]
            self.at += 1
            if character == "\\" and text[self.at : self.at + 1] in ("$", "`", '"', "\\", "\n"):
                if text[self.at] != "\n":
                    parts.append(Part("text", text[self.at], quoted=True))
                self.at += 1
            elif character in "$`":
                parts.append(self._expansion(character, quoted=True))
            else:
                parts.append(Part("text", character, quoted=True))
        self.at += 1
        return parts

    def _expansion(self, character: str, *, quoted: bool) -> Part:
        text = self.text
        following = text[self.at : self.at + 1]
        if character == "`":
            end = text.find("`", self.at)
            end = len(text) if end < 0 else end
            body = text[self.at : end]
            self.at = end + 1
            return Part("script", body, quoted=quoted)
        if self.make:
            if following != "$":
                return self._make_expansion(quoted=quoted)
            self.at += 1
            following = text[self.at : self.at + 1]
        if text.startswith("{{", self.at):
            end = text.find("}}", self.at)
            end = len(text) if end < 0 else end + 2
            body = text[self.at + 2 : end - 2].strip()
            self.at = end
            return Part("variable", f"{{{{{body}}}}}", quoted=quoted)
        if following == "(":
            end = closing(text, self.at)
            body = text[self.at + 1 : end]
            self.at = end + 1
            return Part("unknown" if body.startswith("(") else "script", body, quoted=quoted)
        if following == "{":
            end = closing(text, self.at)
            body = text[self.at + 1 : end]
            self.at = end + 1
            return _parameter(body, quoted=quoted)
        name = _NAME.match(text, self.at)
        if name is not None:
            self.at = name.end()
            return Part("variable", name[0], quoted=quoted)
        if following and following in "0123456789@*#?!$-":
            self.at += 1
            return Part("variable", following, quoted=quoted)
        return Part("text", "$", quoted=quoted)

    def _make_expansion(self, *, quoted: bool) -> Part:
        following = self.text[self.at : self.at + 1]
        if following in _CLOSING:
            end = closing(self.text, self.at)
            body = self.text[self.at + 1 : end]
            self.at = end + 1
            return Part("make", body, quoted=quoted)
        self.at += 1
        return Part("make", following, quoted=quoted)


def _parameter(body: str, *, quoted: bool) -> Part:
    """Read what stands in ``${...}``."""
    match = re.fullmatch(r"(\w+|[@*#?!$-])(?:\[[@*]\])?", body, re.ASCII)
    if match is not None:
        return Part("variable", match[1], quoted=quoted)
    match = re.fullmatch(r"(\w+)(?:\[0\])?", body, re.ASCII)
    if match is not None:
        return Part("variable", match[1], quoted=quoted)
    match = re.fullmatch(r"(\w+):?[-=](.*)", body, re.ASCII | re.DOTALL)
    if match is not None:
        return Part("variable", match[1], quoted=quoted, default=match[2])
    match = re.fullmatch(r"(\w+):?\?.*", body, re.ASCII | re.DOTALL)
    if match is not None:
        return Part("variable", match[1], quoted=quoted)
    match = re.fullmatch(r"(\w+)(%{1,2}|#{1,2})(.*)", body, re.ASCII | re.DOTALL)
    if match is not None and match[3] in ("/", "/*", "*/"):
        return Part("variable", f"{match[1]}{match[2]}{match[3]}", quoted=quoted)
    return Part("unknown", body, quoted=quoted)


def closing(text: str, start: int) -> int:
    """Return where the bracket at *start* is closed, or the end."""
    opening = text[start]
    wanted = _CLOSING[opening]
    depth = 0
    for position in range(start, len(text)):
        if text[position] == opening:
            depth += 1
        elif text[position] == wanted:
            depth -= 1
            if depth == 0:
                return position
    return len(text)


def _joined(parts: list[Part]) -> tuple[Part, ...]:
    """Join neighbouring pieces of text."""
    found: list[Part] = []
    texts: list[str] = []
    quoted = False
    for part in parts:
        if part.kind == "text" and (not texts or part.quoted == quoted):
            texts.append(part.text)
            quoted = part.quoted
            continue
        if texts:
            found.append(Part("text", "".join(texts), quoted))
            texts = []
        if part.kind == "text":
            texts, quoted = [part.text], part.quoted
        else:
            found.append(part)
    if texts:
        found.append(Part("text", "".join(texts), quoted))
    return tuple(found)
