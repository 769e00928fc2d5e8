"""Downloads by yt-dlp: a template among the options of the downloader names the files.

Source: https://github.com/yt-dlp/yt-dlp#output-template
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lambdalint.flow import fresh
from lambdalint.flow.containers import mapping_item
from lambdalint.flow.operators import join_paths
from lambdalint.flow.text import hole_text
from lambdalint.flow.tmp_paths import canonical_text
from lambdalint.flow.values import (
    FALSE,
    UNKNOWN,
    ExternalObject,
    Mapping,
    Text,
    Value,
    bounded,
    join,
    text,
    texts_of,
)
from lambdalint.model import EffectKind, Hole, HoleKind, Step

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.flow.external_call import ExternalCall

_DOWNLOADER = "yt_dlp.YoutubeDL"
_TEMPLATE = "<template>"
_FIELD = re.compile(r"%\((?P<field>[^)]*)\)[^a-zA-Z]*[a-zA-Z]")


def _downloader(call: ExternalCall) -> Value | None:
    """Keep the template where the options give one: ``outtmpl``, below the folder ``paths["home"]``."""
    uid = call.machine.store.new_uid()
    options = call.argument("params@0") or ()
    folders = texts_of(_option(call, options, "paths", "home"))
    templates = texts_of(_option(call, options, "outtmpl", "default"))
    if folders and templates:
        templates = join_paths(folders, templates)
    if templates:
        call.machine.store.set(uid, _TEMPLATE, bounded(tuple(Text(template) for template in templates)))
    return (ExternalObject(_DOWNLOADER, uid),)


def _option(call: ExternalCall, options: Value, name: str, key: str) -> Value:
    """Return what the options hold under a name; of a dictionary, what that holds under *key*."""
    found: Value = ()
    for atom in options:
        if isinstance(atom, Mapping):
            found = join(found, mapping_item(call.machine, atom, text(name)))
    result: Value = ()
    for atom in found:
        result = join(result, mapping_item(call.machine, atom, text(key)) if isinstance(atom, Mapping) else (atom,))
    return result


def _files(call: ExternalCall) -> Value:
    """Return the paths of the downloaded files: each field of the template follows from the film."""
    receiver = call.receiver
    if not isinstance(receiver, ExternalObject):
        return ()
    differs = fresh.takes_fresh(call)

    def piece(match: re.Match[str]) -> str:
        return hole_text(Hole(HoleKind.UNKNOWN, match["field"], confined=True, fresh=differs))

    templates = texts_of(call.machine.store.get(receiver.uid, _TEMPLATE) or ())
    return bounded(tuple(Text(_FIELD.sub(piece, template)) for template in templates))


def _download(call: ExternalCall) -> Value | None:
    machine = call.machine
    if call.method == "extract_info" and call.argument("download@1") == FALSE:
        return UNKNOWN
    files = _files(call)
    if files:
        machine.log.add(machine, EffectKind.WRITE, f"{_DOWNLOADER}.{call.method}", files, call.span)
        for file in texts_of(files):
            facts = machine.ledger.traffic.facts_of(canonical_text(file))
            facts.fetched = facts.fetched or Step(call.span, call.method)
    return UNKNOWN


def _file_name(call: ExternalCall) -> Value | None:
    return _files(call) or UNKNOWN


MODELS: dict[str, Callable[[ExternalCall], Value | None]] = {
    _DOWNLOADER: _downloader,
    f"{_DOWNLOADER}.download": _download,
    f"{_DOWNLOADER}.extract_info": _download,
    f"{_DOWNLOADER}.prepare_filename": _file_name,
}
