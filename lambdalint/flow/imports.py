"""Imports: which module a statement means, running it once, and what its names are bound to."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from lambdalint.facts import ir
from lambdalint.flow import declarations, defaults, execute, externals, foreign, module_outcomes
from lambdalint.flow.before import Before
from lambdalint.flow.containers import new_list
from lambdalint.flow.exits import Exits
from lambdalint.flow.text import hole_text
from lambdalint.flow.values import (
    UNKNOWN,
    Class,
    External,
    ExternalObject,
    Function,
    Module,
    Opaque,
    PathText,
    Value,
    text,
)
from lambdalint.model import Hole, HoleKind, Problem, Span

if TYPE_CHECKING:
    from lambdalint.flow.machine import Machine

BUILTINS = frozenset(dir(builtins)) | {"WindowsError", "unicode", "basestring", "xrange", "raw_input"}
_MOST_CHOICES = 4


def module_name(path: str) -> str:
    """Return a readable name for a module's file."""
    stem = path.removesuffix(".py").removesuffix("/__init__")
    return stem.rpartition("/")[2] or stem


def import_module(machine: Machine, node: ir.Import) -> None:
    """Run ``import a.b.c`` or ``import a.b.c as d``."""
    top, _, _ = node.module.partition(".")
    parts = node.module.split(".")
    found: Module | None = None
    for length in range(1, len(parts) + 1):
        module = load(machine, ".".join(parts[:length]), node.at)
        if module is None:
            if found is None or found.path.endswith("/"):
                _note(machine, node.module, machine.span(node.at))
            break
        found = module
    if node.name:
        execute.bind_name(machine, node.name, named(machine, node.module, node.at))
    else:
        execute.bind_name(machine, top, named(machine, top, node.at))


def named(machine: Machine, dotted: str, at: ir.At) -> Value:
    """Return the module that a dotted name means."""
    module = load(machine, dotted, at)
    return (module,) if module is not None else (External(dotted),)


def load(machine: Machine, dotted: str, at: ir.At | None) -> Module | None:
    """Run the module of an absolute import, if it is ours."""
    path = machine.surroundings.resolve(dotted, machine.frame.facts.path)
    if path is None:
        _note_choice(machine, dotted, at)
        return None
    return run_module(machine, path, at)


def _note_choice(machine: Machine, dotted: str, at: ir.At | None) -> None:
    """Note that several folders of the project could answer an import, and nothing says which of them does."""
    folders = machine.surroundings.choices(dotted, machine.frame.facts.path)
    if len(folders) < 2 or at is None:
        return
    span = Span(machine.frame.facts.path, *at)
    message = (
        f"import of {dotted} is not resolved: it may be in {' or '.join(folders[:_MOST_CHOICES])}; see search-path"
    )
    machine.note("unresolved", str(span), Problem(span, message, severity="note"))


def run_module(machine: Machine, path: str, at: ir.At | None) -> Module | None:
    """Run a module's body, once; a folder without ``__init__.py`` has none."""
    module = Module(path)
    scope = machine.module_scope(module)
    if path.endswith("/") or machine.store.get(scope, "<loaded>") is not None:
        return module
    machine.note("read", path, None)
    facts = machine.module_facts(path)
    if facts is None:
        return module if path in machine.sources.broken else None
    if not machine.shortcuts:
        _run(machine, path, scope, facts, at)
        return module
    known = machine.common.module_outcomes.find(machine, path)
    if known is not None:
        module_outcomes.apply(machine, known)
        return module
    before, deepest = Before.of(machine), machine.deepest
    machine.deepest = len(machine.frames)
    machine.store.start_recording()
    exits = Exits()
    machine.exits.append(exits)
    try:
        _run(machine, path, scope, facts, at)
    finally:
        machine.exits.pop()
        machine.exits[-1].absorb(exits)
        recording = machine.store.stop_recording()
        deeper = machine.deepest - len(machine.frames)
        machine.deepest = max(machine.deepest, deepest)
    machine.common.module_outcomes.keep(machine, path, before, recording, exits, deeper)
    return module


def _run(machine: Machine, path: str, scope: int, facts: ir.ModuleFacts, at: ir.At | None) -> None:
    """Run a module's body."""
    machine.note("module", path, scope)
    machine.store.set(scope, "<loaded>", UNKNOWN)
    called_at = machine.span(at) if at is not None and machine.frames else None
    frame = execute.module_frame(machine, facts, scope, called_at)
    machine.scope_parents[scope] = ()
    machine.frames.append(frame)
    expected, machine.fallbacks = machine.fallbacks, 0
    try:
        execute.block(machine, facts.body)
    finally:
        machine.fallbacks = expected
        machine.frames.pop()


def import_from(machine: Machine, node: ir.ImportFrom) -> None:
    """Run ``from a.b import c as d`` and its relative and starred forms."""
    importer = machine.frame.facts.path
    if node.level:
        path = machine.surroundings.resolve_relative(node.module, node.level, importer)
    else:
        path = machine.surroundings.resolve(node.module, importer)
        if path is None:
            _note_choice(machine, node.module, node.at)
    module = run_module(machine, path, node.at) if path is not None else None
    if module is None:
        if node.level:
            span = Span(importer, *node.at)
            shown = "." * node.level + node.module
            machine.note("unresolved", str(span), Problem(span, f"import of {shown} is not resolved", severity="note"))
        prefix = node.module
        for name, alias in node.names:
            if path is None and not node.level:
                _note_foreign(machine, node, name)
            if name != "*":
                dotted = f"{prefix}.{name}"
                value = UNKNOWN if node.level else externals.known_constant(dotted) or (External(dotted),)
                execute.bind_name(machine, alias, value)
        return
    for name, alias in node.names:
        if name == "*":
            _import_all(machine, module)
        else:
            if (
                not node.level
                and module.path.endswith("/")
                and machine.surroundings.submodule(module.path, name) is None
            ):
                _note_foreign(machine, node, name)
            execute.bind_name(machine, alias, member(machine, module, name, node.at))


def _note_foreign(machine: Machine, node: ir.ImportFrom, name: str) -> None:
    """Note what a name comes from; its last part may be an attribute of a module."""
    dotted = node.module if name == "*" else f"{node.module}.{name}"
    _note(machine, dotted, machine.span(node.at))


def _note(machine: Machine, dotted: str, span: Span) -> None:
    foreign.note(machine, dotted, span)
    if not machine.surroundings.choices(dotted, span.path):
        defaults.imported(machine, dotted, span)


def _import_all(machine: Machine, module: Module) -> None:
    scope = machine.module_scope(module)
    for name in machine.store.names(scope):
        if not name.startswith(("_", "<")):
            value = machine.store.get(scope, name)
            if value is not None:
                execute.bind_name(machine, name, value)


def member(machine: Machine, module: Module, name: str, at: ir.At | None = None) -> Value:
    """Return an attribute of a module: a variable, or a submodule."""
    found = machine.store.get(machine.module_scope(module), name)
    if found is not None:
        return found
    path = machine.surroundings.submodule(module.path, name)
    if path is not None:
        loaded = run_module(machine, path, at)
        if loaded is not None:
            return (loaded,)
    if name == "__file__":
        return evaluate_file(machine, module)
    if name == "__path__" and module.path.endswith(("/__init__.py", "/")):
        folder = machine.surroundings.runtime_path(module.path.removesuffix("__init__.py").rstrip("/"))
        return new_list(machine, [text(folder)], complete=True)
    if module.path.endswith("/"):
        return (External(f"{module_name(module.path.rstrip('/'))}.{name}"),)
    return (Opaque(Hole(HoleKind.UNKNOWN, name)),)


def evaluate_file(machine: Machine, module: Module) -> Value:
    """Return a module's ``__file__``."""
    return text(machine.surroundings.runtime_path(module.path))


_PATH_TYPES = frozenset({"pathlib.Path", "pathlib.PosixPath", "pathlib.PurePath"})


def annotated(machine: Machine, function: Function, parameter: ir.Parameter) -> Value:
    """Return the value of a parameter of which only the annotation is known."""
    origin = Hole(HoleKind.UNKNOWN, parameter.name)
    if parameter.annotation is None:
        return (Opaque(origin),)
    known = declarations.declared(machine, declarations.scopes_of(machine, function.scope), parameter.annotation)
    return known or from_annotation(machine, function.scope, parameter.annotation, origin)


def from_annotation(machine: Machine, scope: int, annotation: ir.Expr, hole: Hole) -> Value:
    """Return a value of the annotated type: a path, an object from elsewhere, else one that is not known."""
    name = annotation_name(annotation)
    if name is None:
        return (Opaque(hole),)
    head, *rest = name.split(".")
    value = machine.store.lookup((scope, *machine.scope_parents.get(scope, ())), head)
    if value is None or len(value) != 1:
        return (Opaque(hole),)
    atom = value[0]
    if isinstance(atom, External):
        dotted = machine.catalogue.canonical(".".join([atom.name, *rest]))
        if dotted in _PATH_TYPES:
            return (PathText(hole_text(hole)),)
        if dotted.startswith(("builtins.", "typing.")):
            return (Opaque(hole),)
        return (ExternalObject(dotted, machine.store.new_uid()),)
    if isinstance(atom, Class) and any(base.startswith("enum.") for base in machine.classes[atom.uid].external_bases):
        # One of the members: the code chose their values.
        return (Opaque(Hole(hole.kind, hole.origin, confined=True), truthy=True),)
    return (Opaque(hole),)


def annotation_name(annotation: ir.Expr) -> str | None:
    """Return the dotted name of an annotation's type; of ``X | None`` and ``Optional[X]``, that of X."""
    if isinstance(annotation, ir.Name):
        return annotation.id
    if isinstance(annotation, ir.Attr):
        owner = annotation_name(annotation.value)
        return f"{owner}.{annotation.name}" if owner else None
    if isinstance(annotation, ir.Subscript):
        owner = annotation_name(annotation.value)
        if owner and owner.rpartition(".")[2] in ("Optional", "Annotated", "Final", "ClassVar"):
            inner = annotation.index
            if isinstance(inner, ir.Seq) and inner.items:
                inner = inner.items[0]
            return annotation_name(inner)
        return owner
    if isinstance(annotation, ir.BinOp) and annotation.op == "|":
        return annotation_name(annotation.left)
    return None
