"""Reads Makefiles: their variables, and the recipes of their targets as scripts.

GNU make runs each line of a recipe in a shell of its own, in the directory that make was started in
(https://www.gnu.org/software/make/manual/html_node/Execution.html).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from lambdalint.deployment.scripts.script_text import ROOT, ScriptText, in_project, readable
from lambdalint.deployment.scripts.shell_run import Field, Shell
from lambdalint.deployment.scripts.shell_tokens import closing

if TYPE_CHECKING:
    from lambdalint.model import Tree

MAX_BYTES = 300_000
MAX_RULES = 1_000
MAX_TARGETS = 200
MAX_DEPTH = 20
MAX_EXPANSIONS = 20_000
MAX_VALUE = 4_000
NAMES = ("GNUmakefile", "makefile", "Makefile")

_ASSIGNMENT = re.compile(r"(?:(?:export|override|private)\s+)*([\w.-]+)\s*(::?:?|\?|\+|!)?=\s*(.*)", re.DOTALL)
_RULE = re.compile(r"([^:=#\s][^:=#]*?)\s*::?(?!=)\s*(.*)", re.DOTALL)
_CONDITIONS = ("ifeq", "ifneq", "ifdef", "ifndef", "else", "endif")
_CONTINUED = re.compile(r"[ \t]*\\\n[ \t]*")
_FUNCTION = re.compile(r"([a-z]+)[ \t]+(.*)", re.DOTALL)


class Rule(msgspec.Struct):
    """A rule: its targets and prerequisites as written, and the lines of its recipe as scripts."""

    targets: str
    prerequisites: str
    recipe: list[ScriptText] = msgspec.field(default_factory=list)
    variables: dict[str, str] = msgspec.field(default_factory=dict)


class Makefile(msgspec.Struct):
    """The variables and rules of a Makefile and of those that it includes."""

    path: str
    variables: dict[str, str | None] = msgspec.field(default_factory=dict)
    rules: list[Rule] = msgspec.field(default_factory=list)
    one_shell: bool = False
    included: set[str] = msgspec.field(default_factory=set)


def read_makefile(tree: Tree, path: str) -> Makefile | None:
    """Read the Makefile at *path* with what it includes by a literal name; None if it cannot be read."""
    makefile = Makefile(path)
    return makefile if _read_into(tree, path, makefile) else None


def _read_into(tree: Tree, path: str, makefile: Makefile) -> bool:
    data = tree.read(path)
    if data is None or len(data) > MAX_BYTES or path in makefile.included or len(makefile.included) > MAX_DEPTH:
        return False
    makefile.included.add(path)
    _Reader(tree, makefile, ScriptText.of_file(path, readable(data))).read()
    return True


class _Reader(msgspec.Struct):
    tree: Tree
    makefile: Makefile
    script: ScriptText
    conditions: int = 0
    rule: Rule | None = None
    prefix: str = "\t"

    def read(self) -> None:
        text = self.script.text
        at = 0
        defining = False
        while at < len(text) and len(self.makefile.rules) < MAX_RULES:
            end = _line_end(text, at)
            line = text[at:end]
            start, at = at, end + 1
            stripped = line.strip()
            if defining:
                defining = not stripped.startswith("endef")
            elif line.startswith(self.prefix) and self.rule is not None:
                self._recipe(line[1:], start + 1)
            elif stripped.startswith("define "):
                defining = True
            elif stripped and not stripped.startswith("#"):
                self._line(_CONTINUED.sub(" ", stripped), start + line.find(stripped[0]))

    def _recipe(self, line: str, start: int) -> None:
        bare = line.lstrip(" \t@+-")
        if bare and self.rule is not None:
            self.rule.recipe.append(self.script.part(bare, start + len(line) - len(bare)))

    def _line(self, line: str, start: int) -> None:
        word = line.split(maxsplit=1)[0]
        if word in _CONDITIONS or word.startswith(("ifeq(", "ifneq(")):
            self.conditions += word.startswith("if") - (word == "endif")
            return
        if word in ("include", "-include", "sinclude"):
            for name in line.split()[1:]:
                folder = self.script.path.rpartition("/")[0]
                path = self.tree.join(folder, name)
                if path is not None:
                    _read_into(self.tree, path, self.makefile)
            return
        assignment = _ASSIGNMENT.fullmatch(line)
        if assignment is not None:
            self._assign(assignment)
            return
        rule = _RULE.fullmatch(line)
        if rule is None:
            return
        prerequisites, semicolon, command = rule[2].partition(";")
        prerequisites = prerequisites.partition("#")[0]
        own = _ASSIGNMENT.fullmatch(prerequisites.strip())
        if own is not None:
            self.makefile.rules.append(Rule(rule[1], "", variables={own[1]: own[3]}))
            return
        if rule[1].strip() == ".ONESHELL":
            self.makefile.one_shell = True
        self.rule = Rule(rule[1], prerequisites)
        self.makefile.rules.append(self.rule)
        if semicolon:
            self._recipe(command, start + len(line) - len(command))

    def _assign(self, match: re.Match[str]) -> None:
        name, operator, value = match[1], match[2] or "", match[3]
        variables = self.makefile.variables
        value = re.sub(r"(?:^|\s)#.*", "", value, flags=re.DOTALL).rstrip()
        if name == ".RECIPEPREFIX":
            self.prefix = value[:1] or "\t"
        elif operator == "!":
            variables[name] = None
        elif operator == "?" and name in variables:
            return
        elif operator == "+" and name in variables:
            before = variables[name]
            variables[name] = None if before is None else f"{before} {value}"[:MAX_VALUE]
        elif self.conditions and variables.get(name, value) != value:
            variables[name] = None
        elif operator.startswith(":") and name in _names_in(value):
            known = variables.get(name)
            variables[name] = (
                None if known is None else re.sub(rf"\$[({{]{re.escape(name)}[)}}]", lambda _: known, value)[:MAX_VALUE]
            )
        else:
            variables[name] = value


def _line_end(text: str, start: int) -> int:
    """Return where the line at *start* ends; a backslash at its end continues it."""
    end = text.find("\n", start)
    while end > start and text[end - 1] == "\\":
        end = text.find("\n", end + 1)
    return len(text) if end < 0 else end


def _names_in(value: str) -> list[str]:
    return re.findall(r"\$[({]([\w.-]+)[)}]", value)


class MakeRun(msgspec.Struct):
    """Runs targets of one Makefile in the shells of a run."""

    makefile: Makefile
    shell: Shell
    overrides: dict[str, str] = msgspec.field(default_factory=dict)
    done: set[str] = msgspec.field(default_factory=set)
    expansions: int = MAX_EXPANSIONS
    automatic: dict[str, str] = msgspec.field(default_factory=dict)

    def top_targets(self) -> list[str]:
        """Return the targets that no other one needs; all of them where each is needed."""
        targets: list[str] = []
        needed: set[str] = set()
        for rule in self.makefile.rules:
            names = self.expand(rule.targets).split()
            if names and names[0].startswith(".") and names[0][1:].isupper():
                continue
            if not rule.variables:
                targets.extend(name for name in names if "%" not in name)
            needed.update(name for name in self.expand(rule.prerequisites).split() if name not in names)
        found = list(dict.fromkeys(targets))[:MAX_TARGETS]
        return [name for name in found if name not in needed] or found

    def default_target(self) -> list[str]:
        """Return the target that make runs where none is asked for."""
        for rule in self.makefile.rules:
            names = self.expand(rule.targets).split()
            if names and not names[0].startswith(".") and "%" not in names[0] and not rule.variables:
                return names[:1]
        return []

    def run(self, name: str, depth: int = 0) -> None:
        """Run what the target *name* needs, and its recipe, once."""
        if name in self.done or depth > MAX_DEPTH or self.shell.job.commands < 0:
            return
        self.done.add(name)
        rules = [(rule, stem) for rule in self.makefile.rules if (stem := self._stem(rule, name)) is not None]
        if any(rule.recipe and not stem for rule, stem in rules):
            rules = [(rule, stem) for rule, stem in rules if not stem]
        kept = dict(self.overrides)
        for rule, _ in rules:
            for variable, value in rule.variables.items():
                self.overrides.setdefault(variable, value)
        for rule, stem in rules:
            needed = self.expand(rule.prerequisites).replace("%", stem or "%").split()
            for each in needed:
                if each != "|":
                    self.run(each, depth + 1)
            self.automatic = {
                "@": name,
                "<": needed[0] if needed else "",
                "^": " ".join(needed),
                "*": stem or "",
                "@D": name.rpartition("/")[0] or ".",
                "@F": name.rpartition("/")[2],
            }
            self._recipe(rule, name)
        self.overrides = kept

    def _stem(self, rule: Rule, name: str) -> str | None:
        """Return what ``%`` stands for where the rule makes *name*, or None where it does not."""
        for target in self.expand(rule.targets).split():
            if target == name:
                return ""
            before, percent, after = target.partition("%")
            fits = name.startswith(before) and name.endswith(after) and len(name) > len(before) + len(after)
            if percent and fits:
                return name[len(before) : len(name) - len(after)]
        return None

    def _recipe(self, rule: Rule, name: str) -> None:
        variables = {**self.shell.variables, "MAKE_TARGET": name}
        shell: Shell | None = None
        for line in rule.recipe:
            if shell is None or not self.makefile.one_shell:
                shell = self.shell.copy()
                shell.variables = dict(variables)
                shell.make = self.expression
                shell.functions = {}
            automatic = self.automatic
            shell.run_text(line)
            self.automatic = automatic

    def expand(self, text: str, depth: int = 0) -> str:
        """Return *text* with make's variables expanded; ``$$`` becomes ``$``."""
        if "$" not in text:
            return text
        found: list[str] = []
        at = 0
        while (dollar := text.find("$", at)) >= 0:
            found.append(text[at:dollar])
            opening = text[dollar + 1 : dollar + 2]
            if opening in ("(", "{"):
                end = closing(text, dollar + 1)
                found.append(self.expression(text[dollar + 2 : end], depth))
                at = end + 1
            else:
                found.append("$" if opening == "$" else self.expression(opening, depth))
                at = dollar + 2
        found.append(text[at:])
        return "".join(found)[:MAX_VALUE]

    def expression(self, text: str, depth: int = 0) -> str:
        """Return what ``$(text)`` stands for."""
        self.expansions -= 1
        unknowns = self.shell.job.unknowns
        if depth > MAX_DEPTH or self.expansions < 0:
            return unknowns.named(f"$({text[:MAX_VALUE]})")
        match = _FUNCTION.fullmatch(text)
        if match is not None:
            return self._function(match[1], match[2], depth)
        name = self.expand(text, depth + 1)
        if name in self.automatic:
            return self.automatic[name]
        if name in self.overrides:
            return self.expand(self.overrides[name], depth + 1)
        if name in self.makefile.variables:
            value = self.makefile.variables[name]
            return unknowns.named(f"$({name})") if value is None else self.expand(value, depth + 1)
        if name in ("PWD", "CURDIR"):
            return self.shell.directory
        if name == "MAKE":
            return "make"
        if name == "MAKEFILE_LIST":
            return f"{ROOT}/{self.makefile.path}"
        return self.shell.variable(name)

    def _function(self, name: str, argument: str, depth: int) -> str:
        unknowns = self.shell.job.unknowns
        if name == "shell":
            return self.shell.output(self.expand(argument, depth + 1))
        value = self.expand(argument, depth + 1).strip()
        words = value.split()
        match name:
            case "dir":
                return " ".join((word.rpartition("/")[0] or ".") + "/" for word in words)
            case "notdir":
                return " ".join(word.rpartition("/")[2] for word in words)
            case "abspath" | "realpath":
                return " ".join(self.shell.path(word) for word in words)
            case "strip" | "sort":
                return " ".join(sorted(set(words)) if name == "sort" else words)
            case "firstword" | "lastword":
                return (words[0] if name == "firstword" else words[-1]) if words else ""
            case "wildcard":
                return " ".join(
                    found for word in words for found in self.shell.matches(Field(word, 0, 0, pattern=True))
                )
            case "addprefix" | "addsuffix":
                fix, _, names = value.partition(",")
                return " ".join(fix + each if name == "addprefix" else each + fix for each in names.split())
        return unknowns.named(f"$({name} {value})")


def makefile_in(tree: Tree, folder: str) -> str | None:
    """Return the Makefile that make takes in a folder, given as a path of a script, or None."""
    relative = in_project(folder)
    if relative is None:
        return None
    return next((path for name in NAMES if (path := f"{relative}/{name}".lstrip("/")) in tree), None)
