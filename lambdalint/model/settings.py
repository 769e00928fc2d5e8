"""The effective settings of a run, after every source of configuration was read and checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from lambdalint.model.finding import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from lambdalint.model.span import Span


BASELINE_NAME = ".lambdalint-baseline.json"
"""How the file with the known findings is called where nothing else is said."""


class ExplicitFunction(msgspec.Struct, frozen=True):
    """A function that the user declares in the configuration; unset fields keep the platform's values.

    ``handler`` is ``module.qualname``; for a web application the qualname is the application object.
    """

    handler: str
    span: Span
    name: str | None = None
    code_root: str = ""
    platform: str = "aws-lambda"
    runtime: str | None = None
    tmp_mb: int | None = None
    timeout: int | None = None
    env: tuple[tuple[str, str], ...] = ()
    mounts: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    search_path: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    vpc: bool | None = None


class PerFileIgnore(msgspec.Struct, frozen=True):
    """Rules, by their codes or prefixes, that are not reported in the files that a pattern names.

    ``pattern`` has the syntax of ``.gitignore`` and is relative to the configuration's folder.
    """

    pattern: str
    codes: tuple[str, ...]


class Settings(msgspec.Struct, frozen=True):
    """How to run.

    ``select``, ``extend_select`` and ``ignore`` hold rule codes or their prefixes. ``exclude`` holds patterns in the
    syntax of ``.gitignore``. ``writable`` adds absolute directories to the writable places of every room.
    ``sizes`` are patterns of what is written or fetched, each with its size in bytes; the first that matches holds.
    ``shared_layers`` are patterns of the ARNs of layers, each with the distributions that the layer holds.
    ``catalogue_files`` are files with rows for the catalogue; ``catalogue_rows`` holds these rows and those of the
    configuration: the name of each file and its rows, encoded, the nearest first.
    ``rule_options`` maps a rule's code to its options, ``severities`` to the severity that replaces its own.
    ``baseline`` is the absolute path of the file with the findings that are not reported. Without ``noqa``, comments
    of that name silence nothing: the program that calls the analysis judges them itself. ``tmp_expression`` says how
    fixes write the folder for temporary files. The rules that ``unfixable`` selects by code or prefix have no fixes;
    those of ``extend_safe_fixes`` and ``extend_unsafe_fixes`` are taken for safe or unsafe. ``config_dir`` is the
    absolute folder of the configuration file, which the paths of ``exclude``, ``per_file_ignores`` and ``functions``
    are relative to; None where they are relative to the root.
    """

    select: tuple[str, ...] = ("LMB",)
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    writable: tuple[str, ...] = ()
    functions: tuple[ExplicitFunction, ...] = ()
    signature_fallback: bool = True
    min_severity: Severity = Severity.INFO
    min_confidence: Confidence = Confidence.MEDIUM
    jobs: int = 1
    cache: bool = True
    cache_dir: str = ".lambdalint_cache"
    max_steps: int = 150_000
    sizes: tuple[tuple[str, int], ...] = ()
    shared_layers: tuple[tuple[str, tuple[str, ...]], ...] = ()
    catalogue_files: tuple[str, ...] = ()
    catalogue_rows: tuple[tuple[str, bytes], ...] = ()
    rule_options: Mapping[str, Mapping[str, object]] = msgspec.field(default_factory=dict)
    severities: Mapping[str, Severity] = msgspec.field(default_factory=dict)
    per_file_ignores: tuple[PerFileIgnore, ...] = ()
    baseline: Path | None = None
    noqa: bool = True
    tmp_expression: Literal["gettempdir", "literal"] = "gettempdir"
    unfixable: tuple[str, ...] = ()
    extend_safe_fixes: tuple[str, ...] = ()
    extend_unsafe_fixes: tuple[str, ...] = ()
    config_dir: Path | None = None
