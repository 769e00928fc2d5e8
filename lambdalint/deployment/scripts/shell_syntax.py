"""The grammar of shell scripts, as far as build steps need it: a script becomes commands.

What is not known here is read as a simple command, and the nesting is bounded.
"""

from __future__ import annotations

import msgspec

from lambdalint.deployment.scripts.shell_tokens import Token, Word, assignment_of, tokens_of

MAX_DEPTH = 25
MAX_NODES = 20_000

_REDIRECTIONS = frozenset({"<<<", "<<-", "<<", ">>", ">|", ">&", "<&", "&>>", "&>", "<>", "<", ">"})
_SEPARATORS = frozenset({"\n", ";", "&", "&&", "||", "|", "|&"})
_ASKING = frozenset({"[", "[[", "test", "command", "which"})
_LEADING = frozenset({"if", "then", "elif", "else", "while", "until", "do", "!", "{", "time"})


class Redirection(msgspec.Struct, frozen=True):
    """A file that the shell opens for a command."""

    operator: str
    target: Word


class Simple(msgspec.Struct, frozen=True):
    """A command with its words. ``unsure`` tells that another command's outcome decides whether it runs."""

    words: tuple[Word, ...]
    redirections: tuple[Redirection, ...] = ()
    unsure: bool = False


class Group(msgspec.Struct, frozen=True):
    """``( ... )``, or one side of a pipe."""

    body: tuple[Command, ...]


class Branches(msgspec.Struct, frozen=True):
    """The bodies of ``if`` or ``case``, of which one runs, and of a loop whose rounds are not known."""

    bodies: tuple[tuple[Command, ...], ...]


class Loop(msgspec.Struct, frozen=True):
    """``for name in words``."""

    name: str
    words: tuple[Word, ...]
    body: tuple[Command, ...]


class Definition(msgspec.Struct, frozen=True):
    """A function of the script."""

    name: str
    body: tuple[Command, ...]


Command = Simple | Group | Branches | Loop | Definition


def parse(text: str, *, make: bool = False) -> tuple[Command, ...]:
    """Return the commands of a script; *make* as for ``shell_tokens.tokens_of``."""
    return _Parser(tokens_of(text, make=make)).commands(frozenset(), 0)


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._nodes = 0

    def _bare(self) -> str | None:
        if self._at >= len(self._tokens):
            return None
        word = self._tokens[self._at].word
        return word.bare if word else None

    def _operator(self) -> str:
        return self._tokens[self._at].text if self._at < len(self._tokens) else ""

    def commands(self, ends: frozenset[str], depth: int) -> tuple[Command, ...]:
        """Read commands up to one of the words or operators *ends*, which is left where it is."""
        found: list[Command] = []
        unsure = False
        while self._at < len(self._tokens) and self._nodes < MAX_NODES:
            self._nodes += 1
            operator = self._operator()
            if operator in ends or (self._bare() or "") in ends:
                break
            if operator in _REDIRECTIONS:
                self._at += 2
                continue
            if operator:
                unsure = operator == "||" or (operator == "&&" and (unsure or _is_test(found)))
                if operator != "(":
                    if ends and operator not in _SEPARATORS:
                        break
                    self._at += 1
                    continue
            found.extend(self._command(depth, unsure=unsure))
        return tuple(found)

    def _command(self, depth: int, *, unsure: bool) -> list[Command]:
        if depth > MAX_DEPTH:
            self._at = len(self._tokens)
            return []
        if self._operator() == "(":
            self._at += 1
            body = self.commands(frozenset({")"}), depth + 1)
            self._at += 1
            return [Group(body)]
        word = self._bare()
        if word == "if":
            return self._conditional(depth)
        if word in ("while", "until"):
            self._at += 1
            condition = self.commands(frozenset({"do"}), depth + 1)
            return [*condition, Branches((self._body(depth),))]
        if word in ("for", "select"):
            return self._loop(depth)
        if word == "case":
            return self._case(depth)
        if word == "{":
            self._at += 1
            body = self.commands(frozenset({"}"}), depth + 1)
            self._at += 1
            return [Branches((body,))] if unsure else list(body)
        if word == "function":
            self._at += 1
            name = self._bare() or ""
            self._at += 1
            while self._operator() in ("(", ")", "\n"):
                self._at += 1
            return [Definition(name, tuple(self._command(depth + 1, unsure=False)))]
        if word in _LEADING:
            self._at += 1
            return []
        return self._simple(depth, unsure=unsure)

    def _conditional(self, depth: int) -> list[Command]:
        before: list[Command] = []
        bodies = []
        while self._bare() in ("if", "elif"):
            self._at += 1
            condition = self.commands(frozenset({"then", "fi"}), depth + 1)
            before.extend(condition)
            if self._bare() == "then":
                self._at += 1
            bodies.append(self.commands(frozenset({"elif", "else", "fi"}), depth + 1))
        if self._bare() == "else":
            self._at += 1
            bodies.append(self.commands(frozenset({"fi"}), depth + 1))
        self._at += 1
        return [*before, Branches(tuple(bodies))]

    def _body(self, depth: int) -> tuple[Command, ...]:
        if self._bare() == "do":
            self._at += 1
        body = self.commands(frozenset({"done"}), depth + 1)
        self._at += 1
        return body

    def _loop(self, depth: int) -> list[Command]:
        self._at += 1
        name = self._bare()
        self._at += 1
        words: list[Word] = []
        if self._bare() == "in":
            self._at += 1
            while self._at < len(self._tokens) and (word := self._tokens[self._at].word) is not None:
                words.append(word)
                self._at += 1
        while self._at < len(self._tokens) and self._bare() != "do":
            self._at += 1
        body = self._body(depth)
        return [Loop(name, tuple(words), body) if name and words else Branches((body,))]

    def _case(self, depth: int) -> list[Command]:
        bodies = []
        while self._at < len(self._tokens) and self._bare() != "in":
            self._at += 1
        self._at += 1
        while self._at < len(self._tokens) and self._bare() != "esac":
            while self._at < len(self._tokens) and self._operator() != ")" and self._bare() != "esac":
                self._at += 1
            if self._bare() == "esac":
                break
            self._at += 1
            bodies.append(self.commands(frozenset({";;", ";&", ";;&", "esac"}), depth + 1))
            if self._operator():
                self._at += 1
        self._at += 1
        return [Branches(tuple(bodies))]

    def _simple(self, depth: int, *, unsure: bool) -> list[Command]:
        words: list[Word] = []
        redirections: list[Redirection] = []
        start = self._at
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            if token.word is not None:
                words.append(token.word)
                self._at += 1
            elif token.text in _REDIRECTIONS:
                self._at += 1
                target = self._tokens[self._at].word if self._at < len(self._tokens) else None
                if target is not None:
                    redirections.append(Redirection(token.text, target))
                    self._at += 1
            elif token.text == "(" and len(words) == 1 and self._empty_brackets():
                self._at += 2
                while self._operator() == "\n":
                    self._at += 1
                return [Definition(words[0].bare or "", tuple(self._command(depth + 1, unsure=False)))]
            elif token.text == "(" and words and _ends_with_equals(words[-1]):
                words.pop()
                self._skip_array()
            else:
                break
        if self._at == start:
            self._at += 1
        return [Simple(tuple(words), tuple(redirections), unsure)] if words else []

    def _empty_brackets(self) -> bool:
        return self._at + 1 < len(self._tokens) and self._tokens[self._at + 1].text == ")"

    def _skip_array(self) -> None:
        while self._at < len(self._tokens) and self._operator() != ")":
            self._at += 1
        self._at += 1


def _ends_with_equals(word: Word) -> bool:
    found = assignment_of(word)
    return found is not None and not found[1].parts


def _is_test(found: list[Command]) -> bool:
    """Tell whether the last command only asks something."""
    last = found[-1] if found else None
    return isinstance(last, Simple) and bool(last.words) and last.words[0].bare in _ASKING
