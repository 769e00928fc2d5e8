"""Objects of one state that stand for those of another: values are compared and taken over up to their numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.flow.values import (
    Atom,
    Bound,
    Class,
    External,
    ExternalMethod,
    ExternalObject,
    Function,
    GeneratorCall,
    Instance,
    Items,
    ListOf,
    Made,
    Mapping,
    Module,
    Nothing,
    Number,
    Opaque,
    Partial,
    PathText,
    Several,
    SuperOf,
    Text,
    Truth,
    Value,
    Wrapped,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_PLAIN: frozenset[type[Atom]] = frozenset(
    {Text, PathText, Number, Truth, Nothing, Opaque, Several, Function, Class, Module, External, GeneratorCall, Made}
)
"""What refers to no object that another may stand for."""


def is_rigid(value: Value) -> bool:
    """Tell whether a value names no object that another may stand for."""
    for atom in value:
        kind = type(atom)
        if kind in _PLAIN:
            continue
        if kind is ExternalMethod:
            if is_rigid((atom.receiver,)):  # type: ignore[attr-defined]  # its type is known by the test above
                continue
            return False
        return False
    return True


def shape(value: Value) -> object:
    """Return what alike values have in common."""
    if len(value) == 1:
        return _shape(value[0])
    return tuple(map(_shape, value))


def _shape(atom: Atom) -> object:
    if isinstance(atom, ExternalObject):
        return atom.type
    return atom if type(atom) in _PLAIN else type(atom)


def parts(value: Value) -> Iterator[Atom]:
    """Yield the atoms of a value, each followed by those in it."""
    for atom in value:
        yield atom
        if type(atom) not in _PLAIN:
            yield from _inner(atom)


def _inner(atom: Atom) -> Iterator[Atom]:
    if isinstance(atom, Items):
        for item in atom.items:
            yield from parts(item)
    elif isinstance(atom, Bound):
        yield from parts((atom.function, atom.receiver))
    elif isinstance(atom, (ExternalMethod, SuperOf)):
        yield from parts((atom.receiver,))
    elif isinstance(atom, Wrapped):
        yield from parts((atom.function,))
    elif isinstance(atom, Partial):
        yield from parts((atom.function,))
        for value in (*atom.args, *(value for _, value in atom.keywords)):
            yield from parts(value)


def uids_of(value: Value) -> Iterator[int]:
    """Yield the numbers of the objects that a value names."""
    for atom in parts(value):
        if isinstance(atom, (ListOf, Mapping, Instance, ExternalObject, GeneratorCall)):
            yield atom.uid
        elif isinstance(atom, Function):
            yield atom.scope


def code_in(values: Iterable[Value]) -> Iterator[Function | GeneratorCall]:
    """Yield the functions and generators that values hold."""
    for value in values:
        for atom in parts(value):
            if isinstance(atom, (Function, GeneratorCall)):
                yield atom


def holds_new_code(values: Iterable[Value], born: int) -> bool:
    """Tell whether values hold a function, a generator or a class that is newer than *born*."""
    return any(_is_new_code(atom, born) for value in values for atom in parts(value))


def _is_new_code(atom: Atom, born: int) -> bool:
    if isinstance(atom, Function):
        return atom.scope > born or atom.owner > born
    if isinstance(atom, (GeneratorCall, Class)):
        return atom.uid > born
    if isinstance(atom, Instance):
        return atom.cls > born
    return isinstance(atom, SuperOf) and atom.owner > born


class Renaming:
    """Which objects stand for which: one for one. Owners newer than *born* are new objects."""

    def __init__(self, born: int) -> None:
        self.born = born
        self.known: dict[int, int] = {}
        self._back: dict[int, int] = {}
        self.is_identity = True
        self.make: Callable[[], int] | None = None
        """Gives numbers to new objects."""

    def bind(self, old: int, new: int) -> bool:
        """Let an object stand for another; tell whether no other does, and it for no other."""
        known = self.known.get(old)
        if known is not None:
            return known == new
        if new in self._back:
            return False
        self.known[old] = new
        self._back[new] = old
        if old != new:
            self.is_identity = False
        return True

    def owner(self, old: int) -> int:
        """Return what stands for an owner."""
        known = self.known.get(old)
        if known is not None:
            return known
        if old <= self.born or self.make is None:
            return old
        new = self.known[old] = self.make()
        return new

    def matches(self, old: Value, new: Value) -> bool:
        """Tell whether two values are alike, and note what stands for what."""
        if len(old) != len(new):
            return False
        return all(map(self._matches, old, new))

    def _matches(self, old: Atom, new: Atom) -> bool:
        kind = type(old)
        if kind is not type(new):
            return False
        if kind in _PLAIN:
            return old == new
        if isinstance(old, (ListOf, Mapping)) and isinstance(new, (ListOf, Mapping)):
            return self.bind(old.uid, new.uid)
        if isinstance(old, ExternalObject) and isinstance(new, ExternalObject):
            if old.type != new.type or old.fresh != new.fresh or bool(old.uid) != bool(new.uid):
                return False
            return self.bind(old.uid, new.uid)
        if isinstance(old, Instance) and isinstance(new, Instance):
            return old.cls == new.cls and old.selected == new.selected and self.bind(old.uid, new.uid)
        if isinstance(old, Items) and isinstance(new, Items):
            return len(old.items) == len(new.items) and all(map(self.matches, old.items, new.items))
        if isinstance(old, Bound) and isinstance(new, Bound):
            return self._matches(old.function, new.function) and self._matches(old.receiver, new.receiver)
        if isinstance(old, ExternalMethod) and isinstance(new, ExternalMethod):
            return old.name == new.name and self._matches(old.receiver, new.receiver)
        if isinstance(old, SuperOf) and isinstance(new, SuperOf):
            return old.owner == new.owner and self._matches(old.receiver, new.receiver)
        if isinstance(old, Wrapped) and isinstance(new, Wrapped):
            return old.kind == new.kind and self._matches(old.function, new.function)
        if isinstance(old, Partial) and isinstance(new, Partial):
            return (
                [name for name, _ in old.keywords] == [name for name, _ in new.keywords]
                and len(old.args) == len(new.args)
                and self._matches(old.function, new.function)
                and all(map(self.matches, old.args, new.args))
                and all(
                    self.matches(one, other) for (_, one), (_, other) in zip(old.keywords, new.keywords, strict=True)
                )
            )
        return False

    def value(self, value: Value) -> Value:
        """Return a value with the objects that stand for its own."""
        return tuple(map(self._atom, value))

    def _atom(self, atom: Atom) -> Atom:
        if type(atom) in _PLAIN:
            return atom
        if isinstance(atom, ListOf):
            return ListOf(self.owner(atom.uid))
        if isinstance(atom, Mapping):
            return Mapping(self.owner(atom.uid))
        if isinstance(atom, ExternalObject):
            return ExternalObject(atom.type, self.owner(atom.uid), atom.fresh) if atom.uid else atom
        if isinstance(atom, Instance):
            return Instance(self.owner(atom.uid), atom.cls, atom.selected)
        if isinstance(atom, Items):
            return Items(tuple(map(self.value, atom.items)))
        if isinstance(atom, Bound):
            return Bound(self._atom(atom.function), self._atom(atom.receiver))
        if isinstance(atom, ExternalMethod):
            return ExternalMethod(self._atom(atom.receiver), atom.name)
        if isinstance(atom, SuperOf):
            return SuperOf(atom.owner, self._atom(atom.receiver))
        if isinstance(atom, Wrapped):
            return Wrapped(atom.kind, self._atom(atom.function))
        if isinstance(atom, Partial):
            keywords = tuple((name, self.value(value)) for name, value in atom.keywords)
            return Partial(self._atom(atom.function), tuple(map(self.value, atom.args)), keywords)
        return atom
