"""Checks what one configuration file says, and tells what is wrong with it."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from lambdalint.config import patterns
from lambdalint.config.error import ConfigError, nearest
from lambdalint.config.layer import PLAIN_KEYS, Given, Layer, join, relative
from lambdalint.config.schema import EXPECTED, SELECTORS, RawConfig, RawFunction
from lambdalint.config.size import parse_size
from lambdalint.config.wording import choices, describe_type
from lambdalint.model import Severity
from lambdalint.model.configuration import dotted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from lambdalint.catalogue.user_rows import EncodedRows
    from lambdalint.config.discover import Source
    from lambdalint.config.position import KeyPath

_UNKNOWN_FIELD = re.compile(r"unknown field `(?P<field>.*)`$", re.DOTALL)
_MISSING_FIELD = re.compile(r"missing required field `(?P<field>[^`]*)`")
_WRONG_TYPE = re.compile(r"Expected `.*`, got `(?P<got>\w+)`")
_WRONG_CHOICE = re.compile(r"Invalid enum value '(?P<value>.*)'$", re.DOTALL)
_AT = re.compile(r" - at `(?:key in )?\$(?P<way>[^`]*)`$")
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]|\[(\.\.\.)\]")
_DISTRIBUTION = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_TYPE_NAMES = {
    "str": "text",
    "int": "a number",
    "float": "a number",
    "array": "a list",
    "object": "a table",
    "datetime": "a date",
    "date": "a date",
    "time": "a time",
}


class RuleOptions(msgspec.Struct, frozen=True):
    """What the configuration may say of rules: the known codes, and what gives the type of a rule's options.

    ``type_of`` is asked only for rules whose options the configuration mentions: it may be slow. It returns
    None for a rule without options. The option ``severity`` is common to all rules; none may declare it.
    """

    codes: tuple[str, ...]
    type_of: Callable[[str], type[Any] | None]


def check_codes(codes: Sequence[str], known: Iterable[str]) -> tuple[int, str, str | None] | None:
    """Return the index of the first of *codes* that is no prefix of a known one, the problem, and what was meant."""
    known = tuple(known)
    for index, code in enumerate(codes):
        if not code or not any(one.startswith(code) for one in known):
            return index, f"no rule has the code {code!r}", nearest(code, known)
    return None


class Reading(msgspec.Struct, frozen=True):
    """One configuration file while it is checked. Its paths are carried to *folder*, that of the nearest file."""

    source: Source
    rules: RuleOptions
    platforms: Callable[[], Iterable[str]]
    folder: Path

    def error(
        self, problem: str, key: KeyPath, *, expected: str | None = None, nearest: str | None = None
    ) -> ConfigError:
        """Return the error that *problem* is wrong with *key*; what is expected follows from the key, if not given."""
        return ConfigError(
            problem,
            file=str(self.source.path),
            line=self.source.line(key),
            key=dotted(key) or None,
            expected=_expectation(key) if expected is None else expected,
            nearest=nearest,
        )

    def layer(self) -> Layer:
        """Return what the file says; ``extend`` is left to the caller.

        Raises:
            ConfigError: a key or a value is not understood.
        """
        table = self.source.table
        raw = self._convert(table, RawConfig, ())
        layer: Layer = {(key,): self._given(table[key], (key,)) for key in PLAIN_KEYS if key in table}
        for key in SELECTORS:
            self._check_codes(table.get(key, ()), (key,))
        self._check_absolute(raw.writable or (), ("writable",))
        if raw.exclude is not None:
            for index, pattern in enumerate(raw.exclude):
                self._check_pattern(pattern, ("exclude", index))
            carried = [one for pattern in raw.exclude for one in self._carry(pattern)]
            layer["exclude",] = self._given(carried, ("exclude",))
        if raw.baseline is not None:
            layer["baseline",] = self._given(str(self._absolute(raw.baseline, ("baseline",))), ("baseline",))
        layer |= self._per_file_ignores(raw.per_file_ignores or {})
        layer |= self._sizes(raw.sizes or {})
        layer |= self._shared_layers(raw.shared_layers or {})
        layer |= self._catalogue(raw.catalogue or {})
        if raw.catalogue_files is not None:
            carried = [self._carry_folder(file) for file in raw.catalogue_files]
            layer["catalogue-files",] = self._given(carried, ("catalogue-files",))
        for index, function in enumerate(raw.functions):
            layer["functions", index] = self._function(function, index)
        return layer | self._rules(raw.rules)

    def rows(self) -> EncodedRows:
        """Return the rows that the file adds to the catalogue, itself and in the files that it names.

        Raises:
            ConfigError: a row is not understood.
        """
        if not any(key in self.source.table for key in ("catalogue", "catalogue-files")):
            return ()
        from lambdalint.config import catalogue_rows

        return catalogue_rows.read(self.source, self.folder)

    def extended(self) -> Path | None:
        """Return the absolute path of the file that this one extends."""
        value = self.source.table.get("extend")
        return None if value is None else self._absolute(value, ("extend",))

    def _given(self, value: object, key: KeyPath) -> Given:
        return Given(value, ((self.source, key),))

    def _absolute(self, path: str, key: KeyPath) -> Path:
        if "\0" in path:
            raise self.error("a path cannot hold the character NUL", key)
        try:
            expanded = Path(path).expanduser()
        except RuntimeError:
            raise self.error(f"the home folder of {path!r} is not known", key) from None
        return Path(os.path.abspath(self.source.folder / expanded))  # noqa: PTH100 - resolve() follows symbolic links

    def _carry(self, pattern: str) -> tuple[str, ...]:
        return patterns.carry(pattern, self.source.folder, self.folder)

    def _check_pattern(self, pattern: str, key: KeyPath) -> None:
        if not patterns.is_usable(pattern):
            problem = "the pattern is blank" if not pattern.strip() else f"{pattern!r} is no usable pattern"
            raise self.error(problem, key, expected="a pattern as in .gitignore")

    def _check_codes(self, codes: Sequence[str], key: KeyPath) -> None:
        wrong = check_codes(codes, self.rules.codes)
        if wrong is not None:
            raise self.error(wrong[1], (*key, wrong[0]), nearest=wrong[2])

    def _check_absolute(self, folders: Iterable[str], key: KeyPath) -> None:
        for index, folder in enumerate(folders):
            if not folder.startswith("/"):
                raise self.error(f"{folder!r} is not an absolute path", (*key, index))

    def _per_file_ignores(self, raw: dict[str, Any]) -> Layer:
        layer: Layer = {}
        for pattern, codes in raw.items():
            key: KeyPath = ("per-file-ignores", pattern)
            self._convert(codes, tuple[str, ...], key)
            self._check_codes(codes, key)
            inverted = pattern.startswith("!")
            self._check_pattern(pattern.removeprefix("!"), key)
            carried = self._carry(pattern)
            if inverted and len(carried) > 1:
                problem = f"what the pattern leaves out of {self.folder} is more than one pattern: name it there"
                raise self.error(problem, key, expected="")
            if inverted and not carried:
                carried = ("/**",)
            for one in carried:
                before = layer.get(("per-file-ignores", one))
                given = self._given(codes, key)
                layer["per-file-ignores", one] = given if before is None else join(before, given)
        return layer

    def _sizes(self, raw: dict[str, Any]) -> Layer:
        for pattern, size in raw.items():
            key: KeyPath = ("sizes", pattern)
            if not pattern.strip():
                raise self.error("the pattern is blank", key)
            self._convert(size, str | int | float, key)
            if parse_size(size) is None:
                raise self.error(f"{size!r} is not a size", key)
        return {("sizes", pattern): self._given(size, ("sizes", pattern)) for pattern, size in raw.items()}

    def _shared_layers(self, raw: dict[str, Any]) -> Layer:
        for pattern, distributions in raw.items():
            key: KeyPath = ("shared-layers", pattern)
            if not pattern.strip():
                raise self.error("the pattern is blank", key)
            self._convert(distributions, tuple[str, ...], key)
            for index, name in enumerate(distributions):
                if not _DISTRIBUTION.fullmatch(name):
                    raise self.error(f"{name!r} is not the name of a distribution", (*key, index))
        return {
            ("shared-layers", pattern): self._given(names, ("shared-layers", pattern)) for pattern, names in raw.items()
        }

    def _catalogue(self, raw: dict[str, Any]) -> Layer:
        """Return the rows as they stand in the file; it is ``rows`` that checks them."""
        return {
            ("catalogue", table, index): self._given(row, ("catalogue", table, index))
            for table, rows in raw.items()
            if isinstance(rows, list)
            for index, row in enumerate(rows)
        }

    def _function(self, raw: RawFunction, index: int) -> Given:
        key: KeyPath = ("functions", index)
        platforms = sorted(self.platforms())
        if platforms and raw.platform not in platforms:
            expected = "one of " + ", ".join(platforms)
            problem = f"no platform is named {raw.platform!r}"
            meant = nearest(raw.platform, platforms)
            raise self.error(problem, (*key, "platform"), expected=expected, nearest=meant)
        if "." not in raw.handler.strip("."):
            raise self.error(f"{raw.handler!r} names no function in a module", (*key, "handler"))
        self._check_absolute(raw.mounts, (*key, "mounts"))
        for name, folders in (
            ("code-root", (raw.code_root,)),
            ("search-path", raw.search_path),
            ("requirements", raw.requirements),
        ):
            for folder in folders:
                if folder.startswith("/"):
                    raise self.error(f"{folder!r} is an absolute path", (*key, name))
        table = dict(self.source.table["functions"][index])
        if self.source.folder != self.folder:
            table["code-root"] = self._carry_folder(raw.code_root)
            if raw.search_path:
                table["search-path"] = [self._carry_folder(folder) for folder in raw.search_path]
            if raw.requirements:
                table["requirements"] = [self._carry_folder(file) for file in raw.requirements]
            if raw.layers:
                table["layers"] = [one if one.startswith("arn:") else self._carry_folder(one) for one in raw.layers]
        return self._given(table, key)

    def _carry_folder(self, folder: str) -> str:
        carried = relative(self.source.folder / folder, self.folder)
        return "" if carried == "." else carried

    def _rules(self, raw: dict[str, dict[str, Any]]) -> Layer:
        layer: Layer = {}
        for code, options in raw.items():
            if code not in self.rules.codes:
                meant = nearest(code, self.rules.codes)
                raise self.error(
                    f"no rule has the code {code!r}", ("rules", code), expected="the code of a rule", nearest=meant
                )
            own = {name: value for name, value in options.items() if name != "severity"}
            if "severity" in options:
                self._convert(options["severity"], Severity, ("rules", code, "severity"))
            if own:
                self._convert(own, self.rules.type_of(code) or _NoOptions, ("rules", code))
            layer |= {("rules", code, name): self._given(options[name], ("rules", code, name)) for name in options}
        return layer

    def _convert(self, value: object, model: Any, key: KeyPath) -> Any:
        try:
            return msgspec.convert(value, model)
        except msgspec.ValidationError as error:
            raise self._refusal(str(error), model, key) from None

    def _refusal(self, message: str, model: Any, key: KeyPath) -> ConfigError:
        """Say in our terms what the schema refuses."""
        at = _AT.search(message)
        problem = message[: at.start()] if at else message
        where = (*key, *self._steps(key, at["way"] if at else ""))
        unknown = _UNKNOWN_FIELD.search(problem)
        if unknown:
            return self._unknown_key(unknown["field"], model, where)
        missing = _MISSING_FIELD.search(problem)
        if missing:
            return self.error(f"the key {missing['field']} is missing", where, expected=EXPECTED.get(missing["field"]))
        annotation = _annotation(model, where[len(key) :])
        expected = None if _expectation(where) else describe_type(annotation)
        wrong_choice = _WRONG_CHOICE.search(problem)
        if wrong_choice:
            value = wrong_choice["value"]
            return self.error(
                f"{value!r} is not valid", where, expected=expected, nearest=nearest(value, choices(annotation))
            )
        wrong_type = _WRONG_TYPE.search(problem)
        if wrong_type and wrong_type["got"] == "bool":
            return self.error(f"is {str(self._value(where)).lower()}", where, expected=expected)
        if wrong_type and wrong_type["got"] in _TYPE_NAMES:
            return self.error(f"is {_TYPE_NAMES[wrong_type['got']]}", where, expected=expected)
        shown = repr(self._value(where))
        return self.error(f"{shown[:60]}{'...' * (len(shown) > 60)} is not valid", where, expected=expected)

    def _unknown_key(self, name: str, model: Any, where: KeyPath) -> ConfigError:
        owner = RawFunction if where[:1] == ("functions",) else model
        valid = [item.encode_name for item in msgspec.structs.fields(owner)]
        if where[:1] == ("rules",):
            valid.append("severity")
        expected = "one of " + ", ".join(sorted(valid)) if len(valid) > 1 else f"{valid[0]}, the only key there is"
        return self.error("unknown key", (*where, name), expected=expected, nearest=nearest(name, valid))

    def _steps(self, key: KeyPath, way: str) -> KeyPath:
        """Return the keys that msgspec's *way* names below *key*; it does not name those of free tables."""
        steps: KeyPath = ()
        for name, index, _ in _STEP.findall(way):
            if name:
                steps = (*steps, name)
            elif index:
                steps = (*steps, int(index))
            else:
                wanted = dict if steps == ("rules",) else str
                table = self._value((*key, *steps))
                steps = (*steps, *[name for name, value in table.items() if not isinstance(value, wanted)][:1])
        return steps

    def _value(self, key: KeyPath) -> Any:
        value: Any = self.source.table
        for step in key:
            value = value[step]
        return value


class _NoOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The options of a rule that has none."""


def _expectation(key: KeyPath) -> str | None:
    """Return what *key* or the table around it expects; None for the option of a rule."""
    if key[:1] == ("per-file-ignores",) and len(key) > 1:
        return EXPECTED["select"]
    if key[:1] == ("rules",) and len(key) > 2:
        return EXPECTED["severity"] if key[2] == "severity" else None
    name = key[2] if key[:1] == ("functions",) and len(key) > 2 else key[0] if key else None
    return EXPECTED.get(name) if isinstance(name, str) else None


def _annotation(model: Any, steps: KeyPath) -> Any:
    """Return the type that *model* gives to the field that *steps* lead to; that of *model* itself without any."""
    if not isinstance(model, type) or not issubclass(model, msgspec.Struct):
        return model
    types = {item.encode_name: item.type for item in msgspec.structs.fields(model)}
    names = [step for step in steps if isinstance(step, str)]
    if model is RawConfig and names[:1] == ["functions"]:
        return _annotation(RawFunction, steps[2:])
    return types.get(names[0], model) if names else model
