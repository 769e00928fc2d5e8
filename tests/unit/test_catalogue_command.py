"""What people see of the catalogue."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from command_line import lambdalint

if TYPE_CHECKING:
    from pathlib import Path

ROWS = """\
[[catalogue.effect]]
call = "acme.store.Report.render"
kind = "write"
path = "target@1"
default = "<tempdir>/<unique>"
when = [{ argument = "mode@2", matches = "^w", default = "w" }]
raises = false
failure = "returns \\u001b[31mFalse"

[[catalogue.neutral]]
call = "pandas.DataFrame.to_csv"
reason = "writes to S3 here"

[[catalogue.command]]
names = ["acme-pack"]
values = ["-o --output"]
effect = [{ kind = "write", path = "{-o}" }]

[[catalogue.library-default]]
name = "acme"
library = "Acme"
imports = ["acme"]
location = "~/.acme"
variables = ["ACME_HOME"]
redirect = "set ACME_HOME before the import"
source = "https://acme.example/cache"
"""


def shown(*arguments: str, cwd: Path) -> str:
    result = lambdalint("catalogue", *arguments, cwd=cwd)
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout


def test_a_callable(tmp_path: Path) -> None:
    text = shown("pandas.DataFrame.to_csv", cwd=tmp_path)
    first = text.partition("\n\n")[0].splitlines()
    assert first[:3] == [
        "pandas.DataFrame.to_csv",
        "  writes a file",
        "    path:        path_or_buf=, the first argument",
    ]
    assert any(line.startswith("    source:      https://pandas.pydata.org/") for line in first)


@pytest.mark.parametrize(
    "name", ["pd.DataFrame.to_csv", "pandas.core.frame.DataFrame.to_csv", "pandas.DataFrame.to_csv()"]
)
def test_another_name_of_it(tmp_path: Path, name: str) -> None:
    assert shown(name, cwd=tmp_path).startswith("pandas.DataFrame.to_csv\n  writes a file\n")


def test_a_call_with_a_default_of_its_library(tmp_path: Path) -> None:
    text = shown("nltk.download", cwd=tmp_path)
    assert "    default:     where nltk writes by default\n" in text
    assert "  fills a cache in ~/nltk_data by default\n" in text
    assert "    variables:   NLTK_DATA\n" in text


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("matplotlib", ["  fills a cache in ~/.config/matplotlib by default\n", "matplotlib.figure.Figure.savefig\n"]),
        ("scikit-learn", ["sklearn.datasets.fetch_openml\n", "scikit-learn\n", " MB unpacked (release "]),
        ("sklearn", ["sklearn.datasets.fetch_openml\n", "scikit-learn\n"]),
        ("cv2", ["opencv-python\n", "cv2.imwrite\n"]),
        ("opencv-python", ["opencv-python\n", "cv2.imwrite\n"]),
        ("PyYAML", ["pyyaml\n", "yaml.dump\n"]),
        ("google-cloud-storage", ["google.cloud.storage.Blob.download_to_filename\n"]),
        ("pandas.DataFrame", ["pandas.DataFrame.to_csv\n", "pandas.DataFrame.to_parquet\n"]),
        ("boto3", ["is of the AWS SDK (core)"]),
    ],
)
def test_a_library(tmp_path: Path, name: str, wanted: list[str]) -> None:
    text = shown(name, cwd=tmp_path)
    assert [one for one in wanted if one not in text] == []


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("curl", "    writes:      the value of -o, without --output-dir\n"),
        ("aws s3 cp", "    sends:       the first argument, without --dryrun, where the second argument is a remote"),
        ("aws", "aws s3 sync\n"),
        ("ffmpeg", "    writes:      each argument\n"),
    ],
)
def test_a_program(tmp_path: Path, name: str, wanted: str) -> None:
    assert wanted in shown(name, cwd=tmp_path)


def test_rows_of_the_user_are_marked(tmp_path: Path) -> None:
    (tmp_path / "lambdalint.toml").write_text(ROWS, encoding="utf-8")
    assert shown("acme.store.Report.render", cwd=tmp_path) == (
        "acme.store.Report.render\n"
        "  writes a file\n"
        "    path:        target=, the second argument\n"
        "    default:     a new name in the temporary directory\n"
        "    when:        mode matches /^w/ (not given: w)\n"
        "    a refusal:   returns \\x1b[31mFalse\n"
        "    source:      lambdalint.toml:1 (a row of your own)\n"
    )
    text = shown("acme", cwd=tmp_path)
    assert "  fills a cache in ~/.acme by default\n    begins at:   import acme\n" in text
    assert "    source:      https://acme.example/cache (a row of your own)\n" in text
    assert "    writes:      the value of -o\n" in shown("acme-pack", cwd=tmp_path)
    replaced = shown("pandas.DataFrame.to_csv", cwd=tmp_path)
    assert replaced.startswith("pandas.DataFrame.to_csv\n  touches no file\n    reason:      writes to S3 here\n")
    assert "writes to S3" not in shown("pandas.DataFrame.to_csv", "--isolated", cwd=tmp_path)


def test_the_list(tmp_path: Path) -> None:
    (tmp_path / "lambdalint.toml").write_text(ROWS, encoding="utf-8")
    lines = [" ".join(line.split()) for line in shown(cwd=tmp_path).splitlines()]
    assert lines[0] == "LIBRARY DISTRIBUTION CALLS WRITES BY DEFAULT TO"
    assert "acme * 1 ~/.acme" in lines
    assert any(line.startswith("PIL pillow ") for line in lines)
    assert any(line.startswith("shutil (standard library) ") for line in lines)
    assert "* with rows of your own" in lines
    programs = " ".join(lines).partition("Programs: ")[2].split(", ")
    assert {"acme-pack", "curl", "ffmpeg"} < set(programs)


def test_the_list_as_json(tmp_path: Path) -> None:
    found = json.loads(shown("--output-format=json", cwd=tmp_path))
    libraries = {one["name"]: one for one in found["libraries"]}
    assert libraries["PIL"]["distribution"] == "pillow"
    assert (libraries["os"]["distribution"], libraries["os"]["standard"]) == (None, True)
    assert "~/.config/matplotlib" in libraries["matplotlib"]["default_places"]
    assert "ffmpeg" in found["programs"]


def test_json_holds_the_rows(tmp_path: Path) -> None:
    (tmp_path / "lambdalint.toml").write_text(ROWS, encoding="utf-8")
    found = json.loads(shown("acme.store.Report.render", "--output-format=json", cwd=tmp_path))
    (row,) = found["rows"]
    assert (row["table"], row["own"]) == ("effect", True)
    assert row["row"]["when"] == [{"argument": "mode@2", "matches": "^w", "default": "w"}]
    assert row["row"]["kind"] == "write"


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("pandas.DataFrame.to_cvs", "did you mean pandas.DataFrame.to_csv, "),
        ("DataFrame.to_csv", "did you mean pandas.DataFrame.to_csv?"),
        ("pilow", "did you mean pillow, "),
        ("ffmepg", "did you mean ffmpeg?"),
        ("xyzzy", ""),
        ("", ""),
        ("\x1b[31m", ""),
    ],
)
def test_an_unknown_name(tmp_path: Path, name: str, nearest: str) -> None:
    result = lambdalint("catalogue", name, cwd=tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("lambdalint: error: the catalogue knows nothing of ")
    assert nearest in result.stderr
    assert "\x1b" not in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_wrong_row_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "lambdalint.toml").write_text(ROWS.replace('"write"', '"wirte"', 1), encoding="utf-8")
    for command in (("catalogue", "acme"), ("check",), ("config", "show")):
        result = lambdalint(*command, cwd=tmp_path)
        (line,) = result.stderr.splitlines()
        assert (result.returncode, result.stdout) == (2, "")
        assert "lambdalint.toml:3: catalogue.effect[0].kind: 'wirte' is not valid (row of acme.store" in line
        assert line.endswith("did you mean write?")
