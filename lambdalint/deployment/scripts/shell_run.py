"""Follows a shell script without running it: the directory it is in, its variables, and the words of each command."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from lambdalint.deployment.scripts.script_text import ROOT, ScriptText, Unknowns, has_unknown, in_project, joined
from lambdalint.deployment.scripts.shell_syntax import Branches, Definition, Group, Loop, Redirection, Simple, parse
from lambdalint.deployment.scripts.shell_tokens import Word, assignment_of, word_of
from lambdalint.deployment.scripts.wildcards import braced, is_pattern, matching_names

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from lambdalint.deployment.scripts.shell_syntax import Command
    from lambdalint.deployment.scripts.shell_tokens import Part
    from lambdalint.model import Tree

MAX_COMMANDS = 4_000
MAX_VALUE = 4_000
MAX_ROUNDS = 100
MAX_CALLS = 12

_DECLARING = frozenset({"export", "local", "readonly", "declare", "typeset"})
_OPERATION = re.compile(r"(\w+)(%%?|##?)(/|/\*|\*/)", re.ASCII)
_CONNECTIVES = frozenset({"&&", ";", "||", "|"})


class Field(msgspec.Struct, frozen=True):
    """A word as a command gets it. ``pattern`` tells that it holds wildcards that the shell still has to match."""

    text: str
    start: int
    end: int
    pattern: bool = False


class Mount(msgspec.Struct, frozen=True):
    """A folder of the machine that a container sees under another path."""

    inside: str
    outside: str


class Job(msgspec.Struct):
    """What the commands of one run share.

    ``found`` and ``missed`` count the files that they name. ``cut`` tells that a bound was hit, and commands left out;
    ``skipped`` that a loop has more rounds than were followed, in which the same happens.
    """

    tree: Tree
    perform: Callable[[Shell, list[Field], tuple[Redirection, ...]], None]
    unknowns: Unknowns = msgspec.field(default_factory=Unknowns)
    commands: int = MAX_COMMANDS
    found: int = 0
    missed: int = 0
    cut: bool = False
    skipped: bool = False
    is_folder: Callable[[str], bool] = lambda _: False


class Shell(msgspec.Struct):
    """The state of one shell. ``unsure`` counts the conditions around the command that runs."""

    job: Job
    script: ScriptText
    directory: str
    variables: dict[str, str] = msgspec.field(default_factory=dict)
    arguments: tuple[str, ...] | None = None
    functions: dict[str, tuple[Command, ...]] = msgspec.field(default_factory=dict)
    mounts: tuple[Mount, ...] = ()
    make: Callable[[str], str] | None = None
    unsure: int = 0
    depth: int = 0
    before: str = ""
    stack: list[str] = msgspec.field(default_factory=list)
    environment: Mapping[str, str] = msgspec.field(default_factory=dict)

    def copy(self) -> Shell:
        """Return a shell of its own in the same state."""
        return replace(self, variables=dict(self.variables), functions=dict(self.functions), stack=list(self.stack))

    def path(self, text: str) -> str:
        """Return the path that *text* means here."""
        if text == "~" or text.startswith("~/"):
            text = self.variable("HOME") + text[1:]
        path = joined(self.directory, text)
        for mount in self.mounts:
            if path == mount.inside or path.startswith(f"{mount.inside.rstrip('/')}/"):
                return joined(mount.outside, f"./{path[len(mount.inside) :]}")
        return path

    def expect(self, path: str) -> None:
        """Note that a command needs what lies at *path*, and whether it is there."""
        relative = in_project(path)
        tree = self.job.tree
        if relative is None:
            return
        if relative in tree or relative in tree.directories or self.job.is_folder(path):
            self.job.found += 1
        elif not self.unsure:
            self.job.missed += 1

    def run_text(self, script: ScriptText) -> str:
        """Run a script in this shell."""
        outer, self.script = self.script, script
        ended = self.run(parse(script.text, make=self.make is not None))
        self.script = outer
        return ended

    def run(self, commands: Sequence[Command]) -> str:
        """Run commands; return the one (``exit``, ``return``, ...) that ends them for sure, or nothing."""
        for command in commands:
            self.job.commands -= 1
            if self.job.commands < 0:
                self.job.cut = True
                return "exit"
            if isinstance(command, Simple):
                if ended := self._simple(command):
                    return ended
            elif isinstance(command, Group):
                self.copy().run(command.body)
            elif isinstance(command, Branches):
                self._branches(command)
            elif isinstance(command, Definition):
                self.functions[command.name] = command.body
            elif self._loop(command) == "exit":
                return "exit"
        return ""

    def _branches(self, command: Branches) -> None:
        """Run each body in the state before; what they leave in different states is not known."""
        left: list[Shell] = []
        for body in command.bodies:
            shell = self.copy()
            shell.unsure += 1
            if not shell.run(body):
                left.append(shell)
        for shell in left:
            for name, value in shell.variables.items():
                if value != self.variables.get(name, value) or any(
                    other.variables.get(name, value) != value for other in left
                ):
                    self.variables[name] = self.job.unknowns.new()
            self.functions.update(shell.functions)
        for shell in left:
            for name, value in shell.variables.items():
                self.variables.setdefault(name, value)
        if any(shell.directory != self.directory for shell in left):
            self.directory = (
                left[0].directory
                if len({shell.directory for shell in left}) == 1 and len(left) == len(command.bodies) > 1
                else self.job.unknowns.new()
            )

    def _loop(self, command: Loop) -> str:
        values: list[str] = []
        for given in self.fields(command.words):
            values.extend(self.matches(given) or [given.text])
        self.job.skipped = self.job.skipped or len(values) > MAX_ROUNDS
        for value in values[:MAX_ROUNDS]:
            self.variables[command.name] = value
            self.unsure += has_unknown(value)
            ended = self.run(command.body)
            self.unsure -= has_unknown(value)
            if ended == "exit" or ended == "return":
                return ended
        return ""

    def _simple(self, command: Simple) -> str:
        words = list(command.words)
        assigned: list[tuple[str, str]] = []
        while words and (found := assignment_of(words[0])) is not None:
            assigned.append((found[0], self.value(found[1])))
            words.pop(0)
        if not words:
            self.variables.update(assigned)
            return ""
        if words[0].bare in _DECLARING:
            for word in words[1:]:
                if (found := assignment_of(word)) is not None:
                    self.variables[found[0]] = self.value(found[1])
            return ""
        kept = self.variables
        if assigned:
            self.variables = {**kept, **dict(assigned)}
        self.unsure += command.unsure
        ended = self._call(self.fields(words), command.redirections)
        self.unsure -= command.unsure
        if assigned:
            self.variables = kept
        return "" if command.unsure else ended

    def _call(self, fields: list[Field], redirections: tuple[Redirection, ...]) -> str:
        """Run one command, or those that an expansion holds."""
        rest: list[Field] = []
        for position, given in enumerate(fields):
            if self.make is not None and given.text in _CONNECTIVES and given.start == fields[position - 1].start:
                self._call(rest, ())
                rest = []
            else:
                rest.append(given)
        fields = rest
        if not fields or (fields[0].text.startswith("#") and self.make is not None):
            return ""
        name = fields[0].text
        if name in ("exit", "return", "break", "continue"):
            return name
        if name in ("cd", "pushd", "popd"):
            self._change_directory(fields)
        elif name in ("read", "unset", "getopts"):
            for given in fields[1:]:
                self.variables[given.text] = self.job.unknowns.new()
        elif name == "shift":
            self.arguments = self.arguments[1:] if self.arguments else self.arguments
        elif name in self.functions:
            if self.depth < MAX_CALLS:
                arguments = self.arguments
                self.arguments = tuple(given.text for given in fields[1:])
                self.depth += 1
                ended = self.run(self.functions[name])
                self.depth -= 1
                self.arguments = arguments
                return "exit" if ended == "exit" else ""
            self.job.cut = True
        else:
            self.job.perform(self, fields, redirections)
        return ""

    def _change_directory(self, fields: list[Field]) -> None:
        targets = [given for given in fields[1:] if not given.text.startswith("-") or given.text == "-"]
        previous = self.directory
        if fields[0].text == "popd":
            self.directory = self.stack.pop() if self.stack else self.job.unknowns.new()
        elif not targets:
            self.directory = self.variable("HOME")
        elif targets[0].text == "-":
            self.directory = self.before or self.job.unknowns.new()
        else:
            matches = self.matches(targets[0])
            self.directory = self.path(matches[0] if len(matches) == 1 else targets[0].text)
            self.expect(self.directory)
        if fields[0].text == "pushd":
            self.stack.append(previous)
        self.before = previous

    def variable(self, name: str) -> str:
        """Return the value of a variable; one that the script does not set is something unknown."""
        found = self.known(name)
        return self.job.unknowns.named(f"${name}") if found is None else found

    def known(self, name: str) -> str | None:
        """Return the value of a variable that the script sets, or None."""
        if name in self.variables:
            return self.variables[name]
        if name == "PWD":
            return self.directory
        if name == "OLDPWD" and self.before:
            return self.before
        if name in ("0", "BASH_SOURCE"):
            return f"{ROOT}/{self.script.path}"
        if name.isdigit() and self.arguments is not None:
            return self.arguments[int(name) - 1] if int(name) <= len(self.arguments) else ""
        if name in ("@", "*") and self.arguments is not None:
            return " ".join(self.arguments)
        match = _OPERATION.fullmatch(name)
        if match is not None:
            value = self.variable(match[1])
            if match[3] == "/":
                return value.rstrip("/")
            return (value.rpartition("/")[0] or value) if "%" in match[2] else value.rpartition("/")[2]
        return self.environment.get(name)

    def value(self, word: Word) -> str:
        """Return what a word stands for, as one text."""
        text = "".join(self._part(part) for part in word.parts)
        return text if len(text) <= MAX_VALUE else self.job.unknowns.new()

    def fields(self, words: Sequence[Word]) -> list[Field]:
        """Return the words that a command gets: unquoted values fall apart at blanks."""
        found: list[Field] = []
        for word in words:
            texts = [""]
            seen = pattern = False
            for part in word.parts:
                seen = seen or part.quoted
                if part.kind == "variable" and part.text == "@" and part.quoted and self.arguments is not None:
                    # "$@" stands for the arguments, each a word of its own.
                    texts[-1] += self.arguments[0] if self.arguments else ""
                    texts.extend(self.arguments[1:])
                    continue
                text = self._part(part)
                if part.kind == "text":
                    texts[-1] += text
                    pattern = pattern or (not part.quoted and is_pattern(text))
                elif part.quoted or not (set(text) & {" ", "\t", "\n"}):
                    texts[-1] += text
                else:
                    pieces = text.split()
                    if text[:1].isspace() and texts[-1]:
                        texts.append("")
                    texts[-1] += pieces[0] if pieces else ""
                    texts.extend(pieces[1:])
            for text in texts[:MAX_ROUNDS]:
                if text or seen:
                    each_of = braced(text) if word.bare else [text]
                    found.extend(Field(each[:MAX_VALUE], word.start, word.end, pattern) for each in each_of)
        return found

    def _part(self, part: Part) -> str:
        if part.kind == "text":
            return part.text
        if part.kind == "variable":
            found = self.known(part.text)
            if (not found or has_unknown(found)) and part.default is not None and self.depth < MAX_CALLS:
                self.depth += 1
                found = self.value(word_of(part.default))
                self.depth -= 1
                return found
            return self.variable(part.text) if found is None else found
        if part.kind == "make" and self.make is not None:
            text = self.make(part.text)
            if "$" in text and self.depth < MAX_CALLS:
                self.depth += 1
                text = self.value(word_of(text))
                self.depth -= 1
            return text if part.quoted else text.replace('"', "").replace("'", "")
        if part.kind == "script":
            return self.output(part.text)
        return self.job.unknowns.named(f"${{{part.text}}}")

    def output(self, text: str) -> str:
        """Return what a script prints, as far as it is a path."""
        if self.depth >= MAX_CALLS:
            return self.job.unknowns.new()
        shell = self.copy()
        shell.depth += 1
        commands = parse(text)
        shell.make = None
        if not commands:
            return ""
        shell.run(commands[:-1])
        last = commands[-1]
        if isinstance(last, Simple) and not last.redirections:
            fields = shell.fields(last.words)
            printed = shell.printed(fields)
            if printed is not None:
                return printed
            return self.job.unknowns.named(" ".join(each.text for each in fields)[:MAX_VALUE])
        return self.job.unknowns.named(f"$({text})")

    def printed(self, fields: list[Field]) -> str | None:
        """Return what a command that prints a path or names prints, or None."""
        words = [given.text for given in fields]
        last = words[-1] if words else ""
        plain = [given for given in fields[1:] if not given.text.startswith("-")]
        match words[:1]:
            case ["pwd"]:
                return self.directory
            case ["echo" | "printf"] if "%" not in last:
                return " ".join(given.text for given in plain)
            case ["dirname"] if len(words) > 1:
                return last.rstrip("/").rpartition("/")[0] or ("." if "/" not in last else "/")
            case ["basename"] if len(words) == 2:
                return last.rstrip("/").rpartition("/")[2]
            case ["realpath" | "readlink" | "greadlink"] if len(words) > 1:
                return self.path(last)
            case ["git"] if words[1:] == ["rev-parse", "--show-toplevel"]:
                return ROOT
            case ["mktemp"]:
                return self.job.unknowns.new()
            case ["ls"] if plain:
                found = [name for given in plain for name in self.matches(given)]
                return " ".join(found) if found else None
        return None

    def matches(self, given: Field) -> list[str]:
        """Return the files and folders of the project that a field with wildcards matches, as it would name them."""
        if not given.pattern or has_unknown(given.text):
            return []
        return matching_names(self.job.tree, given.text, self.path)
