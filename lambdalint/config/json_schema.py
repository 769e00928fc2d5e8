"""The JSON Schema of the configuration, for editors: what the table ``[tool.lambdalint]`` may hold.

It is of draft 7, the newest that editors of TOML and SchemaStore agree on.
"""

from __future__ import annotations

import enum
import typing
from typing import TYPE_CHECKING, Any

import msgspec

from lambdalint.config.layer import as_toml
from lambdalint.config.schema import EXPECTED, MEANING, SELECTORS, RawConfig, RawFunction
from lambdalint.config.wording import choices, describe_type, without_none
from lambdalint.model import Settings, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from lambdalint.config.reading import RuleOptions
    from lambdalint.model import RuleMeta

    _Schema = dict[str, Any]

_SELECTOR = {"$ref": "#/definitions/selector"}
_SELECTORS = {"type": "array", "items": _SELECTOR}
_PATTERN = {"type": "string", "pattern": r"^[^#\s]|^\s+\S"}
_ABSOLUTE = {"type": "array", "items": {"type": "string", "pattern": "^/"}}
_RELATIVE = {"type": "string", "pattern": "^(?!/)"}
_NAMED = {"type": "string", "pattern": r"\S"}

_EXACT: Mapping[str, _Schema] = {
    **dict.fromkeys(SELECTORS, _SELECTORS),
    "exclude": {"type": "array", "items": _PATTERN},
    "writable": _ABSOLUTE,
    "per-file-ignores": {"type": "object", "propertyNames": _PATTERN, "additionalProperties": _SELECTORS},
    "sizes": {
        "type": "object",
        "propertyNames": _NAMED,
        "additionalProperties": {
            "anyOf": [
                {"type": "string", "pattern": r"^\s*[0-9]{1,9}(\.[0-9]{1,9})?\s*[KkMmGgTt]?[Ii]?[Bb]\s*$"},
                {"type": "number", "exclusiveMinimum": 0, "maximum": 2**30},
            ]
        },
    },
    "shared-layers": {
        "type": "object",
        "propertyNames": _NAMED,
        "additionalProperties": {"type": "array", "items": {"type": "string", "pattern": "^[A-Za-z0-9]"}},
    },
    "handler": {"type": "string", "pattern": r"[^.]\.+[^.]"},
    "code-root": _RELATIVE,
    "search-path": {"type": "array", "items": _RELATIVE},
    "requirements": {"type": "array", "items": _RELATIVE},
    "mounts": _ABSOLUTE,
}
"""Keys of which more is checked than their type says."""


def json_schema(
    rules: RuleOptions,
    *,
    platforms: Iterable[str] = (),
    meta_of: Callable[[str], RuleMeta | None] = lambda _: None,
) -> dict[str, Any]:
    """Return the schema of the table ``[tool.lambdalint]``, which is that of a ``lambdalint.toml`` too.

    *platforms* are the names that a function's ``platform`` may have. *meta_of* gives what is said of the rule
    of a code. Where the schema refuses something, ``load`` does so as well; not the other way round.
    """
    properties = {}
    for field in msgspec.structs.fields(RawConfig):
        properties[field.encode_name] = _property(field.encode_name, field.type)
    _add_defaults(properties)
    properties["functions"]["items"] = _function(platforms)
    properties["catalogue"] = _described("catalogue", _catalogue())
    properties["rules"] = _described(
        "rules",
        {
            "type": "object",
            "properties": {code: _rule(code, rules.type_of(code), meta_of(code)) for code in rules.codes},
            "additionalProperties": False,
        },
    )
    selectors = sorted({code[:end] for code in rules.codes for end in range(1, len(code) + 1)})
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "lambdalint",
        "description": "The configuration of lambdalint: [tool.lambdalint] of pyproject.toml, or lambdalint.toml.",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "definitions": {
            "selector": {
                "title": "The code of a rule, or a prefix of codes",
                "type": "string",
                "enum": selectors,
            }
        },
    }


def _described(key: str, schema: _Schema) -> _Schema:
    expected = EXPECTED[key]
    return {"description": f"{MEANING[key]}. Expected: {expected}.", **schema}


def _property(key: str, annotation: object) -> _Schema:
    return _described(key, _EXACT.get(key) or _schema_of(without_none(annotation)))


def _add_defaults(properties: Mapping[str, _Schema]) -> None:
    settings = Settings()
    for key, schema in properties.items():
        default = getattr(settings, key.replace("-", "_"), None)
        if default is not None:
            schema["default"] = {} if schema.get("type") == "object" else as_toml(default)


def _function(platforms: Iterable[str]) -> _Schema:
    properties: dict[str, _Schema] = {}
    required = []
    for field in msgspec.structs.fields(RawFunction):
        properties[field.encode_name] = _property(field.encode_name, field.type)
        if field.required:
            required.append(field.encode_name)
        elif field.default not in (None, msgspec.NODEFAULT):
            properties[field.encode_name]["default"] = as_toml(field.default)
    names = sorted(platforms)
    if names:
        properties["platform"]["enum"] = names
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _catalogue() -> _Schema:
    """Return the schema of the user's rows, by the table."""
    from lambdalint.catalogue.user_rows import OPTIONAL, TABLES
    from lambdalint.config.catalogue_rows import row_type

    def adapted(value: Any) -> Any:
        """Leave out what only the catalogue's own rows need, and the null that TOML lacks; write pairs as draft 7."""
        if isinstance(value, (list, tuple)):
            return [adapted(item) for item in value]
        if not isinstance(value, dict):
            return value
        found = {key: adapted(item) for key, item in value.items() if (key, item) != ("default", None)}
        if isinstance(found.get("required"), list):
            found["required"] = [key for key in found["required"] if key not in OPTIONAL]
        if "prefixItems" in found:
            found |= {"items": found.pop("prefixItems"), "additionalItems": False}
        if {"type": "null"} in found.get("anyOf", ()):
            (only,) = (item for item in found.pop("anyOf") if item != {"type": "null"})
            found = only | found
        return found

    tables = {table: {"type": "array", "items": adapted(_schema_of(row_type(table)))} for table in TABLES}
    return {"type": "object", "properties": tables, "additionalProperties": False}


def _rule(code: str, model: type[Any] | None, meta: RuleMeta | None) -> _Schema:
    severity = _property("severity", Severity)
    schema: _Schema = {"title": code, "type": "object", "properties": {"severity": severity}}
    if meta is not None:
        schema |= {"title": f"{code} {meta.name}", "description": meta.summary}
        severity["default"] = meta.severity.value
    for field in msgspec.structs.fields(model) if model is not None else ():
        option = {"description": f"Expected: {describe_type(field.type)}.", **_schema_of(without_none(field.type))}
        default = field.default_factory() if field.default is msgspec.NODEFAULT else field.default
        if default is not None:
            option["default"] = as_toml(default)
        schema["properties"][field.encode_name] = option
    return schema | {"additionalProperties": False}


def _schema_of(annotation: Any) -> _Schema:
    """Return the schema of a type, without references: editors do not show what stands beside one."""
    if typing.get_origin(annotation) is typing.Literal or isinstance(annotation, enum.EnumMeta):
        return {"type": "string", "enum": list(choices(annotation))}
    schema = msgspec.json.schema(annotation)
    definitions = schema.pop("$defs", {})

    def inlined(value: Any) -> Any:
        if isinstance(value, dict):
            if "$ref" in value:
                definition = inlined(definitions[value["$ref"].rpartition("/")[2]])
                return {key: item for key, item in definition.items() if key not in ("title", "description")}
            return {key: inlined(item) for key, item in value.items()}
        return [inlined(item) for item in value] if isinstance(value, list) else value

    found: _Schema = inlined(schema)
    return found
