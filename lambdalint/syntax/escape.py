"""Escape analysis: whether a local value, or something that still reads it, outlives the statements that use it."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import libcst as cst
import msgspec
from libcst.metadata import Assignment, ComprehensionScope, FunctionScope

from lambdalint.syntax import known_calls
from lambdalint.syntax.callee import argument_parameter, is_generator, project_function

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from libcst.metadata import Scope

    from lambdalint.syntax.module import Module

_MAX_DEPTH = 4
"""How many calls of the module's own functions are followed into each other."""


class Fate(enum.IntEnum):
    """What becomes of a value in the end; a later one is worse."""

    STAYS = 0
    """Nothing holds it when the statements that use it are over."""
    DOUBTFUL = 1
    """It is given to a call that is not known, which may keep it or return what still reads it."""
    LEAVES = 2
    """It is returned, yielded, stored or captured, or a thread goes on with it."""


class Escape(msgspec.Struct, frozen=True):
    """What becomes of the value of a name.

    ``kept`` is how it outlives the function by other ways than its result, ``returned`` how by its result, each with
    the node where that happens. ``uses`` are all reads of the name, and of names that hold something of it, in the
    order of the file.
    """

    kept: Fate
    returned: Fate
    node: cst.CSTNode | None
    uses: tuple[cst.CSTNode, ...]

    @property
    def fate(self) -> Fate:
        """How the value outlives the function, by any way."""
        return max(self.kept, self.returned)


def escape_of(module: Module, name: cst.Name, known: Callable[[cst.Call], Fate | None] = lambda _: None) -> Escape:
    """Return what becomes of the value of *name*, a name of a function, wherever in it the name is bound.

    ``known`` may say of a call that is given the value how its result holds it; a call that it knows keeps nothing.
    """
    tracer = _Tracer(module, known)
    tracer.follow(name, Fate.LEAVES)
    uses = tuple(sorted(tracer.uses, key=module.span))
    return Escape(tracer.kept, tracer.returned, tracer.node, uses)


def escape_of_all(
    module: Module, values: Sequence[cst.BaseExpression], known: Callable[[cst.Call], Fate | None] = lambda _: None
) -> Escape:
    """Return what becomes of the *values* of expressions of one function; ``uses`` are these, and as for a name."""
    tracer = _Tracer(module, known)
    for value in values:
        tracer.follow_value(value)
    return Escape(tracer.kept, tracer.returned, tracer.node, tuple(sorted({*values, *tracer.uses}, key=module.span)))


class _Tracer(msgspec.Struct):
    """Follows a value upwards from each read of a name: through expressions, into names, to where it ends."""

    module: Module
    known: Callable[[cst.Call], Fate | None]
    depth: int = 0
    kept: Fate = Fate.STAYS
    returned: Fate = Fate.STAYS
    node: cst.CSTNode | None = None
    uses: set[cst.CSTNode] = msgspec.field(default_factory=set)
    _followed: dict[tuple[Scope, str], Fate] = msgspec.field(default_factory=dict)

    def follow(self, name: cst.Name, held: Fate) -> None:
        """Follow what the variable *name* holds, all places of its scope where it is read."""
        scope = self.module.scope(name)
        assignments = [one for one in scope[name.value] if isinstance(one, Assignment)] if scope else []
        if not assignments:
            self._keep(name, held)
        for assignment in assignments:
            at = (assignment.scope, name.value)
            if self._followed.get(at, Fate.STAYS) >= held:
                continue
            self._followed[at] = held
            if not isinstance(assignment.scope, (FunctionScope, ComprehensionScope)):
                self._keep(name, held)
            for access in assignment.references:
                self._read(access.node, assignment.scope, held)

    def follow_value(self, node: cst.BaseExpression) -> None:
        """Follow the value of an expression."""
        self._climb(node, Fate.LEAVES)

    def _read(self, node: cst.CSTNode, scope: Scope, held: Fate) -> None:
        if isinstance(node, cst.NameItem) or isinstance(self.module.parent(node), cst.NameItem):
            self._keep(node, held)
            return
        self.uses.add(node)
        for outer in self._functions_between(node, scope):
            if isinstance(outer, cst.FunctionDef) and not outer.decorators:
                self.follow(outer.name, held)
            elif isinstance(outer, (cst.Lambda, cst.GeneratorExp)):
                self._climb(outer, held)
            else:
                self._keep(node, held)
        self._climb(node, held)

    def _functions_between(self, node: cst.CSTNode, scope: Scope) -> list[cst.CSTNode]:
        """Return what runs later, or may, between *node* and the *scope* that its name belongs to."""
        found: list[cst.CSTNode] = []
        home = getattr(scope, "node", None)
        for outer in self.module.above(node):
            if outer is home:
                break
            in_body = isinstance(outer, cst.FunctionDef) and self._in_body(node, outer)
            if in_body or isinstance(outer, (cst.ClassDef, cst.Lambda, cst.GeneratorExp)):
                found.append(outer)
        return found

    def _in_body(self, node: cst.CSTNode, function: cst.FunctionDef) -> bool:
        return any(outer is function.body for outer in self.module.above(node))

    def _keep(self, node: cst.CSTNode, held: Fate) -> None:
        if held > max(self.kept, self.returned):
            self.node = node
        self.kept = max(self.kept, held)

    def _return(self, node: cst.CSTNode, held: Fate) -> None:
        if held > max(self.kept, self.returned):
            self.node = node
        self.returned = max(self.returned, held)

    def _climb(self, node: cst.CSTNode, held: Fate) -> None:
        """Follow the value of the expression *node* upwards, until it is used up or comes to a statement."""
        while True:
            outer = self.module.parent(node)
            if outer is None:
                return
            if isinstance(outer, cst.Arg):
                call = self.module.parent(outer)
                if not isinstance(call, cst.Call):
                    return  # a base class, a keyword of a class
                held = self._given(call, outer, held)
                node = call
            elif isinstance(outer, cst.Call):
                held = self._result(outer, held)
                node = outer
            elif isinstance(outer, _HOLDING):
                node = outer
            elif isinstance(outer, cst.IfExp):
                if node is outer.test:
                    return
                node = outer
            elif isinstance(outer, cst.NamedExpr):
                self._bind(outer.target, held)
                node = outer
            elif isinstance(outer, cst.CompFor):
                if node is not outer.iter:
                    return
                self._bind(outer.target, held)
                return
            else:
                self._end(node, outer, held)
                return
            if held is Fate.STAYS:
                return

    def _given(self, call: cst.Call, argument: cst.Arg, held: Fate) -> Fate:
        """Return how the result of *call* holds what it is given as *argument*, and note whether the call keeps it."""
        if isinstance(self.module.parent(call), cst.Raise):
            return Fate.STAYS
        full, last = known_calls.qualified_name(self.module, call), known_calls.last_name(call)
        if full in known_calls.USING:
            return Fate.STAYS
        if full in known_calls.HANDING_ON:
            return held
        known = self.known(call)
        if known is not None:
            return min(known, held)
        function = project_function(self.module, call)
        if function is not None:
            return self._given_function(function, call, argument, held)
        if last in known_calls.LATER:
            self._keep(call, held)
            return held
        if self._is_own_method(call):
            return min(held, Fate.DOUBTFUL)
        method = isinstance(call.func, cst.Attribute)
        if method and last in known_calls.STORING:
            assert isinstance(call.func, cst.Attribute)
            self._put_into(call.func.value, held)
            return Fate.STAYS
        if method and last in known_calls.AT_ONCE:
            return held if last in {"format", "join", "joinpath"} else Fate.STAYS
        held = min(held, Fate.DOUBTFUL)
        self._keep(call, held)
        return held

    def _is_own_method(self, call: cst.Call) -> bool:
        """Tell whether *call* is that of a method of what holds the value anyway."""
        root: cst.BaseExpression = call.func
        while isinstance(root, cst.Attribute):
            root = root.value
        if root is call.func or not isinstance(root, cst.Name):
            return False
        scope = self.module.scope(root)
        found = list(scope[root.value]) if scope else []
        return bool(found) and all((one.scope, root.value) in self._followed for one in found)

    def _given_function(self, function: cst.FunctionDef, call: cst.Call, argument: cst.Arg, held: Fate) -> Fate:
        parameter = argument_parameter(self.module, function, call, argument)
        awaited = isinstance(self.module.parent(call), cst.Await)
        if parameter is None or self.depth >= _MAX_DEPTH or function.decorators:
            self._keep(call, min(held, Fate.DOUBTFUL))
            return min(held, Fate.DOUBTFUL)
        if is_generator(function) or (function.asynchronous is not None and not awaited):
            return held
        inner = _Tracer(self.module, self.known, self.depth + 1)
        inner.follow(parameter.name, Fate.LEAVES)
        if inner.kept is not Fate.STAYS:
            self._keep(call, min(inner.kept, held))
        return min(inner.returned, held)

    def _result(self, call: cst.Call, held: Fate) -> Fate:
        """Return how the result holds the object whose method is called, or the function that is."""
        if isinstance(call.func, cst.Attribute) and call.func.attr.value in known_calls.FINISHED:
            return Fate.STAYS
        return held

    def _put_into(self, container: cst.BaseExpression, held: Fate) -> None:
        """Note that what is followed is stored in *container*, or in what it is a part of."""
        root = container
        while isinstance(root, (cst.Attribute, cst.Subscript)):
            root = root.value
        if isinstance(root, cst.Name) and self._is_local(root):
            self.follow(root, held)
        elif not isinstance(root, (cst.List, cst.Dict, cst.Set)):
            self._keep(container, held)

    def _is_local(self, name: cst.Name) -> bool:
        """Tell whether *name* belongs to a function, and its value was not given to that."""
        scope = self.module.scope(name)
        found = list(scope[name.value]) if scope else []
        return bool(found) and all(
            isinstance(one, Assignment)
            and isinstance(one.scope, FunctionScope)
            and not isinstance(one.node, cst.Param)
            and not isinstance(self.module.parent(one.node), cst.Param)
            for one in found
        )

    def _bind(self, target: cst.CSTNode, held: Fate) -> None:
        """Follow the value into what an assignment binds."""
        if isinstance(target, cst.Name):
            self.follow(target, held)
        elif isinstance(target, (cst.Tuple, cst.List)):
            for element in target.elements:
                self._bind(element.value, held)
        elif isinstance(target, cst.StarredElement):
            self._bind(target.value, held)
        elif isinstance(target, (cst.Attribute, cst.Subscript)):
            self._put_into(target.value, held)
        else:
            self._keep(target, held)

    def _end(self, node: cst.CSTNode, outer: cst.CSTNode, held: Fate) -> None:
        """Note what the statement, or the part of an expression, *outer* does with the value of *node*."""
        if isinstance(outer, cst.Return):
            if not self._in_nested_function(node):
                self._return(outer, held)
        elif isinstance(outer, cst.Assign):
            for one in outer.targets:
                self._bind(one.target, held)
        elif isinstance(outer, (cst.AnnAssign, cst.AugAssign)):
            if node is outer.value:
                self._bind(outer.target, held)
        elif isinstance(outer, cst.For):
            self._bind(outer.target, held)
        elif isinstance(outer, cst.WithItem):
            if outer.asname is not None:
                self._bind(outer.asname.name, held)
        elif isinstance(outer, (cst.Index, cst.Slice, cst.SubscriptElement)):
            self._as_key(node, held)
        elif not isinstance(outer, _ENDING):
            self._keep(outer, held)

    def _in_nested_function(self, node: cst.CSTNode) -> bool:
        """Tell whether *node* is in a function within the one that is looked at: its result is that one's alone."""
        function = self.module.function(node)
        homes = [getattr(scope, "node", None) for scope, _ in self._followed if isinstance(scope, FunctionScope)]
        return function is not None and bool(homes) and function is not homes[0]

    def _as_key(self, node: cst.CSTNode, held: Fate) -> None:
        """Note that the value is a key: one that is stored, if the subscript is assigned to."""
        subscript = self.module.nearest(node, cst.Subscript)
        assert subscript is not None, "an index is a part of a subscript"
        if isinstance(self.module.parent(subscript), (cst.AssignTarget, cst.AugAssign, cst.AnnAssign)):
            self._put_into(subscript.value, held)


_HOLDING = (
    cst.Attribute,
    cst.Await,
    cst.BinaryOperation,
    cst.BooleanOperation,
    cst.ConcatenatedString,
    cst.Dict,
    cst.DictComp,
    cst.DictElement,
    cst.Element,
    cst.FormattedString,
    cst.FormattedStringExpression,
    cst.GeneratorExp,
    cst.List,
    cst.ListComp,
    cst.Set,
    cst.SetComp,
    cst.StarredDictElement,
    cst.StarredElement,
    cst.Subscript,
    cst.Tuple,
)
"""Expressions whose value holds that of their parts."""

_ENDING = (
    cst.Assert,
    cst.Comparison,
    cst.ComparisonTarget,
    cst.CompIf,
    cst.Del,
    cst.Expr,
    cst.If,
    cst.Lambda,
    cst.Raise,
    cst.UnaryOperation,
    cst.While,
)
"""Where a value is looked at, and no more."""
