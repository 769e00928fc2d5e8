"""Says in words what the rows of the catalogue say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from lambdalint.catalogue.command import Reference, parse_template
from lambdalint.catalogue.library_default_row import LibraryDefaultRow
from lambdalint.catalogue.packaging_rows import OlderReleaseRow, PackageRow, SdkRow, SharedLayerRow
from lambdalint.catalogue.parameter import parse_parameter
from lambdalint.catalogue.schema import (
    PARAMETER,
    AliasRow,
    AssetRow,
    CommandEffect,
    CommandRow,
    EffectRow,
    FetchesRow,
    InvokesRow,
    NeutralRow,
    PassesRow,
    ReadsRow,
    RequestSourceRow,
    ReturnsRow,
    SettingRow,
    StoresRow,
)
from lambdalint.model import EffectKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lambdalint.catalogue.condition import Condition
    from lambdalint.catalogue.row import Row

Fact = tuple[str, str]
"""An aspect, and what is said of it."""

_KINDS = {
    EffectKind.WRITE: "writes a file",
    EffectKind.APPEND: "appends to a file",
    EffectKind.CREATE_DIR: "creates a directory",
    EffectKind.DELETE: "deletes",
    EffectKind.RENAME: "renames",
    EffectKind.METADATA: "changes the metadata of a file",
    EffectKind.EXTRACT: "extracts files",
    EffectKind.DATABASE: "opens a database",
    EffectKind.CACHE: "fills a cache",
    EffectKind.LOG: "writes a log",
    EffectKind.READ: "reads a file",
    EffectKind.EXEC: "runs a program",
    EffectKind.CHANGE_DIR: "changes the working directory",
    EffectKind.STORE: "sends to a durable place",
}
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_PLACES = {".": "the working directory", "<tempdir>": "the temporary directory", "~": "the home"}
_ARGUMENTS = {
    "all": "each argument",
    "last": "the last argument",
    "but-first": "each argument but the first",
    "but-last": "each argument but the last",
}
_FORMS = {
    "name": "the name",
    "stem": "the name without extension",
    "bare": "the path without extension",
    "repository": "the repository's folder",
    "format": "the text before the colon",
    "sent": "the path behind the @",
}
_ENDS = re.compile(r"[.!?;:]*$")


def headline(row: Row) -> str:
    """Return in a few words what the subject of *row* does or is."""
    if isinstance(row, EffectRow):
        return _KINDS[row.kind]
    if isinstance(row, ReturnsRow):
        return "returns " + _returned(row)
    if isinstance(row, PassesRow):
        return f"returns what {argument(row.value)} says"
    if isinstance(row, StoresRow):
        return "sends content to a durable place"
    if isinstance(row, FetchesRow):
        return "brings content from a durable place"
    if isinstance(row, ReadsRow):
        return "tests whether a file exists" if row.exists else "reads a file"
    if isinstance(row, InvokesRow):
        return "calls a function that it is given"
    if isinstance(row, NeutralRow):
        return "touches no file"
    if isinstance(row, CommandRow):
        kinds = dict.fromkeys(_KINDS[effect.kind] for effect in row.effect)
        return ", ".join(kinds) or "runs another command"
    return _headline_of_others(row)


def _headline_of_others(row: Row) -> str:
    if isinstance(row, AliasRow):
        return f"is another name of {row.of}"
    if isinstance(row, RequestSourceRow):
        return "holds what the sender of a request chose"
    if isinstance(row, SettingRow):
        return f"names where {row.holds} are kept"
    if isinstance(row, LibraryDefaultRow):
        return f"{_KINDS[row.kind]} in {place(row.location)} by default"
    if isinstance(row, (PackageRow, OlderReleaseRow)):
        before = f", before {row.before}" if isinstance(row, OlderReleaseRow) else ""
        return f"takes {row.unpacked_mb:,g} MB unpacked (release {row.version}{before})"
    if isinstance(row, SdkRow):
        return f"is of the AWS SDK ({row.role})"
    if isinstance(row, AssetRow):
        return f"fetches {row.mb:,} MB or more for {', '.join(map(repr, row.names))}"
    assert isinstance(row, SharedLayerRow)
    return "is a layer that others publish"


def facts(row: Row) -> tuple[Fact, ...]:
    """Return what else *row* says, without its source; nothing that is empty."""
    found: list[Fact] = []
    if isinstance(row, EffectRow):
        found += _of_effect(row)
    elif isinstance(row, ReturnsRow):
        found += _of_returns(row)
    elif isinstance(row, PassesRow) and row.confined:
        found.append(("result", "holds no path separator"))
    elif isinstance(row, StoresRow):
        kept = "the file or folder at " if row.by_path else ""
        found.append(("content", kept + argument(row.content)))
    elif isinstance(row, FetchesRow):
        found.append(("content", f"goes into {argument(row.into)}" if row.into is not None else "is the result"))
    elif isinstance(row, ReadsRow):
        below = f", below it the name {argument(row.file)}" if row.file is not None else ""
        found.append(("path", argument(row.path) + below))
    elif isinstance(row, InvokesRow):
        found += _of_invokes(row)
    elif isinstance(row, NeutralRow):
        found.append(("reason", row.reason))
    elif isinstance(row, CommandRow):
        found += _of_command(row)
    else:
        found += _of_others(row)
    if getattr(row, "name_only", False):
        found.append(("matches", "also a method of that name on an object of unknown type"))
    found.append(("note", row.note))
    return tuple((aspect, text) for aspect, text in found if text)


def _of_others(row: Row) -> Iterator[Fact]:
    if isinstance(row, LibraryDefaultRow):
        yield from _of_default(row)
    elif isinstance(row, RequestSourceRow) and row.confined:
        yield "value", "holds no path separator"
    elif isinstance(row, SettingRow):
        yield "default", place(row.default) if row.default is not None else ""
        yield "read by", ", ".join(row.calls)
        yield "when", conditions(row.when)
    elif isinstance(row, (PackageRow, OlderReleaseRow)):
        yield "requires", ", ".join(row.requires or ())
    elif isinstance(row, SdkRow):
        yield "imported as", ", ".join(row.imports)
        yield "runtime", "the Python runtimes of AWS Lambda bring it" if row.in_runtime else ""
    elif isinstance(row, AssetRow):
        yield "argument", " or ".join(map(argument, row.arguments))
        yield "default", row.default
    elif isinstance(row, SharedLayerRow):
        yield "ARN", ", ".join(row.arns)
        yield "holds", ", ".join(row.distributions) + ("" if row.complete else ", and maybe others")


def argument(reference: str) -> str:
    """Return in words which argument *reference* is: ``path=, the first argument``."""
    parameter = parse_parameter(reference)
    if parameter.receiver:
        return "the object itself"
    position = ""
    if parameter.position is not None:
        number = parameter.position
        position = f"the {_ORDINALS[number]} argument" if number < len(_ORDINALS) else f"argument {number + 1}"
    return ", ".join(part for part in (f"{parameter.name}=" if parameter.name else "", position) if part)


def place(template: str) -> str:
    """Return in words where a template leads: ``~/.cache/x``, ``a new name in the temporary directory``."""
    if template in _PLACES:
        return _PLACES[template]
    if template == "<tempdir>/<unique>":
        return "a new name in the temporary directory"
    if template.startswith("<tempdir>/"):
        return f"{template.removeprefix('<tempdir>/')} in the temporary directory"
    if template.startswith("<package>/"):
        return f"{template.removeprefix('<package>/')} in the folder of the deployed code"
    if template.startswith(("/", "~")):
        return template.replace("<unique>", "*")
    return f"{template.removeprefix('./')} in the working directory"


def conditions(given: Iterable[Condition]) -> str:
    """Return in words under which conditions something holds."""
    return "; and ".join(map(_condition, given))


def _condition(condition: Condition) -> str:
    name = condition.argument  # of the configuration that a setting is part of, or a parameter
    if PARAMETER.fullmatch(name):
        name = argument(name).partition("=")[0]
    if condition.given is not None:
        return f"{name} is {'' if condition.given != condition.negate else 'not '}given"
    words = f"{name} {'does not match' if condition.negate else 'matches'} /{condition.matches}/"
    if condition.default is not None:
        words += f" (not given: {condition.default or 'empty'})"
    return words + (", or is not known" if condition.unknown else "")


def _of_effect(row: EffectRow) -> Iterator[Fact]:
    suffix = f", with {row.suffix} appended" if row.suffix else ""
    yield "path", argument(row.path) + suffix if row.path is not None else ""
    yield "place", place(row.place) if row.place is not None else ""
    yield "default", place(row.default) if row.default is not None else ""
    yield "default", f"where {row.library} writes by default" if row.library is not None else ""
    yield "when", conditions(row.when)
    if row.arity is not None:
        least, most = row.arity
        number = f"{least}" if least == most else f"{least} to {most}"
        yield (
            "when",
            f"{number} argument{'' if number == '1' else 's'} are given".replace("argument are", "argument is"),
        )
    yield "a refusal", row.failure or ("" if row.raises else "is not raised by the call itself")
    yield "content", "comes from a durable place" if row.fetches else ""
    yield "lifetime", {"removed": "removes itself", "kept": "is not removed"}.get(row.temporary or "", "")
    yield "removes", "all below the path" if row.tree else ""
    yield "moves", argument(row.moves) if row.moves is not None else ""
    bound = f" ({row.limit_mb:,} MB)" if row.limit_mb is not None else ""
    yield "size", "bounded by rotation" if row.rotates else f"bounded{bound}" if row.limited else ""
    yield "size", f"bounded by {argument(row.limit)}" if row.limit is not None else ""


def _returned(row: ReturnsRow) -> str:
    if row.items:
        return "a tuple of " + ", ".join(place(item) if item.startswith("<") else item for item in row.items)
    if row.type is not None:
        return row.type
    if row.unique:
        return "a value that no other call returns"
    if row.value is not None:
        return place(row.value)
    return "a path" if row.path is not None else "a value"


def _of_returns(row: ReturnsRow) -> Iterator[Fact]:
    suffix = f", with {row.suffix} appended" if row.suffix else ""
    yield "stands for", argument(row.path) + suffix if row.path is not None else ""
    yield "path", place(row.value) if row.value is not None and row.type is not None else ""
    yield "with ... as", "binds the path" if row.enters == "value" else ""
    yield "result", "holds no path separator" if row.confined else ""
    yield "attributes", ", ".join(f"{name}: {argument(reference)}" for name, reference in row.attributes.items())


def _of_invokes(row: InvokesRow) -> Iterator[Fact]:
    yield "function", argument(row.function)
    yield "runs", {"now": "", "afterwards": "afterwards", "never": "never in an invocation"}[row.runs]
    results = {"value": "what the function returns", "list": "a list of what it returns", "future": "a future"}
    yield "result", results.get(row.result, "")


def _of_default(row: LibraryDefaultRow) -> Iterator[Fact]:
    triggers = [*(f"import {name}" for name in row.imports), *row.calls]
    yield "begins at", ", ".join(triggers)
    yield "when", conditions(row.when)
    yield "only with", " or ".join(row.beside)
    yield "releases", row.releases
    outcomes = {"fails": "", "degrades": "the library goes on without", "harmless": "nothing is wrong with the place"}
    yield "a refusal", row.failure or outcomes[row.outcome]
    yield "to redirect", _ENDS.sub("", row.redirect)
    yield "variables", ", ".join(row.variables)
    yield "arguments", "; ".join(map(argument, row.arguments))
    yield "settings", ", ".join(row.settings)
    told = (f"{one.call}" + (f" where {conditions(one.when)}" if one.when else "") for one in row.told_by)
    yield "told by", ", ".join(told)


def _of_command(row: CommandRow) -> Iterator[Fact]:
    for effect in row.effect:
        yield _KINDS[effect.kind].partition(" ")[0], _of_command_effect(effect)
    if row.runs is not None:
        own = "" if not row.runs else f" behind {row.runs} argument{'' if row.runs == 1 else 's'} of its own"
        yield "runs", f"the command{own}"
    yield "runs", f"the command behind {' or '.join(row.runs_after)}" if row.runs_after else ""
    yield "runs", f"the script of {row.script}" if row.script else ""
    yield "directory", f"that of {row.directory}" if row.directory else ""


def _of_command_effect(effect: CommandEffect) -> str:
    parts = [_filled(effect.path)]
    if effect.default:
        parts.append(f"else {_filled(effect.default)}")
    if effect.has:
        parts.append("with " + " or ".join(effect.has))
    if effect.lacks:
        parts.append("without " + " and ".join(effect.lacks))
    if effect.remote:
        parts.append(f"where {_filled(effect.remote)} is a remote address")
    return ", ".join(parts)


def _filled(template: str) -> str:
    """Return in words what a template of a command's path stands for."""
    parts = parse_template(template)
    texts = [part if isinstance(part, str) else _reference(part) for part in parts]
    if len(parts) == 1:
        return texts[0]
    return "".join(part if isinstance(part, str) else f"<{_reference(part)}>" for part in parts)


def _reference(reference: Reference) -> str:
    name = reference.argument
    if name.isdigit():
        number = int(name)
        words = f"the {_ORDINALS[number]} argument" if number < len(_ORDINALS) else f"argument {number + 1}"
    elif name.startswith("after "):
        words = f"the argument after {name.removeprefix('after ')}"
    else:
        words = _ARGUMENTS.get(name) or f"the value of {name}"
    form = _FORMS.get(reference.form)
    return f"{form} of {words}" if form else words


def as_toml(row: msgspec.Struct) -> dict[str, object]:
    """Return *row* as TOML has it, without what is empty or at its default."""
    found: dict[str, object] = {}
    for field in msgspec.structs.fields(row):
        value = getattr(row, field.name)
        if value not in (None, (), {}) and value != field.default:
            found[field.encode_name] = _as_toml(value)
    return found


def _as_toml(value: object) -> object:
    if isinstance(value, msgspec.Struct):
        return as_toml(value)
    if isinstance(value, tuple):
        return [_as_toml(item) for item in value]
    return msgspec.to_builtins(value)
