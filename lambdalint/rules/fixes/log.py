"""Makes a log that is written to a file one that goes to standard output, or removes it where that is one too many."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from lambdalint.model import Base, EffectKind, Fix, Safety
from lambdalint.rules.fixes.call_arguments import has_starred, keyword_of
from lambdalint.rules.fixes.cuts import Cuts, remove_unused
from lambdalint.rules.fixes.log_config import config_to_stdout
from lambdalint.rules.fixes.log_removal import removal_of_handler, removal_of_sink
from lambdalint.rules.fixes.other_uses import is_read, mentions
from lambdalint.syntax.bindings import binding_of
from lambdalint.syntax.imports import Names

if TYPE_CHECKING:
    from lambdalint.model import Edit
    from lambdalint.rules.fixes.site import Site

TITLE = "Log to standard output"
_HANDLERS = frozenset(
    {
        "logging.FileHandler",
        "logging.handlers.RotatingFileHandler",
        "logging.handlers.TimedRotatingFileHandler",
        "logging.handlers.WatchedFileHandler",
    }
)
_OF_FILES_ONLY = frozenset(
    {"baseFilename", "doRollover", "shouldRollover", "getFilesToDelete", "rotate", "rotator", "namer", "suffix"}
    | {"extMatch", "maxBytes", "backupCount", "reopenIfNeeded", "mode", "encoding", "errors", "delay"}
)
_FILES_ONLY_ELSEWHERE = r"\.(baseFilename|doRollover|shouldRollover|reopenIfNeeded)\b"
_SINK_OPTIONS = frozenset(
    {"level", "format", "filter", "colorize", "serialize", "backtrace", "diagnose", "enqueue", "context", "catch"}
)
"""What ``loguru.logger.add`` takes for every sink; all other options are those of files."""
_FILE_OPTIONS = frozenset({"filemode", "encoding", "errors"})
"""What ``logging.basicConfig`` takes for a file only."""
_ELSEWHERE = frozenset({Base.MOUNT, Base.DEVICE, Base.REMOTE, Base.MEMORY, Base.UNKNOWN})


def log_to_stdout(site: Site) -> Fix | None:
    """Return the fix that makes the log file at *site* one to standard output; None where that is not right.

    A handler of ``logging`` that has no formatter and no level of its own goes altogether, if its statement does
    nothing else: the runtime has a handler at the root logger, and a second one would print each line twice. So does
    a sink of loguru, which logs to standard error unless it is told otherwise. Where the project takes these handlers
    away, or keeps a logger's records from them, and where the handler has a formatter or a level, it writes to standard
    output instead. There is no fix where the file is read, or where something is used that only handlers of files have.
    """
    if not _goes_nowhere_else(site):
        return None
    callees = {effect.callee for effect in site.effects}
    if len(callees) != 1:
        return None
    callee = next(iter(callees))
    edits: tuple[Edit, ...] | None = None
    title = TITLE
    if callee == "logging.config.dictConfig":
        edits = config_to_stdout(site)
    elif callee == "logging.basicConfig":
        edits = _root_to_stdout(site)
    elif callee == "loguru.logger.add":
        edits = removal_of_sink(site, _SINK_OPTIONS)
        title = "Remove the sink of the log file" if edits else TITLE
        edits = edits or _sink_to_stdout(site)
    elif callee in _HANDLERS and _is_class(site, callee) and not _used_as_file(site):
        edits = removal_of_handler(site)
        title = "Remove the handler of the log file" if edits else TITLE
        edits = edits or _handler_to_stdout(site)
    return None if edits is None else Fix(title, edits, Safety.UNSAFE)


def _goes_nowhere_else(site: Site) -> bool:
    """Tell whether the call writes into no file that is wanted: one that is read or stored, or on a mount."""
    known = [effect for effect in site.project.effects_at(site.finding.span) if effect.kind is EffectKind.LOG]
    if not known or any(effect.place.base in _ELSEWHERE for effect in known):
        return False
    for effect in known:
        lifetime = effect.lifetime
        if lifetime is not None and (lifetime.stored or lifetime.read_back or lifetime.escapes or lifetime.read_by):
            return False
        if is_read(site.project.effects, effect.place):
            return False
    return True


def _is_class(site: Site, callee: str) -> bool:
    """Tell whether the call names the class of the handler itself, not a variable or a subclass."""
    func = site.call.func
    last = func.attr if isinstance(func, cst.Attribute) else func
    if not isinstance(last, cst.Name):
        return False
    scope = site.module.scope(func)
    names = {name.name for name in scope.get_qualified_names_for(func)} if scope is not None else set()
    return callee in names or last.value == callee.rpartition(".")[2]


def _used_as_file(site: Site) -> bool:
    """Tell whether the handler is used, or declared, as one that has a file."""
    module, call = site.module, site.call
    parent = module.parent(call)
    if isinstance(parent, cst.Attribute) and parent.attr.value in _OF_FILES_ONLY:
        return True
    if isinstance(parent, cst.AnnAssign) and "FileHandler" in module.code(parent.annotation):
        return True
    if isinstance(parent, cst.Return):
        function = module.function(parent)
        if function is not None and function.returns is not None and "FileHandler" in module.code(function.returns):
            return True
    target: cst.BaseExpression | None = None
    if isinstance(parent, cst.Assign) and len(parent.targets) == 1:
        target = parent.targets[0].target
    elif isinstance(parent, (cst.AnnAssign, cst.NamedExpr)):
        target = parent.target
    binding = binding_of(module, target) if isinstance(target, cst.Name) else None
    if binding is not None:
        for read in binding.reads:
            user = module.parent(read)
            if isinstance(user, cst.Attribute) and user.value is read and user.attr.value in _OF_FILES_ONLY:
                return True
    return mentions(site.project, _FILES_ONLY_ELSEWHERE)


def _handler_to_stdout(site: Site) -> tuple[Edit, ...] | None:
    module, call = site.module, site.call
    names = Names(module)
    handler = names.of("logging", "StreamHandler", call)
    stream = names.of("sys", "stdout", call)
    if handler is None or stream is None:
        return None
    cuts = Cuts(module)
    cuts.replace(call, f"{handler}({stream})")
    remove_unused(cuts, site.project, [call], f"{handler} {stream}")
    return cuts.edits(names.edits())


def _sink_to_stdout(site: Site) -> tuple[Edit, ...] | None:
    module, call = site.module, site.call
    if has_starred(call) or not call.args:
        return None
    names = Names(module)
    stream = names.of("sys", "stdout", call)
    sink = call.args[0]
    if stream is None or keyword_of(sink) not in {None, "sink"}:
        return None
    cuts = Cuts(module)
    cuts.replace(sink.value, stream)
    files_only = [index for index, one in enumerate(call.args) if index and keyword_of(one) not in _SINK_OPTIONS]
    cuts.remove_items(call.args, files_only)
    remove_unused(cuts, site.project, [sink, *(call.args[index] for index in files_only)], stream)
    return cuts.edits(names.edits())


def _root_to_stdout(site: Site) -> tuple[Edit, ...] | None:
    """Return the edits for ``basicConfig(filename=...)``, with the ``force`` that replaces the runtime's handler."""
    module, call = site.module, site.call
    names = Names(module)
    stream = names.of("sys", "stdout", call)
    keywords = [keyword_of(argument) for argument in call.args]
    if stream is None or has_starred(call) or "filename" not in keywords or {"handlers", "stream"} & {*keywords}:
        return None
    cuts = Cuts(module)
    files_only = [index for index, one in enumerate(call.args) if keyword_of(one) in _FILE_OPTIONS]
    cuts.remove_items(call.args, files_only)
    named = call.args[keywords.index("filename")]
    if named.keyword is not None:
        cuts.replace(named.keyword, "stream")
    if "force" in keywords:
        forced = call.args[keywords.index("force")].value
        if module.code(forced) != "True":
            cuts.replace(forced, "True")
        cuts.replace(named.value, stream)
    else:
        cuts.replace(named.value, f"{stream}, force=True")
    gone = [named, *(call.args[index] for index in files_only)]
    remove_unused(cuts, site.project, gone, stream)
    return cuts.edits(names.edits())
