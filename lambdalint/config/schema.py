"""The shape of the configuration file, and what each key is for and expects, in words."""

from __future__ import annotations

from typing import Annotated, Any, Literal

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
    requirements: tuple[str, ...] = ()
    vpc: bool | None = None


class RawConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename="kebab"):
    """The table ``[tool.lambdalint]``, or the whole of ``lambdalint.toml``. None is "not set"."""

    extend: _Text | None = None
    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] | None = None
    exclude: tuple[str, ...] | None = None
    writable: tuple[str, ...] | None = None
    min_severity: Severity | None = None
    min_confidence: Confidence | None = None
    baseline: _Text | None = None
    jobs: _Count | None = None
    cache_dir: _Text | None = None
    signature_fallback: bool | None = None
    max_steps: _Positive | None = None
    tmp_expression: Literal["gettempdir", "literal"] | None = None
    unfixable: tuple[str, ...] | None = None
    extend_safe_fixes: tuple[str, ...] | None = None
    extend_unsafe_fixes: tuple[str, ...] | None = None
    per_file_ignores: dict[str, Any] | None = None  # a list of codes each, checked one by one
    sizes: dict[str, Any] | None = None  # a size each, checked one by one
    shared_layers: dict[str, Any] | None = None  # a list of distributions each, checked one by one
    catalogue_files: tuple[_Text, ...] | None = None
    catalogue: dict[str, Any] | None = None  # tables of rows, checked one by one
    functions: tuple[RawFunction, ...] = ()
    rules: dict[str, dict[str, Any]] = {}  # the options are typed by the rule that declares them


SELECTORS = ("select", "extend-select", "ignore", "unfixable", "extend-safe-fixes", "extend-unsafe-fixes")
"""The keys that hold codes of rules, or their prefixes."""

MEANING = {
    "extend": "Another configuration file that this one builds on; what stands here wins over what stands there",
    "select": "The rules to run",
    "extend-select": "Rules to run besides those of select",
    "ignore": "Rules not to run; of two prefixes the longer one wins",
    "exclude": "Files and folders that are not analysed",
    "writable": "Further folders that every function can write to",
    "min-severity": "Findings that are milder are not reported",
    "min-confidence": "Findings that are less certain are not reported",
    "baseline": "The file with known findings, which are not reported again",
    "jobs": "How many worker processes share the work",
    "cache-dir": "Where the cache lies",
    "signature-fallback": "Whether undeclared functions with parameters (event, context) count as handlers",
    "max-steps": "How far the code of one entry point is followed",
    "tmp-expression": 'How fixes write the folder for temporary files: tempfile.gettempdir() or "/tmp"',
    "unfixable": "Rules whose findings are not fixed",
    "extend-safe-fixes": "Rules whose unsafe fixes are made by --fix alone",
    "extend-unsafe-fixes": "Rules whose safe fixes are made with --unsafe-fixes only",
    "per-file-ignores": "Rules that are not reported in the files that a pattern names",
    "sizes": "How large files are, for LMB307: by their path in /tmp, or their key or address in S3",
    "shared-layers": "What layers of other projects hold, by patterns of their ARNs",
    "catalogue-files": "Files with rows that are added to the catalogue",
    "catalogue": "What calls and programs do, that the catalogue does not know or that is otherwise here",
    "functions": "Functions that no template declares, or declares in a way that is not understood",
    "rules": "The severity and the options of single rules",
    "severity": "The severity that the findings of the rule get instead of their own",
    "handler": "The function or web application that the platform calls",
    "name": "The name that findings give to the function",
    "code-root": "The folder that becomes the function's package",
    "platform": "Where the function runs",
    "runtime": "The runtime of the function",
    "tmp-mb": "The size of /tmp in MB",
    "timeout": "The longest time of an invocation, in seconds",
    "env": "Environment variables that the function sees",
    "mounts": "Where further, writable file systems are mounted",
    "layers": "Layers of the function: folders whose content lands in /opt, or ARNs",
    "search-path": "Further folders that imports are resolved in",
    "requirements": "The files with the requirements that are installed into the function's package",
    "vpc": "Whether the function is attached to a VPC",
}
"""What each key is for."""

EXPECTED = {
    "extend": "the path of a lambdalint.toml or pyproject.toml, relative to this file",
    "select": "a list of rule codes or their prefixes",
    "extend-select": "a list of rule codes or their prefixes",
    "ignore": "a list of rule codes or their prefixes",
    "exclude": "a list of patterns as in .gitignore",
    "writable": "a list of absolute folders",
    "min-severity": "one of " + ", ".join(item.value for item in Severity),
    "min-confidence": "one of " + ", ".join(item.value for item in Confidence),
    "baseline": "the path of a file, relative to this file",
    "jobs": "a whole number: 1 or more processes, 0 for one a processor",
    "cache-dir": "the path of a folder",
    "signature-fallback": "true or false",
    "max-steps": "a whole number of at least 1",
    "tmp-expression": "one of gettempdir, literal",
    "unfixable": "a list of rule codes or their prefixes",
    "extend-safe-fixes": "a list of rule codes or their prefixes",
    "extend-unsafe-fixes": "a list of rule codes or their prefixes",
    "per-file-ignores": "a table from patterns as in .gitignore to lists of rule codes or their prefixes",
    "sizes": 'a table from patterns to sizes, such as "1.5 GB", or numbers of MB',
    "shared-layers": "a table from patterns of ARNs to lists of distributions",
    "catalogue-files": "a list of TOML files in the project, relative to this file",
    "catalogue": "arrays of tables, such as [[tool.lambdalint.catalogue.effect]]",
    "functions": "an array of tables [[tool.lambdalint.functions]]",
    "rules": "tables [tool.lambdalint.rules.CODE]",
    "severity": "one of " + ", ".join(item.value for item in Severity),
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
    "requirements": "a list of files, relative to this file",
    "vpc": "true or false",
}
"""What each key of the tables expects."""
