"""The shape of the configuration file, and what each key expects, in words."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from lambdalint.model import Confidence, Severity

_Positive = Annotated[int, msgspec.Meta(ge=1)]
_Count = Annotated[int, msgspec.Meta(ge=0)]
_Text = Annotated[str, msgspec.Meta(min_length=1)]


class RawFunction(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename="kebab"):
    """One ``[[tool.lambdalint.functions]]``."""

    handler: _Text
    name: _Text | None = None
    code_root: str = ""
    platform: str = "aws-lambda"
    runtime: _Text | None = None
    tmp_mb: _Positive | None = None
    timeout: _Positive | None = None
    env: dict[str, str] = {}
    mounts: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    search_path: tuple[str, ...] = ()
    vpc: bool | None = None


class RawConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename="kebab"):
    """The table ``[tool.lambdalint]``, or the whole of ``lambdalint.toml``. None is "not set"."""

    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] | None = None
    exclude: tuple[str, ...] | None = None
    writable: tuple[str, ...] | None = None
    min_severity: Severity | None = None
    min_confidence: Confidence | None = None
    jobs: _Count | None = None
    cache_dir: _Text | None = None
    signature_fallback: bool | None = None
    max_steps: _Positive | None = None
    sizes: dict[str, _Text | int | float] | None = None
    functions: tuple[RawFunction, ...] = ()
    rules: dict[str, dict[str, Any]] = {}  # the options are typed by the rule that declares them


EXPECTED = {
    "select": "a list of rule codes or their prefixes",
    "extend-select": "a list of rule codes or their prefixes",
    "ignore": "a list of rule codes or their prefixes",
    "exclude": "a list of patterns as in .gitignore",
    "writable": "a list of absolute folders",
    "min-severity": "one of " + ", ".join(item.value for item in Severity),
    "min-confidence": "one of " + ", ".join(item.value for item in Confidence),
    "jobs": "a whole number: 1 or more processes, 0 for one a processor",
    "cache-dir": "the path of a folder",
    "signature-fallback": "true or false",
    "max-steps": "a whole number of at least 1",
    "sizes": 'a table from patterns to sizes, such as "1.5 GB", or numbers of MB',
    "functions": "an array of tables [[tool.lambdalint.functions]]",
    "rules": "tables [tool.lambdalint.rules.CODE]",
    "handler": "text: module.function",
    "name": "text",
    "code-root": "the path of a folder, relative to this file",
    "platform": "the name of a platform",
    "runtime": "text, such as python3.13",
    "tmp-mb": "a whole number of at least 1 (MB)",
    "timeout": "a whole number of at least 1 (seconds)",
    "env": "a table of texts",
    "mounts": "a list of absolute folders",
    "layers": "a list of folders or ARNs",
    "search-path": "a list of folders, relative to this file",
    "vpc": "true or false",
}
"""What each key of the two tables expects."""
