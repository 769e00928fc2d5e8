"""What expressions of TypeScript stand for: properties of objects, choices, other files, functions and classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.deployment.cdk.expression import (
    DEEPEST,
    Call,
    Entry,
    Expression,
    Index,
    Joined,
    Mapping,
    Member,
    Name,
    Nothing,
    Number,
    Sequence,
    Text,
    Values,
)
from lambdalint.deployment.cdk.path import below_root

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.deployment.cdk.expression import Scope

MOST_FOLLOWED = 20_000
"""How many names and properties are followed for one question."""

_READING = frozenset({"fs.readFileSync", "fs.read_file_sync", "fs_extra.read_file_sync"})
_LAMBDA = "aws_cdk.aws_lambda."
_LISTING = frozenset({"Object.entries", "Object.keys", "Object.values"})
_TEXTS: dict[str, Callable[[str], str]] = {
    "toLowerCase": str.lower,
    "toUpperCase": str.upper,
    "trim": str.strip,
}


class Choice(Expression, frozen=True, eq=False):
    """``a ?? b`` or ``a || b``."""

    first: Expression
    second: Expression


class Without(Expression, frozen=True, eq=False):
    """What ``{ a, ...rest } = of`` leaves in ``rest``; *names* are those taken out."""

    of: Expression
    names: tuple[str, ...]


class Module(Expression, frozen=True, eq=False):
    """All that another file of the program exports."""

    scope: Scope


class Definition(Expression, frozen=True, eq=False):
    """A function, by the file and the number of its body."""

    path: str
    body: int


class ClassDefinition(Expression, frozen=True, eq=False):
    """A class: ``scope`` binds the attributes of its instances, as ``self.x``; ``base`` is what it extends."""

    path: str
    bracket: int
    name: str
    scope: Scope
    base: Expression | None


class TypeScriptValues(Values):
    """Evaluates the expressions of TypeScript.

    *returned* gives what a function returns for a call of it, *content* that of a file of the project.
    """

    returned: Callable[[Definition, Call], Expression | None] = lambda _, __: None
    content: Callable[[str], Text | None] = lambda _: None
    _followed: int = 0
    _depth: int = 0

    def follow(self, expression: Expression | None) -> Expression | None:
        """Return what an expression stands for, as far as names and properties lead; itself where they do not."""
        if self._depth == 0:
            self._followed = 0
        self._depth += 1
        try:
            for _ in range(DEEPEST):
                self._followed += 1
                if self._followed > MOST_FOLLOWED or self._depth > DEEPEST:
                    return None
                found = self._step(expression)
                if found is expression:
                    return expression
                expression = found
            return None
        finally:
            self._depth -= 1

    def _step(self, expression: Expression | None) -> Expression | None:
        """Return what an expression stands for at once; None where that is not known."""
        if isinstance(expression, Name):
            value, imported = expression.scope.find(expression.name)
            if imported.startswith("self."):
                return self._inherited(expression)
            return expression if imported else value
        if isinstance(expression, Member):
            found = self._property(self.follow(expression.of), expression.name)
            return expression if found is None else found
        if isinstance(expression, Index):
            found = self._element(self.follow(expression.of), expression.at)
            return expression if found is None else found
        if isinstance(expression, Choice):
            first = self.follow(expression.first)
            if isinstance(first, Nothing):
                return expression.second
            known = isinstance(first, (Text, Joined, Number, Mapping, Sequence, Call)) or self.dotted(first) != ""
            return first if known else expression
        if isinstance(expression, Call):
            made = self.follow(expression.callee) if not isinstance(expression.callee, Call) else None
            found = self.returned(made, expression) if isinstance(made, Definition) else self._file(expression)
            return expression if found is None else found
        if isinstance(expression, Without):
            of = self.follow(expression.of)
            if not isinstance(of, Mapping):
                return expression
            return Mapping(expression.span, tuple(self._rest(of, expression.names)))
        return expression

    def argument(self, call: Call, position: int, name: str) -> Expression | None:
        """Return the argument of *call* at *position*; of a file that it reads, what stands in it."""
        found = super().argument(call, position, name)
        read = self.follow(found) if isinstance(found, (Call, Name)) else None
        return read if isinstance(read, Text) and read.span.path != self.path else found

    def _file(self, call: Call) -> Text | None:
        """Return what stands in the file that a call reads."""
        callee = call.callee
        if isinstance(callee, Member) and callee.name in {"toString", "trim"}:
            of = self.follow(callee.of) if isinstance(callee.of, Call) else None
            return of if isinstance(of, Text) else None
        if self.dotted(callee) not in _READING or not call.arguments:
            return None
        path = self.text(call.arguments[0])
        below = below_root(path, self.directory) if path is not None else None
        return self.content(below) if below is not None else None

    def _rest(self, of: Mapping, names: tuple[str, ...], depth: int = 0) -> list[Entry]:
        found: list[Entry] = []
        for entry in of.entries:
            spread = self.follow(entry.value) if entry.name is None else None
            if isinstance(spread, Mapping) and depth < 10:
                found.extend(self._rest(spread, names, depth + 1))
            elif entry.name not in names:
                found.append(entry)
        return found

    def _inherited(self, name: Name) -> Expression | None:
        """Return an attribute of the instance that a base class binds."""
        scope: Scope | None = name.scope
        while scope is not None and "class" not in scope.bound:
            scope = scope.parent
        of = scope.bound["class"] if scope is not None else None
        if not isinstance(of, ClassDefinition):
            return name
        found = self._attribute(of, name.name)
        return name if found is None else found

    def _attribute(self, of: ClassDefinition, name: str) -> Expression | None:
        """Return what the class, or one that it extends, binds to an attribute."""
        for _ in range(10):
            if name in of.scope.bound:
                return of.scope.bound[name]
            base = self.follow(of.base)
            if not isinstance(base, ClassDefinition):
                break
            of = base
        return None

    def _property(self, of: Expression | None, name: str) -> Expression | None:
        if isinstance(of, Module):
            return Name(of.span, name, of.scope)
        if isinstance(of, ClassDefinition):
            return self._attribute(of, f"self.{name}")
        if isinstance(of, Call):
            made = self.follow(of.callee)
            return self._attribute(made, f"self.{name}") if isinstance(made, ClassDefinition) else None
        return self._entry(of, name) if isinstance(of, Mapping) else None

    def _entry(self, of: Mapping, name: str) -> Expression | None:
        """Return the value of an entry; nothing where the mapping surely has none."""
        for entry in reversed(of.entries):
            if entry.name == name:
                return entry.value
            if entry.name is None:
                spread = self.follow(entry.value)
                if not isinstance(spread, Mapping):
                    return Expression(of.span)
                found = self._entry(spread, name)
                if found is not None and not isinstance(found, Nothing):
                    return found
        return Nothing(of.span)

    def _element(self, of: Expression | None, at: Expression) -> Expression | None:
        if isinstance(of, Mapping):
            key = self.text(at)
            return self._entry(of, key) if key is not None else None
        index = self.number(at)
        if isinstance(of, Sequence) and of.complete and index is not None and 0 <= index < len(of.items):
            return of.items[int(index)]
        return None

    def called(self, expression: Expression | None) -> tuple[str, Call] | None:
        """Return a call with the dotted name of what is called, or None.

        Code that is taken from where an asset was stored is that of the asset.
        """
        found = super().called(expression)
        if found is None or found[0] != f"{_LAMBDA}Code.from_bucket" or not found[1].arguments:
            return found
        bucket = self.follow(found[1].arguments[0])
        of = self.follow(bucket.of) if isinstance(bucket, Member) else None
        if (
            not isinstance(of, Call)
            or self.dotted(of.callee) != "aws_cdk.aws_s3_assets.Asset"
            or len(of.arguments) != 3
        ):
            return found
        given = self.properties(of.arguments[2])
        path = given.get("path") if given is not None else None
        if path is None:
            return found
        return f"{_LAMBDA}Code.from_asset", Call(found[1].span, found[1].callee, (path, of.arguments[2]))

    def elements(self, expression: Expression | None) -> tuple[Expression, ...] | None:
        """Return the elements of a list, or of what ``Object`` lists of a mapping; None where they are not known."""
        found = self.follow(expression)
        if isinstance(found, Sequence):
            return found.items
        if not isinstance(found, Call) or len(found.arguments) != 1:
            return None
        listing = self.dotted(found.callee)
        of = self.follow(found.arguments[0])
        if listing not in _LISTING or not isinstance(of, Mapping):
            return None
        entries = [entry for entry in of.entries if entry.name is not None and entry.value is not None]
        keys = [Text(entry.span, entry.name or "") for entry in entries]
        values = [entry.value or Expression(entry.span) for entry in entries]
        if listing == "Object.keys":
            return tuple(keys)
        if listing == "Object.values":
            return tuple(values)
        return tuple(Sequence(key.span, (key, value)) for key, value in zip(keys, values, strict=True))

    def _method(self, method: Member, call: Call, known: list[str], depth: int) -> str | None:
        changed = _TEXTS.get(method.name)
        if changed is not None and not call.arguments:
            of = self.text(method.of, depth + 1)
            return changed(of) if of is not None else None
        return super()._method(method, call, known, depth)

    def _result(self, call: Call, depth: int) -> str | None:
        if self.dotted(call.callee).endswith(("fileURLToPath", "file_url_to_path")) and len(call.arguments) == 1:
            return self.text(call.arguments[0], depth + 1)
        return super()._result(call, depth)
