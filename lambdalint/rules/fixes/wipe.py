"""Removes from ``/tmp`` what the function made there, instead of all that lies there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import libcst as cst

from lambdalint.model import Base, EffectKind, Fix, Phase, Safety
from lambdalint.rules.fixes.cuts import Cuts, names_in, remove_unused
from lambdalint.rules.fixes.wipe_loop import loop_that_wipes
from lambdalint.syntax import blocks
from lambdalint.syntax.bindings import binding_of
from lambdalint.syntax.imports import Names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lambdalint.model import Effect
    from lambdalint.rules.fixes.site import Site
    from lambdalint.syntax.module import Module, Statement

_MOST = 5
_TMP = "/tmp/"
_RM = re.compile(r"\s*rm(\s+-{1,2}[a-zA-Z-]+)*\s+/tmp(/|/\*)?\s*")
_COMMANDS = frozenset({"system", "run", "call", "check_call", "Popen"})
_FILE_MAKERS = frozenset(
    {
        "open",
        "open_file",
        "write_text",
        "write_bytes",
        "touch",
        "download_file",
        "urlretrieve",
        "copy",
        "copy2",
        "copyfile",
    }
    | {
        "to_csv",
        "to_json",
        "to_excel",
        "to_parquet",
        "to_pickle",
        "save",
        "savefig",
        "imwrite",
        "imsave",
        "connect",
        "savez",
    }
    | {"GzipFile", "BZ2File", "LZMAFile", "ZipFile"}
)
"""Calls that make a file, not a folder."""
_BESIDE = frozenset({EffectKind.DELETE, EffectKind.METADATA})


def remove_own_content(site: Site) -> Fix | None:
    """Return the fix that removes, where all of ``/tmp`` was, what invocations of the same functions make there.

    All of it must be known, and have few names that are the same in each invocation. There is no fix in a function
    that is told which folder to empty, or for a loop that does more than to remove.
    """
    made = _made_by_functions(site)
    known = [effect for effect in site.project.effects_at(site.finding.span) if effect.kind.modifies]
    if made is None or len(known) != len(site.effects):
        return None
    module = site.module
    loop = loop_that_wipes(site)
    statement = loop if loop is not None else _statement_of(module, site.call)
    if statement is None or _reads_parameters(module, statement):
        return None
    names = Names(module)
    lines = _removals(site, names, statement, made)
    if lines is None:
        return None
    cuts = Cuts(module)
    margin = blocks.indentation(module, statement)
    text = f"\n{margin}".join(lines)
    cuts.replace(site.call if loop is None else statement, text)
    gone: list[cst.CSTNode] = [site.call if loop is None else statement]
    if isinstance(loop, cst.For) and isinstance(loop.iter, cst.Name):
        gone += _listing_before(cuts, loop.iter)
    remove_unused(cuts, site.project, gone, text)
    edits = cuts.edits(names.edits())
    return None if edits is None else Fix("Remove what the function made", edits, Safety.UNSAFE)


def _made_by_functions(site: Site) -> Mapping[str, bool] | None:
    """Return the names below ``/tmp`` that the functions make, and whether each is a folder; None if not known."""
    functions = {effect.entry.function for effect in site.effects}
    making = [
        effect
        for effect in site.project.effects
        if effect.entry.function in functions
        and effect.kind.modifies
        and effect.kind not in _BESIDE
        and effect.phase is Phase.INVOKE
    ]
    found: dict[str, bool] = {}
    for effect in making:
        if effect.place.base is Base.UNKNOWN or (effect.kind is EffectKind.CACHE and effect.place.base is Base.TMP):
            return None
        if effect.place.base is not Base.TMP:
            continue
        name, is_folder = _name_below_tmp(effect)
        if name is None:
            return None
        found[name] = found.get(name, False) or is_folder
    return found if 0 < len(found) <= _MOST else None


def _name_below_tmp(effect: Effect) -> tuple[str | None, bool]:
    """Return the name directly below ``/tmp`` that *effect* makes, None if it is not known; and whether of a folder."""
    first = effect.place.parts[0] if effect.place.parts else ""
    if not isinstance(first, str) or not first.startswith(_TMP):
        return None, False
    name, slash, _ = first.removeprefix(_TMP).partition("/")
    if not name or (effect.place.holes and not slash) or not re.fullmatch(r"[\w.+ -]+", name) or name in {".", ".."}:
        return None, False
    if slash or effect.kind in {EffectKind.CREATE_DIR, EffectKind.EXTRACT}:
        return name, True
    return (name if effect.callee.rpartition(".")[2] in _FILE_MAKERS else None), False


def _statement_of(module: Module, call: cst.Call) -> Statement | None:
    """Return the statement that does nothing but the removal by *call*."""
    expression = module.parent(call)
    statement = module.statement(call)
    if not isinstance(expression, cst.Expr) or not isinstance(statement, cst.SimpleStatementLine):
        return None
    if len(statement.body) > 1:
        return None
    last = call.func.attr if isinstance(call.func, cst.Attribute) else call.func
    name = last.value if isinstance(last, cst.Name) else ""
    if name == "rmtree":
        return statement
    return statement if name in _COMMANDS and call.args and _is_removal(call.args[0].value) else None


def _is_removal(command: cst.BaseExpression) -> bool:
    """Tell whether *command* is a literal one that does nothing but remove all of ``/tmp``."""
    if isinstance(command, cst.SimpleString):
        text = command.evaluated_value
        return isinstance(text, str) and _RM.fullmatch(text) is not None
    if isinstance(command, (cst.List, cst.Tuple)):
        words = [
            element.value.evaluated_value for element in command.elements if isinstance(element.value, cst.SimpleString)
        ]
        return len(words) == len(command.elements) and _RM.fullmatch(" ".join(map(str, words))) is not None
    return False


def _reads_parameters(module: Module, statement: Statement) -> bool:
    """Tell whether a caller says which folder *statement* empties."""
    for name in names_in(statement):
        binding = binding_of(module, name)
        if binding is not None and isinstance(binding.target, (cst.Param, cst.Name)):
            outer = module.parent(binding.target) if isinstance(binding.target, cst.Name) else binding.target
            if isinstance(outer, cst.Param):
                return True
    return False


def _removals(site: Site, names: Names, at: Statement, made: Mapping[str, bool]) -> Sequence[str] | None:
    """Return the statements that remove what was *made*, by name and whether it is a folder."""
    lines = []
    for name, is_folder in sorted(made.items()):
        path = _path(site, names, at, name)
        if path is None:
            return None
        function = names.of("shutil", "rmtree", at) if is_folder else names.of("pathlib", "Path", at)
        join = names.of("os.path", "join", at) if is_folder and len(path) > 1 else ""
        if function is None or join is None:
            return None
        written = f"{join}({', '.join(path)})" if join else ", ".join(path)
        lines.append(
            f"{function}({written}, ignore_errors=True)"
            if is_folder
            else f"{function}({written}).unlink(missing_ok=True)"
        )
    return lines


def _path(site: Site, names: Names, at: Statement, name: str) -> Sequence[str] | None:
    """Return the parts of the path of *name*: a constant of the module, a literal as there, or a folder and a name."""
    literal = f'"{_TMP}{name}"'
    for statement in site.module.tree.body:
        constant = _constant_of(statement, f"{_TMP}{name}")
        if constant is not None:
            binding = binding_of(site.module, constant)
            scope = site.module.scope(at)
            if binding is not None and scope is not None and constant.value in scope:
                found = list(scope[constant.value])
                if len(found) == 1 and found[0].scope is binding.scope:
                    return [constant.value]
    if site.project.tmp_expression == "literal" or re.search(
        rf"""["']{re.escape(_TMP + name)}["'/]""", site.module.text
    ):
        return [literal]
    removed = site.call.args[0].value if site.call.args else None
    if isinstance(removed, cst.Name) and isinstance(at, cst.SimpleStatementLine):
        return [removed.value, f'"{name}"']
    folder = names.of("tempfile", "gettempdir", at)
    return None if folder is None else [f"{folder}()", f'"{name}"']


def _constant_of(statement: cst.CSTNode, path: str) -> cst.Name | None:
    """Return the name that *statement* gives the literal *path*."""
    if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
        return None
    assign = statement.body[0]
    if not isinstance(assign, cst.Assign) or len(assign.targets) != 1:
        return None
    target, value = assign.targets[0].target, assign.value
    if isinstance(target, cst.Name) and isinstance(value, cst.SimpleString) and value.evaluated_value == path:
        return target
    return None


def _listing_before(cuts: Cuts, listed: cst.Name) -> list[cst.CSTNode]:
    """Remove the assignment of the names in ``/tmp`` if the loop alone reads them; return what is gone."""
    binding = binding_of(cuts.module, listed)
    if binding is None or binding.reads != (listed,) or binding.assigned(cuts.module) is None:
        return []
    statement = cuts.module.statement(binding.target)
    return [statement] if statement is not None and cuts.remove_statements([statement], comments=False) else []
