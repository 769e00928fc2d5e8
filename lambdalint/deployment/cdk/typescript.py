"""Reads CDK programs in TypeScript and JavaScript, over all their files: the constructs that they make.

What a function's parameters, a constructor's or a loop's variable stand for is taken from the calls that the program
makes and the lists that it holds: a construct in there is read once for each of them.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from msgspec.structs import replace

from lambdalint.deployment.cdk.expression import Call, Expression, Name, Scope, Text
from lambdalint.deployment.cdk.typescript_additions import added_variables
from lambdalint.deployment.cdk.typescript_bodies import bound_name
from lambdalint.deployment.cdk.typescript_imports import SUFFIXES, module_paths, python_name
from lambdalint.deployment.cdk.typescript_scopes import File, Pass
from lambdalint.deployment.cdk.typescript_tokens import LARGEST, CannotReadError, tokenise
from lambdalint.deployment.cdk.typescript_values import ClassDefinition, Definition, Module, TypeScriptValues
from lambdalint.deployment.document import decode
from lambdalint.deployment.not_lambda import is_apart
from lambdalint.model import Span, Tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.deployment.cdk.typescript_bodies import Body
    from lambdalint.model import EnvironmentVariable

MAX_FILES = 400
MAX_CONTEXTS = 300
MAX_DEPTH = 12
MAX_IMPORTS = 40
MAX_RESULTS = 2_000
MAX_PASSES = 1_000_000
"""Bounds: files that are searched for calls, ways into one body, calls and imports that lead to each other, calls whose
results are followed, tokens that are read anew."""


class Program:
    """The files of *tree* in TypeScript and JavaScript, each read when it is needed."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._files: dict[str, File | None] = {}
        self._unreadable: dict[str, CannotReadError] = {}
        self._contexts: dict[tuple[str, int], list[Pass]] = {}
        self._sites: dict[tuple[str, int], list[tuple[File, int, int]]] = {}
        self._passes = 0
        self._unread: list[File] = []
        self._reading = 0
        self._added: dict[str, dict[Span, tuple[EnvironmentVariable, ...]]] = {}
        self._open: list[tuple[str, int]] = []
        self._values = self.values("", None)
        self._results: dict[int, tuple[Call, Expression | None]] = {}
        self._listed: list[tuple[str, bytes]] | None = None

    def values(self, path: str, directory: str | None, candidates: tuple[str, ...] = ()) -> TypeScriptValues:
        """Return what evaluates the expressions of the file at *path*, whose program runs in *directory*."""
        return TypeScriptValues(path, directory, candidates, returned=self._returned, content=self._content)

    def added(self, path: str, made: Span, values: TypeScriptValues) -> tuple[EnvironmentVariable, ...]:
        """Return the variables that the file at *path* adds to the function that is made at a place."""
        file = self._file(path)
        if path not in self._added:
            self._added[path] = added_variables(file, values) if file is not None else {}
        return self._added[path].get(made, ())

    def _content(self, path: str) -> Text | None:
        content = self._tree.read(path)
        return None if content is None else Text(Span.point(path), content.decode("utf-8", "replace"))

    def calls(self, path: str, wanted: frozenset[str]) -> tuple[Call, ...]:
        """Return the objects of the *wanted* classes, by dotted name, that the file at *path* makes.

        Modules are named as in Python (``aws_cdk.aws_lambda``).

        Raises:
            CannotReadError: the file cannot be read.
        """
        file = self._file(path)
        if file is None:
            raise self._unreadable.get(path) or CannotReadError("too large, or not there")
        return tuple(self._calls(file, wanted))

    def _calls(self, file: File, wanted: frozenset[str]) -> Iterator[Call]:
        for at, token in enumerate(file.tokens.listed):
            if token.kind != "name" or token.text not in {"new", "super"}:
                continue
            callee, opening = self._callee(file, at, wanted)
            if callee is None:
                continue
            for around in self._ways(file, at):
                given = around.parser.arguments(opening) if file.tokens.text(opening) == "(" else ()
                if given is None:
                    continue
                if token.text == "super" and around.made is not None:
                    yield Call(around.made, replace(callee, span=around.made), given)
                    continue
                closing = file.tokens.partner.get(opening, opening - 1)
                yield Call(file.span(token.start, file.tokens.listed[closing].end), callee, given)

    def _callee(self, file: File, at: int, wanted: frozenset[str]) -> tuple[Expression | None, int]:
        """Return the wanted class of which the token at a position makes an object, and where its arguments start."""
        assert file.static is not None
        if file.tokens.text(at) == "super":
            bracket = file.class_around(at)
            if file.tokens.text(at + 1) != "(" or bracket < 0:
                return None, at
            base = file.classes[bracket].base
            callee, opening = (file.static.parser.chain(base)[0] if base >= 0 else None), at + 1
        else:
            callee, opening = file.static.parser.chain(at + 1)
            if file.tokens.text(opening) == "<":
                opening = file.static.behind_arguments(opening) + 1
        known = callee
        for _ in range(MAX_DEPTH):
            if known is None or self._values.dotted(known) in wanted:
                return known, opening
            made = self._values.follow(known)
            if not isinstance(made, ClassDefinition) or self._constructor(made) is not None:
                return None, opening
            known = made.base
        return None, opening

    def _constructor(self, of: ClassDefinition) -> Body | None:
        file = self._file(of.path)
        if file is None:
            return None
        named = (body for body in file.bodies if body.owner == of.bracket and body.name == "constructor")
        return next(named, None)

    def _ways(self, file: File, at: int) -> list[Pass]:
        """Return the scopes that the token at a position is reached with, one for each way."""
        assert file.static is not None
        number = file.innermost(at)
        if number is None or self._passes > MAX_PASSES:
            return [file.static]
        key = file.path, number
        if key not in self._contexts:
            if key in self._open or len(self._open) >= MAX_DEPTH:
                return [file.static]
            self._open.append(key)
            try:
                found = self._into(file, number)[:MAX_CONTEXTS]
            finally:
                self._open.pop()
            self._contexts[key] = found
        return self._contexts[key]

    def _into(self, file: File, number: int) -> list[Pass]:
        body = file.bodies[number]
        if body.kind == "loop":
            entered = (
                self._entered(outer, body, given)
                for outer in self._ways(file, body.start)
                for given in self._elements(outer, body)
            )
            return list(islice(entered, MAX_CONTEXTS))
        found: list[Pass] = []
        for site_file, at, opening in self._sites_of(file, number):
            for around in self._ways(site_file, at):
                given = around.parser.arguments(opening)
                inner = self._called(file, body, around, given)
                if body.name == "constructor" and body.owner >= 0:
                    inner.made = self._made_at(site_file, at, opening, around)
                found.append(inner)
                if len(found) >= MAX_CONTEXTS:
                    return found
        if found:
            return found
        if body.owner >= 0 and body.name != "constructor":
            return [self._entered(outer, body, None) for outer in self._instances(file, body.owner)]
        if body.owner >= 0:
            return [self._called(file, body, outer, None) for outer in self._ways(file, file.classes[body.owner].at)]
        return [self._entered(outer, body, None) for outer in self._ways(file, body.start)]

    def _returned(self, of: Definition, call: Call) -> Expression | None:
        """Return what a function returns for a call; None where it may be one of several things."""
        if id(call) not in self._results:
            # The call is kept beside its result, so that no other one gets its id.
            self._results[id(call)] = call, None
            file = self._file(of.path)
            if file is not None and file.static is not None and len(self._results) < MAX_RESULTS:
                self._results[id(call)] = call, self._result(file, of.body, call)
        return self._results[id(call)][1]

    def _result(self, file: File, number: int, call: Call) -> Expression | None:
        body = file.bodies[number]
        if body.kind != "function" or file.static is None:
            return None
        starts = [body.first]
        if file.tokens.text(body.first - 1) == "{":
            listed = range(body.first, body.last)
            returns = (at for at in listed if file.tokens.text(at) == "return" and file.tokens.kind(at) == "name")
            starts = [at + 1 for at in returns if file.innermost(at) == number]
        if len(starts) != 1:
            return None
        return self._called(file, body, file.static, call.arguments).parser.expression(starts[0])[0]

    @staticmethod
    def _made_at(file: File, at: int, opening: int, around: Pass) -> Span:
        """Return the place of the class's name where an object is made, also by way of a class that extends it."""
        if file.tokens.text(at) == "super" and around.made is not None:
            return around.made
        last = file.tokens.listed[max(opening - 1, at)]
        return file.span(file.tokens.listed[min(at + 1, opening - 1)].start, last.end)

    def _elements(self, outer: Pass, body: Body) -> list[tuple[Expression, ...] | None]:
        tokens = outer.file.tokens
        if tokens.text(body.over - 1) == "of":
            over = outer.parser.expression(body.over)[0]
        else:
            stop = body.start - (4 if tokens.text(body.start - 1) == "async" else 3)
            over = outer.parser.expression_before(body.over, stop)
        listed = self._values.elements(over)
        return [None] if listed is None else [(one,) for one in listed[:MAX_CONTEXTS]]

    def _entered(self, outer: Pass, body: Body, given: tuple[Expression, ...] | None) -> Pass:
        """Return the scopes of a *body* whose parameters are *given*."""
        base = Scope(outer.scope_at(body.start))
        inner = Pass(outer.file, outer, body.first, body.last, base)
        inner.bind_parameters(body, given, base)
        self._read(inner)
        return inner

    def _read(self, inner: Pass) -> None:
        """Bind the names of tokens once more; their steps are counted apart from those of the file."""
        self._passes += inner.last - inner.first
        steps = inner.file.tokens.steps
        if self._passes <= MAX_PASSES:
            inner.read()
        inner.file.tokens.steps = steps

    def _called(self, file: File, body: Body, around: Pass, given: tuple[Expression, ...] | None) -> Pass:
        """Return the scopes of a function that is called within *around*; a constructor's has all of its class."""
        start = file.classes[body.owner].at if body.name == "constructor" and body.owner >= 0 else body.start
        outer: Pass | None = around
        while outer is not None and not (outer.file is file and outer.first <= start < outer.last):
            outer = outer.outer
        if outer is None:
            outer = file.static
        assert outer is not None
        if body.name != "constructor" or body.owner < 0:
            return self._entered(outer, body, given)
        base = Scope(outer.scope_at(start))
        inner = Pass(file, outer, body.owner + 1, file.tokens.partner[body.owner], base)
        inner.give(body, given)
        self._read(inner)
        return inner

    def _instances(self, file: File, bracket: int) -> list[Pass]:
        """Return the scopes of a class, one for each way in which an object of it is made."""
        named = (body for body in file.bodies if body.owner == bracket and body.name == "constructor")
        constructor = next((body for body in named if body.last > body.first), None)
        return self._ways(file, constructor.first if constructor is not None else file.classes[bracket].at)

    def _sites_of(self, file: File, number: int) -> list[tuple[File, int, int]]:
        """Return where a function is called, and where the arguments start."""
        key = file.path, number
        if key not in self._sites:
            body = file.bodies[number]
            if body.name == "constructor" and body.owner >= 0:
                assert file.static is not None
                made = file.static.scope_of(body.owner).bound.get("class")
                found = list(self._makings(made)) if isinstance(made, ClassDefinition) else []
            else:
                name = body.name or bound_name(file.tokens, body)
                found = list(self._callings(file.path, number, name)) if name else []
            self._sites[key] = found[:MAX_CONTEXTS]
        return self._sites[key]

    def _callings(self, path: str, number: int, name: str) -> Iterator[tuple[File, int, int]]:
        for file, at in self._mentions(path, name):
            start = at
            while file.tokens.text(start - 1) in {".", "?."} and file.tokens.kind(start - 2) == "name":
                start -= 2
            if file.tokens.text(start - 1) in {"new", "function", ".", "?."} or file.static is None:
                continue
            callee, opening = file.static.parser.chain(start)
            if file.tokens.text(opening) == "<":
                opening = file.static.behind_arguments(opening) + 1
            made = self._values.follow(callee)
            known = isinstance(made, Definition) and (made.path, made.body) == (path, number)
            if known and file.tokens.text(opening) == "(":
                yield file, start, opening

    def _makings(self, of: ClassDefinition, depth: int = 0) -> Iterator[tuple[File, int, int]]:
        """Yield where objects of a class are made, also as a part of those that extend it."""
        for file, at in self._mentions(of.path, of.name):
            start = at
            while file.tokens.text(start - 1) == ".":
                start -= 2
            before = file.tokens.text(start - 1)
            if before not in {"new", "extends"} or file.static is None:
                continue
            callee, opening = file.static.parser.chain(start)
            made = self._values.follow(callee)
            if not isinstance(made, ClassDefinition) or (made.path, made.bracket) != (of.path, of.bracket):
                continue
            if file.tokens.text(opening) == "<":
                opening = file.static.behind_arguments(opening) + 1
            if before == "new":
                if file.tokens.text(opening) == "(":
                    yield file, start - 1, opening
                continue
            bracket = next((one.bracket for one in file.classes.values() if one.base == start), None)
            inner = file.static.scope_of(bracket).bound.get("class") if bracket is not None else None
            if not isinstance(inner, ClassDefinition) or depth >= MAX_DEPTH:
                continue
            constructor = self._constructor(inner)
            if constructor is None:
                yield from self._makings(inner, depth + 1)
                continue
            for one in range(constructor.first, constructor.last):
                if file.tokens.text(one) == "super" and file.tokens.text(one + 1) == "(":
                    yield file, one, one + 1

    def _mentions(self, path: str, name: str) -> Iterator[tuple[File, int]]:
        """Yield where the files of the program of *path* write a *name*."""
        if self._listed is None:
            self._listed = [
                (one, self._tree.read(one) or b"")
                for one in self._tree.files
                if one.endswith(SUFFIXES) and not one.endswith((".d.ts", ".min.js")) and not is_apart(one)
            ]
        written = name.encode()
        top = self._program_folder(path)
        holding = [one for one, content in self._listed if one.startswith(top) and written in content]
        for one in sorted(holding, key=lambda each: each != path)[:MAX_FILES]:
            file = self._file(one)
            for at, token in enumerate(file.tokens.listed) if file is not None else ():
                if file is not None and token.text == name and token.kind == "name":
                    yield file, at

    def _program_folder(self, path: str) -> str:
        folder = path.rpartition("/")[0]
        while folder and not any(f"{folder}/{name}" in self._tree for name in ("cdk.json", "package.json")):
            folder = folder.rpartition("/")[0]
        return f"{folder}/" if folder else ""

    def _file(self, path: str) -> File | None:
        """Return a file whose names are bound, or will be: files may import each other."""
        if path not in self._files:
            self._files[path] = None
            content = self._tree.read(path)
            if content is None or len(content) > LARGEST * 4:
                return None
            text, _ = decode(path, content)
            try:
                file = File(path, text, tokenise(text), lambda module, name: self._imported(path, module, name))
            except CannotReadError as error:
                self._unreadable[path] = error
                return None
            self._files[path] = file
            self._unread.append(file)
            self._read_next()
        return self._files[path]

    def _read_next(self) -> None:
        """Bind the names of files that wait for it; what lies too deep in imports waits for the files around it."""
        if self._reading >= MAX_IMPORTS:
            return
        while self._unread:
            file = self._unread.pop()
            self._reading += 1
            try:
                file.read()
            except CannotReadError as error:
                self._files[file.path], self._unreadable[file.path] = None, error
            finally:
                self._reading -= 1

    def _imported(self, importer: str, module: str, name: str) -> Expression | str:
        """Return what a *module* exports by a *name*, "" for all of it; a dotted name where it is no file's."""
        file = self._module_file(importer, module)
        if file is None:
            dotted = python_name(module)
            return dotted if name in {"", "default"} else f"{dotted}.{name}"
        return self._exported(file, name)

    def _exported(self, file: File, name: str, depth: int = 0) -> Expression:
        span = Span.point(file.path)
        if not name:
            return Module(span, file.top)
        if name not in file.top.bound and name not in file.top.imports and depth < MAX_DEPTH:
            for star in file.stars:
                other = self._module_file(file.path, star)
                if other is not None and (name in other.top.bound or other.stars):
                    found = self._exported(other, name, depth + 1)
                    if isinstance(found, Name) and name in found.scope.bound:
                        return found
        return Name(span, name, file.top)

    def _module_file(self, importer: str, module: str) -> File | None:
        names = module_paths(importer, module)
        path = next((one for one in names if one in self._tree), None)
        return self._file(path) if path is not None else None
