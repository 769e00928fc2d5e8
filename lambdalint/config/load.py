"""Puts the effective settings together: defaults, then the configuration file, then the flags."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from lambdalint.config.discover import Source, find_source, read_source
from lambdalint.config.error import ConfigError, nearest
from lambdalint.config.position import line_of
from lambdalint.config.schema import EXPECTED, RawConfig, RawFunction
from lambdalint.config.size import parse_size
from lambdalint.config.wording import describe_type
from lambdalint.model import ExplicitFunction, Settings, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from lambdalint.model import Confidence, Severity

_Model = TypeVar("_Model")
_UNKNOWN_FIELD = re.compile(r"unknown field `(?P<field>[^`]*)`")
_MISSING_FIELD = re.compile(r"missing required field `(?P<field>[^`]*)`")
_AT = re.compile(r" - at `(?:key in )?\$(?P<way>[^`]*)`$")
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]|\[(\.\.\.)\]")


@dataclass(frozen=True, slots=True)
class Overrides:
    """What the flags of the command line say; None is "not given"."""

    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] | None = None
    min_severity: Severity | None = None
    min_confidence: Confidence | None = None
    jobs: int | None = None
    cache: bool | None = None


@dataclass(frozen=True, slots=True)
class Loaded:
    """The effective settings, and the file that they come from."""

    settings: Settings
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class RuleOptions:
    """What the configuration may say of rules: the known codes, and what gives the type of a rule's options.

    ``type_of`` is asked only for rules that the configuration mentions: it may be slow. It returns None for a
    rule without options.
    """

    codes: tuple[str, ...]
    type_of: Callable[[str], type[Any] | None]


def load(
    first: Path,
    rules: RuleOptions,
    *,
    platforms: Callable[[], Iterable[str]] = tuple,
    file: Path | None = None,
    isolated: bool = False,
    overrides: Overrides | None = None,
) -> Loaded:
    """Return the settings for an analysis of which *first* is the first path (absolute).

    *file* names the configuration instead of the search upwards; *isolated* reads none. *platforms* are the
    names that a function's ``platform`` may have.

    Raises:
        ConfigError: a file or a flag says something that is not understood.
    """
    overrides = overrides or Overrides()
    for flag in ("select", "extend_select", "ignore"):
        _check_codes(getattr(overrides, flag) or (), rules, "--" + flag.replace("_", "-"), None)
    source = None
    if file is not None:
        source = read_source(file)
        if source is None:
            raise ConfigError("has no table [tool.lambdalint]", file=str(file))
    elif not isolated:
        source = find_source(first)
    settings = Settings() if source is None else _Reading(source, rules, platforms).settings()
    given = {
        name: value
        for name in ("select", "ignore", "min_severity", "min_confidence", "jobs", "cache")
        if (value := getattr(overrides, name)) is not None
    }
    if overrides.extend_select is not None:
        given["extend_select"] = (*settings.extend_select, *overrides.extend_select)
    settings = replace(settings, **given)
    if settings.jobs == 0:
        settings = replace(settings, jobs=os.cpu_count() or 1)
    return Loaded(settings, None if source is None else source.path)


def _check_codes(codes: Sequence[str], rules: RuleOptions, key: str, reading: _Reading | None) -> None:
    for index, code in enumerate(codes):
        if not code or not any(known.startswith(code) for known in rules.codes):
            problem = f"no rule has the code {code!r}"
            meant = nearest(code, rules.codes)
            if reading is None:
                raise ConfigError(problem, key=key, expected=EXPECTED["select"], nearest=meant)
            raise reading.error(problem, (key, index), nearest=meant)


@dataclass(frozen=True, slots=True)
class _Reading:
    """One configuration file while it is checked."""

    source: Source
    rules: RuleOptions
    platforms: Callable[[], Iterable[str]]

    def error(
        self,
        problem: str,
        way: tuple[str | int, ...],
        *,
        expected: str | None = None,
        nearest: str | None = None,
    ) -> ConfigError:
        named = [step for step in way if isinstance(step, str)]
        if expected is None and named:
            expected = EXPECTED.get(named[-1])
        line = line_of(self.source.text, (*self.source.prefix, *way))
        key = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in way).lstrip(".")
        return ConfigError(
            problem,
            file=str(self.source.path),
            line=line,
            key=key or None,
            expected=expected,
            nearest=nearest,
        )

    def convert(self, value: object, model: type[_Model], way: tuple[str | int, ...]) -> _Model:
        try:
            return msgspec.convert(value, model)
        except msgspec.ValidationError as error:
            raise self.refusal(str(error), model, way) from None

    def refusal(self, message: str, model: type[Any], way: tuple[str | int, ...]) -> ConfigError:
        """Say in our terms what the schema refuses."""
        at = _AT.search(message)
        problem = message[: at.start()] if at else message
        inner: list[str | int] = []
        for name, index, _ in _STEP.findall(at["way"] if at else ""):
            if name:
                inner.append(name)
            elif index:
                inner.append(int(index))
        where = (*way, *inner)
        unknown = _UNKNOWN_FIELD.search(problem)
        if unknown:
            owner = RawFunction if where[:1] == ("functions",) else model
            valid = [item.encode_name for item in msgspec.structs.fields(owner)]
            expected = "one of " + ", ".join(sorted(valid)) if valid else "no option: this rule has none"
            return self.error(
                "unknown key",
                (*where, unknown["field"]),
                expected=expected,
                nearest=nearest(unknown["field"], valid),
            )
        missing = _MISSING_FIELD.search(problem)
        if missing:
            return self.error(f"the key {missing['field']} is missing", where, expected=EXPECTED.get(missing["field"]))
        return self.error(problem[:1].lower() + problem[1:], where, expected=self.expectation(where, model))

    def expectation(self, where: tuple[str | int, ...], model: type[Any]) -> str | None:
        names = [step for step in where if isinstance(step, str)]
        if names[:1] == ["rules"] and len(names) > 2:
            types = {item.encode_name: item.type for item in msgspec.structs.fields(model)}
            return describe_type(types[names[2]]) if names[2] in types else None
        return next((EXPECTED[name] for name in reversed(names) if name in EXPECTED), None)

    def settings(self) -> Settings:
        raw = self.convert(self.source.table, RawConfig, ())
        for key in ("select", "extend_select", "ignore"):
            _check_codes(getattr(raw, key) or (), self.rules, key.replace("_", "-"), self)
        self.check_absolute(raw.writable or (), ("writable",))
        tables = ("sizes", "functions", "rules")
        names = [item.name for item in msgspec.structs.fields(RawConfig) if item.name not in tables]
        given = {name: value for name in names if (value := getattr(raw, name)) is not None}
        return replace(
            Settings(),
            **given,
            sizes=self.sizes(raw.sizes or {}),
            functions=tuple(self.function(item, index) for index, item in enumerate(raw.functions)),
            rule_options=self.rule_options(raw.rules),
            config_dir=self.source.path.parent,
        )

    def function(self, raw: RawFunction, index: int) -> ExplicitFunction:
        way: tuple[str | int, ...] = ("functions", index)
        platforms = sorted(self.platforms())
        if platforms and raw.platform not in platforms:
            expected = "one of " + ", ".join(platforms)
            meant = nearest(raw.platform, platforms)
            problem = f"no platform is named {raw.platform!r}"
            raise self.error(problem, (*way, "platform"), expected=expected, nearest=meant)
        if "." not in raw.handler.strip("."):
            raise self.error(f"{raw.handler!r} names no function in a module", (*way, "handler"))
        self.check_absolute(raw.mounts, (*way, "mounts"))
        for key, folders in (("code-root", (raw.code_root,)), ("search-path", raw.search_path)):
            for folder in folders:
                if folder.startswith("/"):
                    raise self.error(f"{folder!r} is an absolute path", (*way, key))
        line = line_of(self.source.text, (*self.source.prefix, *way)) or 1
        return ExplicitFunction(
            handler=raw.handler,
            span=Span.point(self.source.path.name, line),
            name=raw.name,
            code_root=raw.code_root,
            platform=raw.platform,
            runtime=raw.runtime,
            tmp_mb=raw.tmp_mb,
            timeout=raw.timeout,
            env=tuple(raw.env.items()),
            mounts=raw.mounts,
            layers=raw.layers,
            search_path=raw.search_path,
            vpc=raw.vpc,
        )

    def sizes(self, raw: Mapping[str, str | float]) -> tuple[tuple[str, int], ...]:
        """Return the sizes in bytes, in the order of their patterns."""
        found: list[tuple[str, int]] = []
        for pattern, text in raw.items():
            size = parse_size(text)
            if size is None:
                raise self.error(f"{text!r} is not a size", ("sizes", pattern), expected=EXPECTED["sizes"])
            if not pattern.strip():
                raise self.error("the pattern is empty", ("sizes", pattern), expected=EXPECTED["sizes"])
            found.append((pattern, size))
        return tuple(found)

    def check_absolute(self, folders: Iterable[str], way: tuple[str | int, ...]) -> None:
        for folder in folders:
            if not folder.startswith("/"):
                raise self.error(f"{folder!r} is not an absolute path", way)

    def rule_options(self, raw: Mapping[str, Mapping[str, object]]) -> dict[str, Mapping[str, object]]:
        for code, options in raw.items():
            if code not in self.rules.codes:
                raise self.error(
                    f"no rule has the code {code!r}",
                    ("rules", code),
                    expected="the code of a rule",
                    nearest=nearest(code, self.rules.codes),
                )
            model = self.rules.type_of(code)
            if model is not None:
                self.convert(options, model, ("rules", code))
            elif options:
                raise self.error("unknown key", ("rules", code, next(iter(options))), expected="no option")
        return dict(raw)
