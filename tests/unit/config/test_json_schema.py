from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import tomli
from hypothesis import given, settings
from hypothesis import strategies as st

from lambdalint import loading, rules
from lambdalint.config import ConfigError, load
from lambdalint.config.json_schema import json_schema
from lambdalint.model import Family, RuleMeta, Severity
from lambdalint.model.finding import Confidence

from .sample import PLATFORMS, RULES, loaded

_META = RuleMeta(
    "LMB101", "write-outside-tmp", Family.READ_ONLY, Severity.ERROR, Confidence.HIGH, "Flags writes.", since="0.1"
)
SCHEMA = json_schema(RULES, platforms=PLATFORMS, meta_of={"LMB101": _META}.get)


def accepts(schema: dict[str, Any], table: object) -> bool:
    """Tell whether *schema* accepts a table of TOML, which an editor sees as JSON."""
    return jsonschema.Draft7Validator(schema).is_valid(table)


def is_loaded(folder: Path, text: str) -> bool:
    (folder / "lambdalint.toml").write_text(text, encoding="utf-8")
    try:
        loaded(folder)
    except ConfigError:
        return False
    return True


def test_it_is_a_schema() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    jsonschema.Draft7Validator.check_schema(json_schema(loading.rule_options(), platforms=loading.platforms()))


def test_each_key_is_described_and_has_its_default() -> None:
    properties = SCHEMA["properties"]
    assert all(schema["description"].endswith(".") for schema in properties.values())
    assert properties["min-severity"] == {
        "description": "Findings that are milder are not reported. Expected: one of error, warning, info.",
        "type": "string",
        "enum": ["error", "warning", "info"],
        "default": "info",
    }
    defaults = {key: schema["default"] for key, schema in properties.items() if "default" in schema}
    assert accepts(SCHEMA, defaults)
    assert set(properties) - set(defaults) == {"extend", "baseline", "catalogue", "rules"}
    functions = properties["functions"]["items"]
    assert functions["required"] == ["handler"]
    assert functions["properties"]["platform"]["enum"] == list(PLATFORMS)
    assert functions["properties"]["code-root"]["default"] == ""


def test_each_rule_has_its_options_and_a_severity() -> None:
    rule = SCHEMA["properties"]["rules"]["properties"]["LMB101"]
    assert (rule["title"], rule["description"]) == ("LMB101 write-outside-tmp", "Flags writes.")
    assert rule["properties"]["severity"]["default"] == "error"
    assert rule["properties"]["writable"] == {
        "description": "Expected: a list of texts that match ^/.",
        "type": "array",
        "items": {"type": "string", "pattern": "^/"},
        "default": [],
    }
    assert rule["properties"]["sdk"] == {
        "description": "Expected: one of layer, package.",
        "type": "string",
        "enum": ["layer", "package"],
        "default": "layer",
    }
    assert list(SCHEMA["properties"]["rules"]["properties"]) == list(RULES.codes)


def test_the_schema_of_all_rules() -> None:
    schema = json_schema(loading.rule_options())
    assert list(schema["properties"]["rules"]["properties"]) == list(rules.codes())
    assert json.loads(json.dumps(schema)) == schema


_FUNCTION = "[[functions]]\nhandler = 'a.b'\n"
_RULE = "[rules.LMB101]\n"
VALID = [
    "",
    "extend = '../base.toml'",
    "select = ['LMB', 'LMB1', 'LMB101', 'L']\nextend-select = []\nignore = ['LMB3']",
    "exclude = ['/a', '!b', ' c']\nwritable = ['/x']",
    "min-severity = 'warning'\nmin-confidence = 'low'\njobs = 0\ncache-dir = 'x'\nsignature-fallback = false",
    "max-steps = 1\nbaseline = '~/x.json'",
    "[per-file-ignores]\n'tests/*' = ['LMB3']\n'!src/*' = []",
    "[shared-layers]\n'arn:aws:lambda:*:123456789012:layer:sdk:*' = ['boto3']",
    "catalogue-files = []\n[catalogue]",
    "[[catalogue.effect]]\ncall = 'a.b'\nkind = 'write'\npath = 'f@0'\narity = [1, 2]\nsource = 'x'",
    "[[catalogue.command]]\nnames = ['x']\neffect = [{ kind = 'write', path = '{0}' }]",
    "[sizes]\n'*.bin' = '1.5 GiB'\n'*.pt' = 0.5\n'*.x' = ' 7 b '",
    _FUNCTION + "name = 'x'\ncode-root = ''\nplatform = 'vercel'\nruntime = 'x'\ntmp-mb = 1\ntimeout = 1",
    _FUNCTION + "env = { A = '' }\nmounts = ['/mnt/x']\nlayers = ['x']\nsearch-path = ['x']\nvpc = true",
    "functions = [{ handler = '.a..b.' }]",
    _RULE + "severity = 'info'\nwritable = ['/x']\nmax-mb = 3\nshare = 1\nsdk = 'package'",
    "[rules.LMB102]\n[rules.LMB301]\nseverity = 'error'",
]
WRONG = [
    "selct = []",
    "extend = ''",
    "extend = ['a']",
    "select = 'LMB1'",
    "select = ['LMB120']",
    "ignore = ['']",
    "exclude = ['']",
    "exclude = ['#x']",
    "writable = ['x']",
    "min-severity = 'high'",
    "min-confidence = 1",
    "jobs = -1",
    "jobs = '2'",
    "jobs = true",
    "baseline = ''",
    "max-steps = 0",
    "cache-dir = ''",
    "signature-fallback = 'no'",
    "per-file-ignores = ['x']",
    "per-file-ignores = { a = 'LMB1' }",
    "per-file-ignores = { a = ['E501'] }",
    "per-file-ignores = { ' ' = ['LMB1'] }",
    "shared-layers = { sdk = 'boto3' }",
    "catalogue-files = 'x'",
    "catalogue = []",
    "[[catalogue.platform]]\nname = 'x'",
    "[[catalogue.effect]]\ncall = 'a.b'\nkind = 'wirte'\npath = 'f@0'",
    "[[catalogue.effect]]\ncall = 'a.b'\nkindd = 'write'\npath = 'f@0'",
    "[[catalogue.effect]]\ncall = 'a.b'\nkind = 'write'\npath = 'f@0'\narity = [1]",
    "shared-layers = { sdk = ['-'] }",
    "sizes = { a = '12 apples' }",
    "sizes = { a = '12' }",
    "sizes = { a = 0 }",
    "sizes = { a = true }",
    "sizes = { '' = 1 }",
    "[[functions]]\nname = 'x'",
    "[[functions]]\nhandler = 'app'",
    "[[functions]]\nhandler = '.app.'",
    "functions = {}",
    _FUNCTION + "platform = 'versel'",
    _FUNCTION + "env = { A = 1 }",
    _FUNCTION + "tmp = 1",
    _FUNCTION + "tmp-mb = 0",
    _FUNCTION + "code-root = '/x'",
    _FUNCTION + "search-path = ['/x']",
    _FUNCTION + "mounts = ['x']",
    "rules = []",
    "rules = { LMB101 = 'error' }",
    "rules = { LMB999 = {} }",
    _RULE + "severity = 'fatal'",
    _RULE + "writeable = []",
    _RULE + "writable = ['x']",
    _RULE + "max-mb = 'x'",
    _RULE + "sdk = 'cloud'",
    "[rules.LMB102]\nwritable = []",
]


@pytest.mark.parametrize("text", VALID)
def test_what_is_right_is_accepted(tmp_path: Path, text: str) -> None:
    assert accepts(SCHEMA, tomli.loads(text))
    (tmp_path / "base.toml").touch()
    inner = tmp_path / "app"
    inner.mkdir()
    assert is_loaded(inner, text)


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_is_refused(tmp_path: Path, text: str) -> None:
    assert not accepts(SCHEMA, tomli.loads(text))
    assert not is_loaded(tmp_path, text)


_ODD = st.sampled_from(
    [0, 1, -1, 2.5, True, "", "x", "/x", "LMB1", "error", "low", "1 GB", "a.b", [], ["LMB1"], ["/x"], ["x", 1], {}]
) | st.sampled_from(
    [{"LMB101": {}}, {"LMB102": {"severity": "info"}}, {"x": "1 MB"}, {"x": ["LMB1"]}, {"handler": "a.b"}]
)


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_toml(key)} = {_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("folder")


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from([key for key in SCHEMA["properties"] if key != "extend"]),
    _ODD | st.lists(_ODD, max_size=2) | st.dictionaries(st.sampled_from(["", "x", "LMB101"]), _ODD, max_size=2),
)
def test_the_schema_refuses_nothing_that_is_right(folder: Path, key: str, value: object) -> None:
    text = f"{key} = {_toml(value)}\n"
    if not accepts(SCHEMA, tomli.loads(text)):
        assert not is_loaded(folder, text)


def test_the_examples_of_the_read_me(tmp_path: Path) -> None:
    read_me = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    examples = [text for text in re.findall(r"```toml\n(.*?)```", read_me, re.DOTALL) if "[tool.lambdalint]" in text]
    assert examples
    schema = json_schema(loading.rule_options(), platforms=loading.platforms())
    for text in examples:
        table = tomli.loads(text)["tool"]["lambdalint"]
        assert accepts(schema, table)
        if "extend" in table:
            base = tmp_path / "project" / table["extend"]
            base.parent.mkdir(parents=True, exist_ok=True)
            base.touch()
        (tmp_path / "project").mkdir(exist_ok=True)
        (tmp_path / "project/pyproject.toml").write_text(text, encoding="utf-8")
        found = load(tmp_path / "project", loading.rule_options(), platforms=loading.platforms)
        assert found.path == tmp_path / "project/pyproject.toml"
