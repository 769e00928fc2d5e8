"""How far the life of a temporary file or folder reaches: the statements of one block that use it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst
import msgspec
from libcst.metadata import FunctionScope

from lambdalint.model import EffectKind, Safety
from lambdalint.syntax import known_calls
from lambdalint.syntax.bindings import binding_of
from lambdalint.syntax.callee import own_nodes, project_function
from lambdalint.syntax.context_managers import can_be_enclosed
from lambdalint.syntax.escape import Fate, escape_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lambdalint.model import Span
    from lambdalint.rules.fixes.site import Site
    from lambdalint.syntax.module import Module, Statement

_OUTLASTING = frozenset({"chdir", "fchdir", "move", "rename", "renames", "replace", "symlink", "link", "detach"})
"""Calls after which a folder is the working directory, or a file has another name."""
_WRITING = frozenset({EffectKind.WRITE, EffectKind.EXTRACT, EffectKind.CREATE_DIR, EffectKind.DELETE, EffectKind.STORE})


class Extent(msgspec.Struct, frozen=True):
    """The statements of one block from that which makes a temporary object to the last one that uses it.

    ``uses`` are the reads of its name, and of names that hold something of it. ``safety`` tells how sure it is that
    nothing uses the object afterwards.
    """

    statements: tuple[Statement, ...]
    uses: tuple[cst.CSTNode, ...]
    safety: Safety


def extent_of(site: Site, statement: Statement, name: cst.Name, other: cst.Name | None = None) -> Extent | None:
    """Return the extent of what *statement* makes and calls *name*; None where it is used elsewhere, too.

    Where the statement gives it an *other* name, the statements of the block that use that one belong to it, too.
    """
    module = site.module
    binding = binding_of(module, name)
    if binding is None or binding.target is not name or any(effect.lifetime is None for effect in site.effects):
        return None
    doubts: list[cst.Call] = []
    escape = escape_of(module, name, _known_to(site, doubts))
    keepers = _keepers(module, doubts)
    if escape.fate is Fate.LEAVES or keepers is None:
        return None
    uses = _without_others(module, escape.uses, name)
    block = list(module.block(statement))
    start = index_in(module, block, name)
    places = [index_in(module, block, use) for use in uses]
    if start is None or any(place is None or place < start for place in places):
        return None
    places += [place for place in (index_in(module, block, use) for use in keepers) if place is not None]
    if other is not None:
        others = _without_others(module, escape_of(module, other).uses, other)
        places += [index_in(module, block, use) for use in others]
    end = max((place for place in places if place is not None), default=start)
    statements = tuple(block[start : _end_of_others(site, block, start, end) + 1])
    lifetimes = [effect.lifetime for effect in site.effects if effect.lifetime is not None]
    if (
        not can_be_enclosed(module, statements)
        or any(_outlasts(module, use) for use in uses)
        or not all(_is_within(module, statements, lifetime.removal) for lifetime in lifetimes)
    ):
        return None
    seen_later = any(lifetime.read_by for lifetime in lifetimes)
    sure = escape.fate is Fate.STAYS and not doubts and not seen_later
    return Extent(statements, uses, Safety.SAFE if sure else Safety.UNSAFE)


def _without_others(module: Module, uses: Sequence[cst.CSTNode], name: cst.Name) -> tuple[cst.CSTNode, ...]:
    """Return the *uses* of *name* without those of another name that a ``with`` or ``for`` around them binds anew.

    The name of a file (``with open(path) as out``) is often used for the next one, too.
    """
    known = {id(use) for use in uses}
    own = {id(use) for use in uses if isinstance(use, cst.Name) and use.value == name.value}
    return tuple(use for use in uses if id(use) in own or not _is_other(module, use, known))


def _is_other(module: Module, use: cst.CSTNode, known: set[int]) -> bool:
    node = use
    for outer in module.above(use):
        if isinstance(outer, (cst.With, cst.For)) and node is outer.body:
            sources = _sources_of(outer, use)
            if sources:
                bound = [one for one in own_nodes(outer.body) if isinstance(one, cst.Name) and _binds(module, one, use)]
                nodes = (one for source in sources for one in own_nodes(source))
                return not bound and not any(id(one) in known for one in nodes)
        if isinstance(outer, cst.FunctionDef):
            return False
        node = outer
    return False


def _sources_of(statement: cst.With | cst.For, use: cst.CSTNode) -> list[cst.BaseExpression]:
    """Return what *statement* gives the name that is read at *use*, if it does."""
    pairs = (
        [(item.asname.name, item.item) for item in statement.items if item.asname is not None]
        if isinstance(statement, cst.With)
        else [(statement.target, statement.iter)]
    )
    return [
        source
        for target, source in pairs
        if isinstance(target, cst.Name) and isinstance(use, cst.Name) and target.value == use.value
    ]


def _binds(module: Module, name: cst.Name, use: cst.CSTNode) -> bool:
    """Tell whether *name* is bound here, and is the name that *use* reads."""
    if not isinstance(use, cst.Name) or name.value != use.value:
        return False
    binding = (cst.AssignTarget, cst.AugAssign, cst.AnnAssign, cst.AsName, cst.For, cst.NamedExpr, cst.Element)
    return any(name is getattr(module.parent(name), part, None) for part in ("target", "name", "value")) and isinstance(
        module.parent(name), binding
    )


def _end_of_others(site: Site, block: Sequence[Statement], start: int, end: int) -> int:
    """Return how far the statements of *block* from *start* to *end* go with what uses other temporary objects.

    An object that is made between them, and used for longer, could not be enclosed any more.
    """
    module = site.module
    index = start + 1
    while index <= end:
        for name in _temporary_names(site, block[index]):
            uses = _without_others(module, escape_of(module, name).uses, name)
            places = [place for place in (index_in(module, block, use) for use in uses) if place is not None]
            end = max([end, *places])
        index += 1
    return end


def _temporary_names(site: Site, statement: Statement) -> list[cst.Name]:
    """Return the names that *statement* gives to a temporary object, if it does."""
    if not isinstance(statement, cst.SimpleStatementLine) or not isinstance(statement.body[0], cst.Assign):
        return []
    value = statement.body[0].value
    calls = [node for node in own_nodes(value) if isinstance(node, cst.Call)]
    if not any(known_calls.qualified_name(site.module, call) in _TEMPORARY for call in calls):
        return []
    targets = [node for one in statement.body[0].targets for node in own_nodes(one.target)]
    return [node for node in targets if isinstance(node, cst.Name)]


_TEMPORARY = frozenset({"tempfile.mkdtemp", "tempfile.mkstemp", "tempfile.NamedTemporaryFile"})


def index_in(module: Module, block: Sequence[Statement], node: cst.CSTNode) -> int | None:
    """Return which statement of *block* holds *node*; None if none does."""
    around = {id(one) for one in (node, *module.above(node))}
    return next((index for index, statement in enumerate(block) if id(statement) in around), None)


def _known_to(site: Site, doubts: list[cst.Call]) -> Callable[[cst.Call], Fate | None]:
    """Return what is known of calls that are given a temporary object; *doubts* takes those that it leaves open."""
    module, project = site.module, site.project

    def known(call: cst.Call) -> Fate | None:
        full, last = known_calls.qualified_name(module, call), known_calls.last_name(call)
        if last == "Popen":
            doubts.append(call)
        if full in known_calls.USING or full in known_calls.HANDING_ON or last in known_calls.LATER:
            return None
        if last[:1].isupper():
            # An object of a class that is not known, which may hold the path.
            doubts.append(call)
            return Fate.LEAVES
        writes = any(effect.kind in _WRITING for effect in project.effects_at(module.span(call)))
        if writes and isinstance(module.parent(call), cst.Expr):
            return Fate.STAYS
        if last not in _KNOWN_METHODS and project_function(module, call) is None:
            doubts.append(call)
        return None

    return known


_KNOWN_METHODS = known_calls.AT_ONCE | known_calls.STORING


def _keepers(module: Module, doubts: Sequence[cst.Call]) -> list[cst.CSTNode] | None:
    """Return the uses of local objects whose methods are given the path, which they may keep.

    None where such an object leaves the function, or is a foreign one that is told to keep it.
    """
    found: list[cst.CSTNode] = []
    for call in doubts:
        root = call.func.value if isinstance(call.func, cst.Attribute) else None
        while isinstance(root, (cst.Attribute, cst.Subscript)):
            root = root.value
        if not isinstance(root, cst.Name):
            continue
        if _is_local(module, root):
            escape = escape_of(module, root)
            if escape.fate is Fate.LEAVES:
                return None
            found += escape.uses
        elif known_calls.last_name(call).startswith(_KEEPING):
            return None
    return found


_KEEPING = ("add", "attach", "configure", "register", "set", "subscribe")


def _is_local(module: Module, name: cst.Name) -> bool:
    """Tell whether *name* gets its value in the function, by an assignment."""
    scope = module.scope(name)
    found = list(scope[name.value]) if scope is not None else []
    nodes = [getattr(one, "node", None) for one in found]
    return bool(found) and all(
        isinstance(one.scope, FunctionScope) and isinstance(node, cst.Name) and not _is_parameter(module, node)
        for one, node in zip(found, nodes, strict=True)
    )


def _is_parameter(module: Module, node: cst.CSTNode) -> bool:
    return isinstance(node, cst.Param) or isinstance(module.parent(node), cst.Param)


def _outlasts(module: Module, use: cst.CSTNode) -> bool:
    """Tell whether *use* stands in a call after which the name is not all that the object has."""
    for outer in module.above(use):
        if isinstance(outer, (cst.BaseStatement, cst.BaseSmallStatement)):
            return False
        if isinstance(outer, cst.Call) and known_calls.last_name(outer) in _OUTLASTING:
            return True
    return False


def _is_within(module: Module, statements: Sequence[Statement], place: Span | None) -> bool:
    first, last = module.span(statements[0]), module.span(statements[-1])
    return place is None or (place.path == module.path and first.line <= place.line <= last.end_line)
