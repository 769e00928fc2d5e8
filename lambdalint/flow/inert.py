"""Which invocations cannot do anything to the file system: they need not be run.

The question is answered from names alone. What an invocation may call is found from the names in the code that it may
reach: the functions and classes of these names, in the modules that are loaded, and what was handed on while they were
imported. If none of the names is that of a call with an effect, of a library that is imported, then running the
invocation would find nothing. Whatever the names do not tell (a module that is looked up by a text, an import that
would load something) means that it is run.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import msgspec

from lambdalint.facts import ir
from lambdalint.facts.words import LOOKUPS, ClassWords, ModuleWords, Words, words_of
from lambdalint.flow import foreign, objects
from lambdalint.flow.models import FRAMEWORKS, PROGRAMS
from lambdalint.flow.sink_names import MODULES, PATH_TYPES, last, library, sink_names
from lambdalint.flow.values import Atom, Bound, Function, Instance, Partial, Wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lambdalint.flow.machine import Machine
    from lambdalint.flow.program import Sources

_ALWAYS = frozenset({"builtins", "str", "list", "dict", "tuple", "number", "object", "function", "io", "aws", "web"})
"""What values may belong to without an import."""
_CONSTRUCTORS = frozenset({"__init__", "__new__", "__post_init__", "__init_subclass__", "__set_name__"})
_WORDS: WeakKeyDictionary[Sources, dict[str, ModuleWords]] = WeakKeyDictionary()


class _Open(Exception):
    """The names do not exclude an effect; the text says why."""


def idle(machine: Machine, entered: Sequence[Atom], ran: Iterable[Function], *, served: bool) -> list[bool]:
    """Tell of each entered function whether running it could neither have an effect nor load a module.

    *ran* are the functions that were run while the code was imported. *served* tells that the functions are what web
    frameworks call; any others could also give a request to an application.
    """
    try:
        start = _Search(_Code(machine), served=served)
        start.keep(ran)
    except _Open:
        return [False] * len(entered)
    return [start.excludes(atom) for atom in entered]


class _Code:
    """What the loaded modules of one function define and import."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.sinks = sink_names(machine.catalogue)
        self.loaded = [path for path in machine.module_scopes if self.is_loaded(path)]
        self.words: dict[str, ModuleWords] = {}
        self.functions: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
        self.classes: defaultdict[str, list[tuple[str, ClassWords]]] = defaultdict(list)
        self.methods: defaultdict[str, list[tuple[str, int, str]]] = defaultdict(list)
        self.other: defaultdict[str, list[str]] = defaultdict(list)
        known = _WORDS.setdefault(machine.sources, {})
        for path in self.loaded:
            if path.endswith("/"):
                continue
            if path not in known:
                facts = machine.sources.facts(path)
                known[path] = words_of(facts) if facts is not None else ModuleWords()
            self._add(path, known[path])
        self.libraries = self._imported()

    def is_loaded(self, path: str) -> bool:
        """Tell whether a module was run, or is a folder."""
        scope = self.machine.module_scopes.get(path)
        return path.endswith("/") or (scope is not None and self.machine.store.get(scope, "<loaded>") is not None)

    def _add(self, path: str, words: ModuleWords) -> None:
        self.words[path] = words
        for name, indices in words.named.items():
            self.functions[name] += [(path, index) for index in indices]
        for cls in words.classes:
            self.classes[cls.name].append((path, cls))
            for name, indices in cls.methods.items():
                self.methods[name] += [(path, index, cls.name) for index in indices]
        for alias, name in words.other:
            self.other[alias].append(name)

    def _imported(self) -> frozenset[str]:
        """Return the libraries that the code may have objects of: what is imported and not the project's."""
        found = set(_ALWAYS)
        resolve = self.machine.finder.resolve
        for path, words in self.words.items():
            for node in words.imports:
                absolute = isinstance(node, ir.Import) or not node.level
                if absolute and resolve(node.module, path) is None:
                    found.add(library(node.module))
        found.update(last(path.rstrip("/").replace("/", ".")) for path in self.loaded if path.endswith("/"))
        waiting = list(found)
        while waiting:
            new = self.sinks.leads.get(waiting.pop(), frozenset()) - found
            found |= new
            waiting += new
        if "django" in found or any(library(program) in found for program in PROGRAMS):
            raise _Open("a library whose calls are found by any name")
        return frozenset(found | FRAMEWORKS if FRAMEWORKS & found else found)


class _Search(msgspec.Struct):
    """Follows names. ``made`` are the names of classes that there may be objects of, ``constructed`` of new ones."""

    code: _Code
    served: bool
    seen: Words = msgspec.field(default_factory=Words)
    """What the code mentions that was taken so far."""
    mentioned: set[str] = msgspec.field(default_factory=set)
    made: set[str] = msgspec.field(default_factory=set)
    constructed: set[str] = msgspec.field(default_factory=set)
    reached: set[tuple[str, int]] = msgspec.field(default_factory=set)
    attributes: set[str] = msgspec.field(default_factory=set)
    waiting: list[str] = msgspec.field(default_factory=list)

    def keep(self, ran: Iterable[Function]) -> None:
        """Start with what the import of the code may have kept for the invocations."""
        for path, words in self.code.words.items():
            self._keep(words.own)
            for index, decorators in words.handed:
                if any(map(self._may_keep, decorators)):
                    self._reach(path, index)
        for function in ran:
            self._keep(self._of(function.module).functions[function.index])
        self.waiting += [one.value for one in self.code.machine.deployed.room.env if one.value is not None]
        self._follow()

    def excludes(self, entered: Atom) -> bool:
        """Tell whether a function that is entered in this state cannot do anything."""
        try:
            self._copy().follow(entered)
        except _Open:
            return False
        return True

    def _copy(self) -> _Search:
        copied = {name: copy.copy(getattr(self, name)) for name in self.__struct_fields__ if name != "code"}
        seen = {name: copy.copy(getattr(self.seen, name)) for name in Words.__struct_fields__}
        return _Search(self.code, **{**copied, "seen": Words(**seen)})

    def follow(self, entered: Atom) -> None:
        """Follow all names from a function on; raise _Open where they do not exclude an effect."""
        self._enter(entered)
        self._follow()
        self._check_functions()
        self._check_submodules()

    def _of(self, path: str) -> ModuleWords:
        words = self.code.words.get(path)
        if words is None:
            raise _Open("a function of a module that is not loaded")
        return words

    def _keep(self, words: Words) -> None:
        """Take what code that has run may have kept: what it evaluates, and objects of the classes that it calls."""
        self._note(words)
        if words.computed:
            self.code.libraries |= words.held  # what a text may have named
        self.waiting += words.held
        for name in words.called:
            self._make(name, constructs=False)

    def _note(self, words: Words) -> None:
        if not LOOKUPS.isdisjoint(words.held):
            raise _Open("what looks something up is handed on")
        seen = self.seen
        seen.called |= words.called
        seen.pieces |= words.pieces
        seen.bare |= words.bare
        seen.dotted |= words.dotted
        seen.free |= words.free

    def _may_keep(self, decorator: str) -> bool:
        """Tell whether a decorator of this name is the project's, or calls what it is given."""
        code = self.code
        known = any(decorator in table for table in (code.functions, code.classes, code.methods, code.other))
        return known or not decorator or decorator in code.sinks.invoking

    def _enter(self, atom: Atom) -> None:
        if isinstance(atom, Function):
            self._reach(atom.module, atom.index)
        elif isinstance(atom, (Bound, Partial, Wrapped)):
            self._enter(atom.function)
        elif isinstance(atom, Instance):
            for function in objects.class_attribute(self.code.machine, atom.cls, "__call__"):
                self._enter(function)
        else:
            raise _Open("what is entered is not the project's")

    def _follow(self) -> None:
        while self.waiting:
            self._mention(self.waiting.pop())
            if not self.waiting and self.seen.pieces:
                self._look_up()

    def _look_up(self) -> None:
        """Take all names that an attribute may have which is looked up by a text with some literal parts."""
        pieces, self.seen.pieces = self.seen.pieces, set()
        names = {*self.code.functions, *self.code.classes, *self.code.methods}
        self.waiting += [name for name in names if any(piece in name.lower() for piece in pieces)]

    def _reach(self, path: str, index: int) -> None:
        """Take a function as one that may run."""
        if (path, index) in self.reached:
            return
        self.reached.add((path, index))
        words = self._of(path).functions[index]
        self._note(words)
        if words.computed:
            raise _Open("something is imported by a text")
        for node in words.imports:
            self._check_import(node, path)
        self.attributes |= words.attributes
        self.waiting += words.held - self.mentioned
        self.waiting += words.called - self.mentioned

    def _mention(self, name: str) -> None:
        """Take a name as one that the code may call."""
        if name in self.mentioned:
            return
        self.mentioned.add(name)
        sinks = self.code.sinks
        if name in sinks.methods or not self.code.libraries.isdisjoint(sinks.of_libraries.get(name, ())):
            raise _Open(f"the name {name}")
        for path, index in self.code.functions.get(name, ()):
            self._reach(path, index)
        if name not in _CONSTRUCTORS:
            for path, index, cls in self.code.methods.get(name, ()):
                if cls in self.made:
                    self._reach(path, index)
        others = self.code.other.get(name, ())
        self.waiting += others
        self.seen.bare.update(others)
        self._make(name, constructs=True)

    def _check_application(self, name: str) -> None:
        """Raise if a name is that of an application, which code that is run may give a request to."""
        if not self.served and not self.code.libraries.isdisjoint(self.code.sinks.applications.get(name, ())):
            raise _Open(f"the application {name}")

    def _make(self, name: str, *, constructs: bool) -> None:
        """Take the classes of a name, and their bases, as such that there are objects of, or will be new ones."""
        known = self.constructed if constructs else self.made
        if name in known:
            return
        known.add(name)
        self._check_application(name)
        for other in self.code.other.get(name, ()):
            self._make(other, constructs=constructs)
        if constructs:
            self._make(name, constructs=False)
        for path, cls in self.code.classes.get(name, ()):
            for method, indices in cls.methods.items():
                if method in _CONSTRUCTORS:
                    taken = constructs
                else:
                    taken = not constructs and (method in self.mentioned or method[:2] == "__" == method[-2:])
                if taken:
                    for index in indices:
                        self._reach(path, index)
            for base in (*cls.bases.held, *cls.bases.called):
                self._make(base, constructs=constructs)

    def _check_import(self, node: ir.Import | ir.ImportFrom, path: str) -> None:
        """Raise if an import inside of a function may load a module, or is one that a report tells of."""
        finder, code = self.code.machine.finder, self.code
        if isinstance(node, ir.Import):
            parts = node.module.split(".")
            found = [finder.resolve(".".join(parts[: length + 1]), path) for length in range(len(parts))]
            if found[0] is None and parts[0] in foreign.STANDARD:
                return
            if any(one is None or not code.is_loaded(one) for one in found):
                raise _Open("an import")
            return
        if node.level:
            target = finder.resolve_relative(node.module, node.level, path)
        else:
            target = finder.resolve(node.module, path)
            if target is None and library(node.module) in foreign.STANDARD:
                return
        if target is None or target not in code.words:
            raise _Open("an import")
        scope = code.machine.module_scopes[target]
        for name, _ in node.names:
            if name == "*" or code.machine.store.get(scope, name) is not None:
                continue
            submodule = finder.submodule(target, name)
            if submodule is not None and not code.is_loaded(submodule):
                raise _Open("an import")

    def _check_functions(self) -> None:
        """Raise if a function of the standard library, or a path's method, may be called that has an effect."""
        spelled = self._spellings()
        sinks, seen = self.code.sinks, self.seen
        if not sinks.paths.isdisjoint(self.mentioned):
            makers = {alias for name in (*PATH_TYPES, *sinks.path_makers) for alias in spelled.get(name, ())}
            if not makers.isdisjoint(self.mentioned) or not makers.isdisjoint(seen.called):
                raise _Open("a method of a path")
        handed_on = {
            name
            for words in self.code.words.values()
            for node in words.imports
            if isinstance(node, ir.ImportFrom) and node.module in MODULES
            for name, _ in node.names
        }
        for word in self.mentioned & sinks.functions.keys():
            if word in seen.bare or word in handed_on or "*" in handed_on:
                raise _Open(f"the function {word}")
            for name in (name for module in sinks.functions[word] for name in spelled.get(module, ())):
                if f"{name}.{word}" in seen.dotted or name in seen.free:
                    raise _Open(f"the function {name}.{word}")

    def _spellings(self) -> dict[str, set[str]]:
        """Return the names that the code gives modules of the standard library, and what makes paths."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for name in (*map(last, MODULES), *self.code.sinks.path_makers):
            found[name].add(name)
        for words in self.code.words.values():
            for node in words.imports:
                if isinstance(node, ir.ImportFrom):
                    for name, alias in node.names:
                        if name != "*" and (name not in PATH_TYPES or node.module == "pathlib"):
                            found[name].add(alias)
                        elif node.module == "pathlib":
                            found["Path"] |= PATH_TYPES
                elif node.module == "pathlib":
                    found["Path"] |= PATH_TYPES
                elif node.name:
                    found[last(node.module)].add(node.name)
        return found

    def _check_submodules(self) -> None:
        """Raise if an attribute of a package may be a module that is not loaded yet."""
        machine = self.code.machine
        for path in self.code.loaded:
            if path.endswith(("/__init__.py", "/")) or path == "__init__.py":
                folder = path.removesuffix("__init__.py").rstrip("/")
                for name in self.attributes & machine.sources.tree.inside(folder):
                    found = machine.finder.submodule(path, name)
                    if found is not None and not self.code.is_loaded(found):
                        raise _Open(f"the module {found}")
