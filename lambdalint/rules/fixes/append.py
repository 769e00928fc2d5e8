"""Opens a file with mode ``w`` instead of ``a``, where nothing wants what earlier invocations wrote."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import libcst as cst

from lambdalint.model import Base, Edit, EffectKind, Fix, Phase, Safety
from lambdalint.rules.fixes.call_arguments import argument_of, has_starred
from lambdalint.rules.fixes.cuts import is_imported_from
from lambdalint.rules.fixes.other_uses import count_in_code, is_in_configuration, is_read, may_meet, mentions
from lambdalint.rules.fixes.repetition import Times, times_in_an_invocation
from lambdalint.syntax.bindings import binding_of

if TYPE_CHECKING:
    from lambdalint.model import Effect
    from lambdalint.rules.fixes.site import Site

_POSITIONS: dict[str, int | None] = {
    "aiofiles.open": 1,
    "anyio.open_file": 1,
    "builtins.open": 1,
    "bz2.BZ2File": 1,
    "bz2.open": 1,
    "codecs.open": 1,
    "gzip.GzipFile": 1,
    "gzip.open": 1,
    "io.FileIO": 1,
    "lzma.LZMAFile": 1,
    "lzma.open": 1,
    "pandas.DataFrame.to_csv": None,
    "pandas.DataFrame.to_json": None,
    "pandas.DataFrame.to_markdown": None,
    "pandas.Series.to_csv": None,
    "pandas.Series.to_json": None,
    "pathlib.Path.open": 0,
}
"""Where the mode stands among the arguments of what opens a file; None where it has to be named."""

_LISTS_FILES = (
    r"\b(listdir|scandir|i?glob|rglob|iterdir|walk|make_archive|copytree|disk_usage|getsize|st_size)\b|/tmp\S*[*?]"
)
_READS = r"\.\s*(seek|read|readline|readlines|truncate|fileno)\s*\(|\bfor\b"
_TESTS_FILE = r"\b(tell|l?exists|isfile|is_file|getsize|getmtime|getctime|l?stat|st_size)\b"


def open_anew(site: Site) -> Fix | None:
    """Return the fix that gives the call at *site* the mode ``w``; None where old content may be wanted.

    It is right where an invocation makes the call once at most, and nothing else in the project writes, reads, sends or
    removes the file. It is safe where nothing else can: the path is known, and written nowhere else in the project.
    """
    edit = _edit_of_mode(site)
    if edit is None or not all(_wants_no_old_content(site, effect) for effect in site.effects):
        return None
    times = times_in_an_invocation(site)
    if times is Times.SEVERAL or _looks_back(site, edit) or not _is_named_once(site):
        return None
    sure = times is Times.ONCE and _is_the_only_use(site)
    return Fix("Open the file with mode 'w'", (edit,), Safety.SAFE if sure else Safety.UNSAFE)


def _edit_of_mode(site: Site) -> Edit | None:
    """Return the edit of the mode, which must be a literal."""
    callees = {effect.callee for effect in site.effects}
    call = site.call
    if len(callees) != 1 or has_starred(call):
        return None
    callee = next(iter(callees))
    if callee not in _POSITIONS:
        return None
    argument = argument_of(call, "mode", _POSITIONS[callee])
    mode = None if argument is None else argument.value
    if not isinstance(mode, cst.SimpleString) or not re.fullmatch(r"[abtU+]+", mode.raw_value):
        return None
    if mode.raw_value.count("a") != 1:
        return None
    written = f"{mode.prefix}{mode.quote}{mode.raw_value.replace('a', 'w')}{mode.quote}"
    return Edit(site.module.span(mode), written)


def _wants_no_old_content(site: Site, effect: Effect) -> bool:
    """Tell whether, by all effects, no code reads the file, adds to it elsewhere, or keeps it open."""
    lifetime = effect.lifetime
    if lifetime is None or effect.phase is not Phase.INVOKE or effect.place.base is not Base.TMP:
        return False
    if lifetime.once or lifetime.cached or lifetime.shared or lifetime.stored or lifetime.fetched:
        return False
    if lifetime.escapes or lifetime.read_back or lifetime.read_by or lifetime.request_content:
        return False
    others = [other for other in site.project.effects if other.span != effect.span]
    return not is_read(site.project.effects, effect.place) and not any(
        other.kind.modifies and other.kind is not EffectKind.CREATE_DIR and may_meet(other.place, effect.place)
        for other in others
    )


def _looks_back(site: Site, edit: Edit) -> bool:
    """Tell whether the code around the call may look at what the file held before."""
    code = site.module.code(site.module.function(site.call) or site.module.tree)
    return re.search(_TESTS_FILE, code) is not None or ("+" in edit.text and re.search(_READS, code) is not None)


def _is_named_once(site: Site) -> bool:
    """Tell whether no other Python code names the file, as far as the file's name is known."""
    for effect in site.effects:
        name = effect.place.path.rpartition("/")[2]
        if not effect.place.holes and count_in_code(site.project, name) > 1:
            return False
    path = _path_at(site)
    binding = binding_of(site.module, path) if isinstance(path, cst.Name) else None
    if binding is None or isinstance(binding.target, (cst.Import, cst.ImportFrom)):
        return binding is None
    return set(binding.reads) <= {path} and (
        site.module.function(binding.target) is not None
        or isinstance(site.module.parent(binding.target), cst.Param)
        or not is_imported_from(site.project, site.module, path.value)  # type: ignore[union-attr]  # only names have a binding
    )


def _is_the_only_use(site: Site) -> bool:
    """Tell whether the file can be known to nothing else: its path is literal, and no folder is listed."""
    paths = {effect.place.path for effect in site.effects}
    if len(paths) != 1 or any(
        effect.place.holes or effect.guards or effect.confidence == "low" for effect in site.effects
    ):
        return False
    name = next(iter(paths)).rpartition("/")[2]
    if count_in_code(site.project, name) != 1 or is_in_configuration(site.project, name):
        return False
    path = _path_at(site)
    if isinstance(path, cst.Name):
        binding = binding_of(site.module, path)
        path = None if binding is None else binding.assigned(site.module)
    return path is not None and not isinstance(path, cst.Attribute) and not mentions(site.project, _LISTS_FILES)


def _path_at(site: Site) -> cst.BaseExpression | None:
    """Return the expression of the path: an argument, or what the method is called on."""
    argument = site.effects[0].argument
    if argument is not None:
        return site.module.at(argument, cst.BaseExpression)  # type: ignore[type-abstract]  # any expression
    return site.call.func.value if isinstance(site.call.func, cst.Attribute) else None
