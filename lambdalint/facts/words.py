"""What a piece of code mentions: the names that it may call or hand on, without running it."""

from __future__ import annotations

import re

import msgspec

from lambdalint.facts import ir

_DOTTED = re.compile(r"[^\W\d]\w*(?:[.:/][^\W\d]\w*)*")
_LONGEST = 200
LOOKUPS = frozenset({"getattr", "import_module", "__import__"})
"""Functions that look something up by a text."""
_PLAIN_DECORATORS = frozenset(
    {"property", "staticmethod", "classmethod", "abstractmethod", "cached_property", "overload", "setter", "deleter"}
)
"""Decorators that hand the function to nobody."""


class Words(msgspec.Struct):
    """What some statements mention.

    ``held`` are the names of what they evaluate, also those in literal texts, ``called`` of what they only call.
    ``attributes`` are those of all these that follow a dot, or may; ``dotted`` has them with the name before the dot,
    and ``free`` the names that no dot follows, nor precedes. ``pieces`` are parts of the texts by which an attribute is
    looked up; ``computed`` tells that something is imported by a text.
    """

    held: set[str] = msgspec.field(default_factory=set)
    called: set[str] = msgspec.field(default_factory=set)
    attributes: set[str] = msgspec.field(default_factory=set)
    dotted: set[str] = msgspec.field(default_factory=set)
    free: set[str] = msgspec.field(default_factory=set)
    bare: set[str] = msgspec.field(default_factory=set)
    pieces: set[str] = msgspec.field(default_factory=set)
    imports: list[ir.Import | ir.ImportFrom] = msgspec.field(default_factory=list)
    computed: bool = False

    def add(self, other: Words) -> None:
        """Take over all that *other* mentions, as held: it runs some other time."""
        self.held |= other.held
        self.held |= other.called
        self.attributes |= other.attributes
        self.dotted |= other.dotted
        self.free |= other.free
        self.bare |= other.bare
        self.pieces |= other.pieces
        self.imports += other.imports
        self.computed = self.computed or other.computed


class ClassWords(msgspec.Struct):
    """A class of the module's own level: its bases, and the functions of its body by name."""

    name: str
    bases: Words
    methods: dict[str, list[int]] = msgspec.field(default_factory=dict)


class ModuleWords(msgspec.Struct):
    """What the code of a module mentions.

    ``own`` is the code that runs when it is imported, ``functions`` what its functions and their inner ones mention,
    by index; ``named`` those of the module's own level by name; ``handed`` those that decorators are given, with the
    names of these. ``other`` maps names to those that they stand for.
    """

    own: Words = msgspec.field(default_factory=Words)
    functions: dict[int, Words] = msgspec.field(default_factory=dict)
    named: dict[str, list[int]] = msgspec.field(default_factory=dict)
    classes: list[ClassWords] = msgspec.field(default_factory=list)
    handed: list[tuple[int, tuple[str, ...]]] = msgspec.field(default_factory=list)
    other: list[tuple[str, str]] = msgspec.field(default_factory=list)
    imports: list[ir.Import | ir.ImportFrom] = msgspec.field(default_factory=list)


def words_of(facts: ir.ModuleFacts) -> ModuleWords:
    """Return what a module mentions."""
    return _Reading(facts).result


class _Reading:
    """One pass over a module."""

    def __init__(self, facts: ir.ModuleFacts) -> None:
        self._facts = facts
        self.result = ModuleWords()
        self._body(facts.body, None)
        result = self.result
        for index in range(len(facts.functions)):
            self._function(index)
        result.imports = [*result.own.imports]
        for words in result.functions.values():
            result.imports += words.imports
        for node in result.imports:
            if isinstance(node, ir.ImportFrom):
                result.other += [(alias, name) for name, alias in node.names if alias != name]

    def _body(self, body: tuple[ir.Stmt, ...], owner: ClassWords | None) -> None:
        """Read statements that run when the module is imported: its own, or those of a class."""
        result = self.result
        inner = self._read(body, result.own)
        for node in inner:
            if isinstance(node, ir.Lambda):
                result.own.add(self._function(node.function))
            elif isinstance(node, ir.Def):
                facts = self._facts.functions[node.function]
                named = result.named if owner is None else owner.methods
                named.setdefault(facts.name, []).append(node.function)
                decorators = tuple(_decorator_name(one) for one in facts.decorators)
                if any(name not in _PLAIN_DECORATORS for name in decorators):
                    result.handed.append((node.function, decorators))
            else:
                self._class(node.index)

    def _class(self, index: int) -> None:
        facts = self._facts.classes[index]
        found = ClassWords(facts.name, Words())
        for node in self._read(facts.bases, found.bases):
            if isinstance(node, ir.Lambda):
                found.bases.add(self._function(node.function))
        self.result.classes.append(found)
        self.result.own.add(found.bases)
        for node in self._read(facts.decorators, self.result.own):
            if isinstance(node, ir.Lambda):
                self.result.own.add(self._function(node.function))
        self._body(facts.body, found)

    def _function(self, index: int) -> Words:
        """Return what a function and all that is defined in it mention."""
        known = self.result.functions.get(index)
        if known is not None:
            return known
        words = self.result.functions[index] = Words()
        inner = Words()
        function = self._facts.functions[index]
        waiting: list[ir.Lambda | ir.Def | ir.Class] = self._read(function.body, words)
        while waiting:
            node = waiting.pop()
            if isinstance(node, ir.Class):
                facts = self._facts.classes[node.index]
                waiting += self._read((facts.bases, facts.decorators, facts.body), inner)
            else:
                inner.add(self._function(node.function))
        words.add(inner)
        return words

    def _read(self, nodes: object, words: Words) -> list[ir.Lambda | ir.Def | ir.Class]:
        """Add what *nodes* mention to *words*; return the definitions among them, whose bodies run another time."""
        inner: list[ir.Lambda | ir.Def | ir.Class] = []
        waiting: list[object] = [nodes]
        held, called, attributes = words.held, words.called, words.attributes
        while waiting:
            node = waiting.pop()
            if isinstance(node, tuple):
                waiting += node
            elif isinstance(node, ir.Name):
                held.add(node.id)
                words.free.add(node.id)
                words.bare.add(node.id)
            elif isinstance(node, ir.Attr):
                held.add(node.name)
                words.free.add(node.name)
                self._attribute(node, words, waiting)
            elif isinstance(node, ir.Call):
                func = node.func
                name = ""
                if isinstance(func, ir.Name):
                    name = func.id
                    called.add(name)
                    words.bare.add(name)
                elif isinstance(func, ir.Attr):
                    name = func.name
                    called.add(name)
                    self._attribute(func, words, waiting)
                else:
                    waiting.append(func)
                if name == "getattr" and len(node.args) > 1:
                    words.pieces |= _pieces(node.args[1])
                elif name in LOOKUPS and not (node.args and _is_own_name(node.args[0])):
                    words.computed = True
                waiting.append(node.args)
                waiting += [value for _, value in node.keywords]
            elif isinstance(node, ir.Const):
                if isinstance(node.value, str) and len(node.value) < _LONGEST and _DOTTED.fullmatch(node.value):
                    parts = re.split("[.:/]", node.value)
                    held.update(parts)
                    attributes.update(parts)
            elif isinstance(node, ir.ExprStmt):
                if not isinstance(node.value, ir.Const):
                    waiting.append(node.value)
            elif isinstance(node, (ir.Lambda, ir.Def)):
                inner.append(node)
                facts = self._facts.functions[node.function]
                waiting.append(facts.decorators)
                for parameter in facts.parameters:
                    waiting.append(parameter.default)
                    waiting.append(parameter.annotation)
            elif isinstance(node, ir.Class):
                inner.append(node)
            elif isinstance(node, (ir.Import, ir.ImportFrom)):
                words.imports.append(node)
            elif isinstance(node, msgspec.Struct):
                waiting += [getattr(node, name) for name in node.__struct_fields__]
        return inner

    def _attribute(self, node: ir.Attr, words: Words, waiting: list[object]) -> None:
        """Read an attribute: of a name, or of another attribute, both names count together."""
        words.attributes.add(node.name)
        value = node.value
        if isinstance(value, ir.Name):
            words.held.add(value.id)
            words.bare.add(value.id)
            words.dotted.add(f"{value.id}.{node.name}")
        elif isinstance(value, ir.Attr):
            words.held.add(value.name)
            words.dotted.add(f"{value.name}.{node.name}")
            self._attribute(value, words, waiting)
        else:
            waiting.append(value)


def _pieces(looked_up: ir.Expr) -> set[str]:
    """Return the literal parts, in small letters, of a text by which an attribute is looked up."""
    if isinstance(looked_up, ir.Const):
        return set()
    found: set[str] = set()
    waiting: list[object] = [looked_up]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ir.Const) and isinstance(node.value, str) and node.value:
            found.add(node.value.lower())
        elif isinstance(node, tuple):
            waiting += node
        elif isinstance(node, msgspec.Struct):
            waiting += [getattr(node, name) for name in node.__struct_fields__]
    return found


def _is_own_name(value: ir.Expr) -> bool:
    """Tell whether a text is the name that an object of the code bears: no text that is known."""
    return isinstance(value, ir.Attr) and value.name == "__name__" and value.value == ir.Name("self")


def _decorator_name(decorator: ir.Expr) -> str:
    """Return the last part of a decorator's name."""
    if isinstance(decorator, ir.Call):
        return _decorator_name(decorator.func)
    if isinstance(decorator, ir.Attr):
        return decorator.name
    return decorator.id if isinstance(decorator, ir.Name) else ""


__all__ = ["ClassWords", "ModuleWords", "Words", "words_of"]
