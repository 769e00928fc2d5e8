"""Terraform with hostile input: it is read in bounds, and what is wrong is said once, at its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambdalint.deployment import terraform
from lambdalint.model import Deployment, Room, Tree

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """resource "aws_lambda_function" "good" {
  filename = data.archive_file.code.output_path
  handler  = "app.handler"
  runtime  = "python3.12"
}
data "archive_file" "code" {
  type        = "zip"
  source_dir  = "${path.module}/src"
  output_path = "code.zip"
}
"""
HUGE = 'locals {\n  lambda = "' + "a" * 10_000_000 + '"\n}\n'


def _read(root: Path, files: dict[str, str | bytes]) -> Deployment:
    everything: dict[str, str | bytes] = {**files, "src/app.py": "def handler(event, context): ...\n"}
    for name, content in everything.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return terraform.read(Tree(root, tuple(everything)), Room())


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (HUGE, 1, "larger than 1,000,000 bytes; it is not read"),
        ("locals {\n  x = " + "[" * 10_000 + "]" * 10_000 + "\n}\n", 2, "nested more than 60 deep"),
        ("locals {\n  x = " + "[" * 10_000, 2, "nested more than 60 deep"),
        ("a {" * 10_000 + "}" * 10_000, 1, "nested more than 60 deep"),
        ('locals {\n  x = "' + '${"' * 10_000, 2, "nested more than 60 deep"),
        (GOOD.replace("good", "bad")[:90], 1, "this is not closed"),
        ("locals {\n  x = 1\n}\n}\n", 4, "} closes nothing"),
        ('locals {\n  x = "abc\n}\n', 2, "a text that is not closed"),
        ("locals {\n  x = <<EOF\n}\n", 2, "the text up to EOF is not closed"),
        ("/* locals {\n}\n", 1, "a comment that is not closed"),
        ("locals {\n  x = <<EOF\n" * 5_000, 2, "the text up to EOF is not closed"),
        ('resource "aws_lambda_function" "x" {\n' * 5_000, 1, "this is not closed"),
        ("# \udcff\n", 1, "not UTF-8: the text cannot be read in full"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else None,
)
def test_one_warning_for_a_file_and_the_others_are_read(tmp_path: Path, text: str, line: int, message: str) -> None:
    found = _read(tmp_path, {"main.tf": GOOD, "odd.tf": text.encode("utf-8", "surrogateescape")})
    assert [one.name for one in found.functions] == ["good"]
    [problem] = found.problems
    assert (problem.span.path, problem.span.line, problem.severity) == ("odd.tf", line, "warning")
    assert problem.message.endswith(message)


def test_what_stands_before_and_after_an_open_block_is_read(tmp_path: Path) -> None:
    other = GOOD.replace("good", "other").replace("code", "more")
    found = _read(tmp_path, {"main.tf": f"{GOOD}locals {{\n  x = [1, 2\n\n{other}"})
    assert [one.name for one in found.functions] == ["good", "other"]
    [problem] = found.problems
    assert problem.span.line == 11


@pytest.mark.parametrize(
    "value",
    [
        "local" + ".a" * 5_000,
        "1" + " + 1" * 5_000,
        "a ? b : " * 3_000 + "c",
        "local.loop",
        "local.doubled",
        "f(" * 50 + ")" * 50,
        "[for x in range(2000) : [for y in range(2000) : [for z in range(2000) : z]]]",
    ],
    ids=["attributes", "sum", "conditions", "circle", "growing text", "calls", "loops"],
)
def test_values_are_evaluated_in_bounds(tmp_path: Path, value: str) -> None:
    growing = "".join(f'  t{one + 1} = "${{local.t{one}}}${{local.t{one}}}"\n' for one in range(40))
    more = f'locals {{\n  t0 = "x"\n{growing}  doubled = local.t40\n  loop = local.back\n  back = local.loop\n}}\n'
    text = GOOD.replace('"python3.12"', value)
    found = _read(tmp_path, {"main.tf": text + more})
    assert [(one.name, one.room.runtime) for one in found.functions] == [("good", None)]


@pytest.mark.parametrize(
    "settings",
    [
        'layers = "x"',
        "layers = { a = 1 }",
        'timeout = "soon"',
        "timeout = [1]",
        "vpc_config = 3",
        "environment {\n  variables = [1, 2]\n}",
        "environment {\n  variables = { A = { B = 1 }, (var.x) = 2 }\n}",
        "ephemeral_storage {\n  size = {}\n}",
        "file_system_config {\n  local_mount_path = [1]\n}",
        'dynamic "environment" {\n  for_each = 7\n}',
        'count = "x"',
        "count = -1",
        "snap_start {\n  apply_on = 1.5\n}",
    ],
)
def test_values_of_the_wrong_type(tmp_path: Path, settings: str) -> None:
    found = _read(tmp_path, {"main.tf": GOOD.replace('"python3.12"', f'"python3.12"\n{settings}')})
    assert [one.name for one in found.functions] == ["good"]


@pytest.mark.parametrize("size", ["20480", "-5", '"64"'])
def test_sizes_are_what_the_configuration_says(tmp_path: Path, size: str) -> None:
    storage = f'"python3.12"\nephemeral_storage {{\n  size = {size}\n}}'
    [function] = _read(tmp_path, {"main.tf": GOOD.replace('"python3.12"', storage)}).functions
    assert function.room.tmp_mb == int(size.strip('"'))


def test_a_configuration_that_never_ends_leaves_the_others_alone(tmp_path: Path) -> None:
    loops = "[for x in range(2000) : [for y in range(2000) : x + y]]"
    bad = GOOD.replace("good", "bad").replace('"python3.12"', loops)
    files: dict[str, str | bytes] = {"a/main.tf": bad, "b/main.tf": GOOD, "a/src/app.py": "", "b/src/app.py": ""}
    found = _read(tmp_path, files)
    assert {(one.name, one.room.runtime) for one in found.functions} >= {("good", "python3.12")}
    too_many = "too many expressions of Terraform; the rest is not evaluated"
    assert [(one.span.path, one.message) for one in found.problems if one.severity == "warning"] == [
        ("a/main.tf", too_many)
    ]


def test_instances_are_bounded(tmp_path: Path) -> None:
    found = _read(tmp_path, {"main.tf": GOOD.replace('"good" {', '"good" {\n  count = 100000000')})
    assert len(found.functions) == 200
    assert [one.message for one in found.problems] == ["more than 200 instances of good; the rest is not read"]


def test_modules_are_bounded(tmp_path: Path) -> None:
    def calls(number: int) -> str:
        return "# lambda\n" + "".join(f'module "m{one}" {{\n  source = "../level{number}"\n}}\n' for one in range(10))

    levels: dict[str, str | bytes] = {f"level{number}/main.tf": calls(number + 1) for number in range(7)}
    found = _read(tmp_path, {**levels, "level7/main.tf": GOOD.replace("${path.module}", "..")})
    assert 0 < len(found.functions) < 2_000
    assert [one.severity for one in found.problems] == ["warning"]


@pytest.mark.parametrize("source", ["../../../outside", "/etc", "./../../x", ""])
def test_sources_and_paths_that_leave_the_project(tmp_path: Path, source: str) -> None:
    call = f'module "lambda" {{\n  source = "{source}"\n  source_path = "{source}"\n}}\n'
    found = _read(tmp_path, {"main.tf": call + GOOD.replace("${path.module}/src", f"{source or '..'}/x")})
    assert found.functions == ()
    assert {one.severity for one in found.problems} == {"note"}


@pytest.mark.parametrize(
    "source", ['"../secret"', '["../secret"]', '[{ path = "/etc" }]', '{ path = "../x.py", prefix_in_zip = "a" }']
)
def test_a_lambda_module_whose_code_lies_outside_is_not_guessed(tmp_path: Path, source: str) -> None:
    call = 'source = "terraform-aws-modules/lambda/aws"\n  handler = "app.handler"\n  runtime = "python3.12"'
    found = _read(tmp_path, {"main.tf": f'module "f" {{\n  {call}\n  source_path = {source}\n}}\n'})
    assert found.functions == ()
    assert [one.message for one in found.problems] == [
        "the function f is not read: its code lies outside of the project"
    ]


def test_a_file_outside_of_the_project_is_not_guessed(tmp_path: Path) -> None:
    text = GOOD.replace('source_dir  = "${path.module}/src"', 'source_file = "../secret/app.py"')
    found = _read(tmp_path, {"main.tf": text})
    assert found.functions == ()
    assert [one.severity for one in found.problems] == ["note"]


@pytest.mark.parametrize(("mark", "end"), [("", "\r\n"), ("\ufeff", "\n")])
def test_line_ends_and_marks(tmp_path: Path, mark: str, end: str) -> None:
    [function] = _read(tmp_path, {"main.tf": mark + GOOD.replace("\n", end)}).functions
    assert (function.code_root, function.source.line, function.source.column) == ("src", 1, 33)
