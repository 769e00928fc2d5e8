from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import msgspec
import tomli
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from lambdalint.config import Loaded, Overrides
from lambdalint.config.effective import show
from lambdalint.model import Configuration, Origin, Setting, Settings, Severity, Span
from lambdalint.output.configuration import render_json, render_text

from .sample import RULES, Options, loaded

BASE = """\
select = ["LMB1", "LMB3"]
extend-select = ["LMB900"]
exclude = ["gen/"]
[per-file-ignores]
"app/tests/*" = ["LMB3"]
[rules.LMB101]
severity = "info"
writable = ["/data"]
[[functions]]
handler = "a.b"
"""
OWN = """\
[tool.lambdalint]
extend = "../base.toml"
extend-select = ["LMB102"]
baseline = "known.json"
jobs = 0
[tool.lambdalint.sizes]
"s3://a b/*" = "1.5 GB"
[[tool.lambdalint.functions]]
env = { "A B" = "\\u202e" }
vpc = false
handler = "c.d"
[tool.lambdalint.rules]
LMB101.severity = "warning"
"""


def write(folder: Path) -> Loaded:
    (folder / "app").mkdir()
    (folder / "base.toml").write_text(BASE)
    (folder / "app/pyproject.toml").write_text(OWN)
    overrides = Overrides(extend_select=("LMB301",), ignore=("LMB102",), min_severity=Severity.ERROR, prefix="--x-")
    return loaded(folder / "app", overrides)


def test_the_text(tmp_path: Path) -> None:
    shown = render_text(show(write(tmp_path), RULES, cwd=tmp_path))
    assert [" ".join(line.split()) for line in shown.splitlines()] == [
        "# read from app/pyproject.toml",
        "# extends base.toml",
        "",
        "[tool.lambdalint]",
        'select = ["LMB1", "LMB3"] # base.toml:1',
        'extend-select = ["LMB900", "LMB102", "LMB301"] # base.toml:2, app/pyproject.toml:3, --x-extend-select',
        'ignore = ["LMB102"] # --x-ignore',
        'exclude = ["gen/"] # base.toml:3',
        "writable = [] # default",
        'min-severity = "error" # --x-min-severity',
        'min-confidence = "medium" # default',
        'baseline = "known.json" # app/pyproject.toml:4',
        "jobs = 0 # app/pyproject.toml:5",
        'cache-dir = ".lambdalint_cache" # default',
        "signature-fallback = true # default",
        "max-steps = 150000 # default",
        'tmp-expression = "gettempdir" # default',
        "unfixable = [] # default",
        "extend-safe-fixes = [] # default",
        "extend-unsafe-fixes = [] # default",
        "catalogue-files = [] # default",
        "shared-layers = {} # default",
        "catalogue = {} # default",
        "",
        "[tool.lambdalint.per-file-ignores]",
        '"/tests/*" = ["LMB3"] # base.toml:5',
        "",
        "[tool.lambdalint.sizes]",
        '"s3://a b/*" = "1.5 GB" # app/pyproject.toml:7',
        "",
        "[[tool.lambdalint.functions]]",
        'handler = "c.d" # app/pyproject.toml:11',
        'env = { "A B" = "\\u202e" } # app/pyproject.toml:9',
        "vpc = false # app/pyproject.toml:10",
        "",
        "[[tool.lambdalint.functions]]",
        'handler = "a.b" # base.toml:10',
        'code-root = ".." # base.toml:9',
        "",
        "[tool.lambdalint.rules.LMB101]",
        'severity = "warning" # app/pyproject.toml:13',
        "max-mb = 5 # default",
        'sdk = "layer" # default',
        "share = 0.5 # default",
        'writable = ["/data"] # base.toml:8',
    ]


def test_the_defaults(tmp_path: Path) -> None:
    (tmp_path / "lambdalint.toml").touch()
    shown = render_text(show(loaded(tmp_path), RULES, cwd=tmp_path)).splitlines()
    assert shown[0] == "# read from lambdalint.toml"
    for start in (
        'select = ["LMB"] ',
        "# baseline is not set ",
        "per-file-ignores = {} ",
        "sizes = {} ",
        "functions = [] ",
    ):
        (line,) = [line for line in shown if line.startswith(start)]
        assert line.endswith("  # default")
    nothing = Loaded(Settings())
    assert render_text(show(nothing, RULES, cwd=tmp_path)).startswith("# no configuration file\n")


def test_the_json(tmp_path: Path) -> None:
    shown = json.loads(render_json(show(write(tmp_path), RULES, cwd=tmp_path)))
    assert shown["files"] == ["app/pyproject.toml", "base.toml"]
    by_key = {setting["key"]: setting for setting in shown["settings"]}
    assert by_key["extend-select"] == {
        "key": "extend-select",
        "value": ["LMB900", "LMB102", "LMB301"],
        "origins": [
            {"kind": "file", "file": "base.toml", "line": 2},
            {"kind": "file", "file": "app/pyproject.toml", "line": 3},
            {"kind": "flag", "flag": "--x-extend-select"},
        ],
    }
    assert by_key["writable"] == {"key": "writable", "value": [], "origins": [{"kind": "default"}]}
    assert by_key['sizes."s3://a b/*"']["value"] == "1.5 GB"
    assert by_key["functions[0].handler"]["value"] == "c.d"
    assert by_key["rules.LMB101.severity"]["origins"] == [{"kind": "file", "file": "app/pyproject.toml", "line": 13}]


def test_origins(tmp_path: Path) -> None:
    own, base = str(tmp_path / "app/pyproject.toml"), str(tmp_path / "base.toml")
    origins = write(tmp_path).origins
    assert origins["extend-select"] == (Origin(base, 2), Origin(own, 3), Origin(flag="--x-extend-select"))
    assert origins["min-severity"] == (Origin(flag="--x-min-severity"),)
    assert origins["min-confidence"] == (Origin(),)
    assert origins["functions[1]"] == (Origin(base, 9),)
    assert origins["rules.LMB101.severity"] == (Origin(own, 13),)
    assert origins["rules.LMB101.writable"] == (Origin(base, 8),)
    assert 'per-file-ignores."/tests/*"' in origins


def test_odd_names_cannot_leave_their_line() -> None:
    odd = "a\nb = 1\x1b[2J\u2028\udcff"
    setting = Setting(("sizes", odd), odd, (Origin(odd, 1), Origin(flag=odd)))
    text = render_text(Configuration((odd,), (setting,)))
    assert len(text.split("\n")) == 7
    assert all(line.isprintable() for line in text.splitlines())
    assert tomli.loads(text) == {
        "tool": {"lambdalint": {"sizes": {odd.replace("\udcff", "�"): odd.replace("\udcff", "�")}}}
    }


_TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
_CODES = st.lists(st.sampled_from(["LMB", "LMB1", "LMB101", "LMB3"]), max_size=3)
_FOLDER = st.sampled_from(["src", "a/b", "", ".", "x y"])
_PATTERNS = st.sampled_from(["tests/*", "/app/x", "gen/", "!keep.py", "**/t?st.py", "a\\ b", "é*"])
_FUNCTION = st.fixed_dictionaries(
    {"handler": st.sampled_from(["a.b", "pkg.app.handler"])},
    optional={
        "name": _TEXT,
        "code-root": _FOLDER,
        "platform": st.sampled_from(["aws-lambda", "vercel"]),
        "tmp-mb": st.integers(1, 10**6),
        "env": st.dictionaries(_TEXT, st.text(st.characters(exclude_categories=["Cs"]), max_size=8), max_size=2),
        "mounts": st.lists(st.just("/mnt/x"), max_size=1),
        "layers": st.lists(st.sampled_from(["layers/x", "arn:aws:x"]), max_size=2),
        "search-path": st.lists(_FOLDER, max_size=2),
        "vpc": st.booleans(),
    },
)
_CONFIGURATIONS = st.fixed_dictionaries(
    {},
    optional={
        "select": _CODES,
        "extend-select": _CODES,
        "ignore": _CODES,
        "exclude": st.lists(_PATTERNS, max_size=3),
        "writable": st.lists(_TEXT.map("/".__add__), max_size=2),
        "min-severity": st.sampled_from(["error", "warning", "info"]),
        "min-confidence": st.sampled_from(["high", "medium", "low"]),
        "baseline": st.sampled_from(["a.json", "../b.json", "/tmp/c.json"]),
        "jobs": st.integers(0, 9),
        "cache-dir": _TEXT,
        "signature-fallback": st.booleans(),
        "max-steps": st.integers(1, 10**9),
        "tmp-expression": st.sampled_from(["gettempdir", "literal"]),
        "unfixable": _CODES,
        "extend-safe-fixes": _CODES,
        "extend-unsafe-fixes": _CODES,
        "per-file-ignores": st.dictionaries(_PATTERNS, _CODES, max_size=3),
        "sizes": st.dictionaries(
            _TEXT.filter(str.strip), st.sampled_from(["1.000000001 GB", "7 B", 300, 0.25]), max_size=3
        ),
        "functions": st.lists(_FUNCTION, max_size=2),
        "rules": st.fixed_dictionaries(
            {},
            optional={
                "LMB101": st.fixed_dictionaries(
                    {},
                    optional={
                        "severity": st.sampled_from(["error", "info"]),
                        "max-mb": st.integers(-9, 9),
                        "share": st.floats(allow_nan=False),
                    },
                ),
                "LMB301": st.just({"severity": "warning"}),
            },
        ),
    },
)


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_toml(key)} = {_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, float):
        return repr(value)
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _comparable(found: Settings) -> Settings:
    """Leave out what another file changes: the lines of functions, and options that have their default."""
    options = {code: msgspec.convert(raw, Options) for code, raw in found.rule_options.items()}
    return replace(
        found,
        functions=tuple(replace(one, span=Span.point("", 1)) for one in found.functions),
        rule_options={"LMB101": msgspec.to_builtins(options.get("LMB101", Options()))},
    )


@settings(max_examples=150, deadline=None)
@given(_CONFIGURATIONS, _CONFIGURATIONS, st.sampled_from(["app/lambdalint.toml", "base.toml", "conf/base.toml"]))
def test_what_is_shown_says_the_same(own: dict[str, Any], base: dict[str, Any], place: str) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        (folder / "app").mkdir()
        extended = folder / place
        extended.parent.mkdir(exist_ok=True)
        extended.write_text("".join(f"{key} = {_toml(value)}\n" for key, value in base.items()), encoding="utf-8")
        own_file = folder / "app/own.toml"
        written = {"extend": str(extended), **own}
        own_file.write_text("".join(f"{key} = {_toml(value)}\n" for key, value in written.items()), encoding="utf-8")
        first = loaded(folder, file=own_file)
        shown = show(first, RULES, cwd=folder)
        again_file = folder / "app/pyproject.toml"
        again_file.write_text(render_text(shown), encoding="utf-8")
        again = loaded(folder, file=again_file)
        assert _comparable(again.settings) == _comparable(first.settings)
        second = show(again, RULES, cwd=folder)
        assert [(one.key, one.value) for one in second.settings] == [(one.key, one.value) for one in shown.settings]
    finally:
        shutil.rmtree(folder)
