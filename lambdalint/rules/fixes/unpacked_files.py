"""What uses the files that an archive leaves in the working directory: relative paths that come after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst
import msgspec

from lambdalint.model import Base, Edit, EffectKind, Phase, Span
from lambdalint.syntax import known_calls
from lambdalint.syntax.bindings import binding_of
from lambdalint.syntax.callee import own_nodes

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from lambdalint.model import Effect
    from lambdalint.rules.fixes.site import Site
    from lambdalint.syntax.imports import Names
    from lambdalint.syntax.module import Module

_ELSEWHERE = frozenset(
    {
        *("Popen", "call", "check_call", "check_output", "getoutput", "popen", "run", "run_path", "system"),
        *("absolute", "abspath", "chdir", "cwd", "getcwd", "realpath", "resolve"),
        *("fwalk", "glob", "iglob", "iterdir", "rglob", "scandir", "walk"),
        *("exec_module", "import_module"),
    }
)
"""Calls that may see the working directory without an effect that names it."""


class Use(msgspec.Struct, frozen=True):
    """A call that uses what was unpacked: by ``path``, one of its arguments, or all of it where that is None."""

    call: cst.Call
    path: cst.BaseExpression | None

    def change(self, module: Module, names: Names, folder: str) -> Edit | None:
        """Return the edit that makes the call look into *folder*."""
        if self.path is None:
            if self.call.args:
                return Edit(module.span(self.call.args[0]), folder)
            end = module.span(self.call)
            return Edit(Span.point(module.path, end.end_line, end.end_column - 1), folder)
        span = module.span(self.path)
        outer = module.parent(module.parent(self.path) or self.path)
        if isinstance(outer, cst.Call) and known_calls.qualified_name(module, outer) == "pathlib.Path":
            return Edit(Span.point(module.path, span.line, span.column), f"{folder}, ")
        join = names.of("os.path", "join", self.call)
        return None if join is None else Edit(span, f"{join}({folder}, {module.code(self.path)})")


def unpacked_files(site: Site, function: cst.FunctionDef) -> list[Use] | None:
    """Return the uses of what the call of *site* unpacks, all of them in *function*; None where they are not known."""
    module, whole = site.module, site.finding.span
    relative = _relative_effects(site)
    using = [effect for effect in relative if effect.kind in _USING]
    if any(not _is_in(effect.span, module.span(function)) for effect in using):
        return None
    end = Span.point(module.path, whole.end_line, whole.end_column)
    earlier = {effect.place.expression for effect in relative if effect.span < whole or effect.kind not in _USING}
    uses: dict[Span, Use] = {}
    for effect in using:
        if effect.span > end and effect.place.expression not in earlier:
            use = _use(module, effect)
            if use is None:
                return None
            uses[effect.span] = use
    for call in calls_after(module, function, end):
        if known_calls.last_name(call) in _ELSEWHERE:
            return None
        seen = _looked_at(site, call, earlier)
        if seen is not None:
            uses.setdefault(module.span(call), seen)
    found = list(uses.values())
    return found if _are_all(site, function, found, end) else None


_USING = frozenset({EffectKind.READ, EffectKind.EXEC, EffectKind.DELETE})


def _relative_effects(site: Site) -> list[Effect]:
    entries = {effect.entry for effect in site.effects}
    return [
        effect
        for effect in site.project.effects
        if effect.entry in entries and _is_relative(effect) and not _is_packaged(site, effect.place.expression)
    ]


def _looked_at(site: Site, call: cst.Call, earlier: Collection[str]) -> Use | None:
    """Return what *call* uses if it lists the working directory, sends a relative path, or asks for what is there."""
    module = site.module
    full, last = known_calls.qualified_name(module, call), known_calls.last_name(call)
    if full == "os.listdir" and (not call.args or _text(call.args[0].value) == "."):
        return Use(call, None)
    if not (full in _LOOKING or (last == "upload_file" and isinstance(call.func, cst.Attribute))):
        return None
    given = [one for one in call.args if one.keyword is not None and one.keyword.value in {"Filename", "path"}]
    given += [one for one in call.args[:1] if one.keyword is None]
    if not given:
        return None
    path = given[0].value
    text = _text(path)
    if text is not None:
        mine = not text.startswith(("/", "~")) and text not in earlier and not _is_packaged(site, text)
        return Use(call, path) if mine else None
    return Use(call, path) if isinstance(path, cst.Name) and _is_member(module, path) else None


_LOOKING = frozenset(
    {
        *("os.path.exists", "os.path.isfile", "os.path.isdir", "os.path.getsize", "os.path.getmtime"),
        *("builtins.open", "os.access", "os.remove", "os.stat", "os.unlink"),
    }
)


def _is_member(module: Module, name: cst.Name) -> bool:
    """Tell whether *name* stands for each name in the working directory, or in the archive."""
    binding = binding_of(module, name)
    outer = None if binding is None else module.parent(binding.target)
    return isinstance(outer, (cst.For, cst.CompFor)) and _lists(module, outer.iter)


def _lists(module: Module, node: cst.BaseExpression) -> bool:
    if not isinstance(node, cst.Call):
        return False
    if known_calls.last_name(node) in {"namelist", "getnames"}:
        return True
    own = not node.args or _text(node.args[0].value) == "."
    return own and known_calls.qualified_name(module, node) == "os.listdir"


def _are_all(site: Site, function: cst.FunctionDef, uses: Sequence[Use], end: Span) -> bool:
    """Tell whether nothing in *function* behind *end* mentions what is unpacked, but *uses*, or what only names it."""
    module = site.module
    paths = {id(use.path) for use in uses}
    texts = {_text(use.path) for use in uses if use.path is not None} - {None}
    for node in own_nodes(function.body):
        if isinstance(node, cst.SimpleString) and module.span(node) > end:
            if _text(node) in texts and id(node) not in paths:
                return False
        elif isinstance(node, cst.Call) and _lists(module, node) and not _is_printed(module, node):
            outer = module.parent(node)
            target = outer.target if isinstance(outer, (cst.For, cst.CompFor)) else None
            binding = binding_of(module, target) if isinstance(target, cst.Name) else None
            if binding is None or any(not _only_named(site, read, paths) for read in binding.reads):
                return False
    return True


def _is_printed(module: Module, call: cst.Call) -> bool:
    argument = module.parent(call)
    outer = module.parent(argument) if isinstance(argument, cst.Arg) else None
    return isinstance(outer, cst.Call) and known_calls.last_name(outer) in {*_NAMING, "len"}


def _only_named(site: Site, name: cst.CSTNode, paths: Collection[int]) -> bool:
    """Tell whether *name*, that of a member, is a path that is known, or a text that is printed, compared, sent."""
    node = name
    for outer in site.module.above(name):
        if id(node) in paths or outer is site.call:
            return True
        if isinstance(outer, cst.Call):
            last = known_calls.last_name(outer)
            named = isinstance(node, cst.Arg) and (node.keyword is not None or node is not outer.args[0])
            return last in _NAMING or (last == "upload_file" and named)
        if isinstance(outer, (cst.Comparison, cst.If)):
            return True
        if isinstance(outer, cst.BaseSmallStatement):
            return False
        node = outer
    return False


_NAMING = frozenset({"print", "debug", "info", "warning", "error", "endswith", "startswith"})


def _is_relative(effect: Effect) -> bool:
    """Tell whether *effect* is one of an invocation on a relative path, other than to unpack without one."""
    return (
        effect.place.base is Base.TASK
        and effect.phase is Phase.INVOKE
        and effect.kind is not EffectKind.CHANGE_DIR
        and not (effect.kind is EffectKind.EXTRACT and effect.defaulted)
    )


def _is_packaged(site: Site, written: str) -> bool:
    """Tell whether the path that is *written* so may be that of a file of the project."""
    path = written.removeprefix("./")
    return any(name == path or name.endswith(f"/{path}") for name in site.project.tree.files)


def _is_in(inner: Span, outer: Span) -> bool:
    return inner.path == outer.path and outer.line <= inner.line <= outer.end_line


def _use(module: Module, effect: Effect) -> Use | None:
    call = module.call_at(effect.span)
    if call is None:
        return None
    if effect.argument is not None:
        values = [one.value for one in call.args if module.span(one.value) == effect.argument]
        return Use(call, values[0]) if values else None
    given = [*call.args]
    if isinstance(call.func, cst.Attribute) and isinstance(call.func.value, cst.Call):
        given += call.func.value.args
    found = [one.value for one in given if _text(one.value) == effect.place.expression]
    return Use(call, found[0]) if len(found) == 1 else None


def calls_after(module: Module, function: cst.FunctionDef, start: Span) -> list[cst.Call]:
    """Return the calls of *function* that begin behind *start*, without those that only print."""
    found = [node for node in own_nodes(function.body) if isinstance(node, cst.Call) and module.span(node) > start]
    return [call for call in found if known_calls.last_name(call) not in _PRINTING]


_PRINTING = frozenset({"print", "debug", "info", "warning", "error"})


def _text(node: cst.CSTNode) -> str | None:
    value = node.evaluated_value if isinstance(node, cst.SimpleString) else None
    return value if isinstance(value, str) else None
