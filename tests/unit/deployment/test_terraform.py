"""Terraform: which resources and modules are functions, where their code lies, and in which rooms they run."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from terraform_project import declared, only, read

from lambdalint.deployment.handlers import locate
from lambdalint.model import Build, Deployment, Function, Tree

if TYPE_CHECKING:
    from pathlib import Path


def environment(function: Function) -> dict[str, str | None]:
    """Return the variables of *function*."""
    return {one.name: one.value for one in function.room.env}


def test_a_function_of_an_archive(tmp_path: Path) -> None:
    text = """\
    data "archive_file" "code" {
      type        = "zip"
      source_dir  = "${path.module}/../src"
      excludes    = ["tests", "**/*.md"]
      output_path = "${path.module}/build/code.zip"
    }

    resource "aws_lambda_function" "api" {
      function_name    = "shop-api"
      filename         = data.archive_file.code.output_path
      source_code_hash = data.archive_file.code.output_base64sha256
      handler          = "app.handler"
      runtime          = "python3.12"
      timeout          = 60
    }
    """
    found = read(tmp_path, {"infra/main.tf": text})
    assert found.problems == ()
    [function] = found.functions
    assert (function.name, function.handler, function.code_root) == ("api", "app.handler", "src")
    assert (function.declared_by, function.confidence, function.build) == ("terraform", "high", Build(complete=True))
    assert function.packaged == ("!tests", "!tests/**", "!**/*.md", "!**/*.md/**")
    room = function.room
    assert (room.runtime, room.timeout, room.tmp_mb, room.vpc) == ("python3.12", 60, 512, False)
    assert (room.layers, room.mounts, room.env, room.env_complete, room.variants) == ((), (), (), True, ())
    source = function.source
    assert (source.path, source.line, source.column, source.end_column) == ("infra/main.tf", 8, 33, 36)
    spans = {name: (span.line, span.column, span.end_column) for name, span in room.spans}
    assert spans["handler"] == (12, 22, 35)
    assert spans["timeout"] == (14, 22, 24)
    assert spans["code_root"] == (3, 17, 40)


def test_the_room(tmp_path: Path) -> None:
    settings = """\
      layers = [
        aws_lambda_layer_version.shared.arn,
        "arn:aws:lambda:eu-central-1:123456789012:layer:other:4",
        "arn:aws:lambda:${data.aws_region.current.name}:123456789012:layer:third:1",
        var.more,
      ]
      environment {
        variables = {
          TABLE  = "orders"
          COUNT  = 3
          DEBUG  = true
          BUCKET = aws_s3_bucket.data.id
          CODE   = path.module
        }
      }
      ephemeral_storage {
        size = 2048
      }
      vpc_config {
        subnet_ids         = [aws_subnet.one.id]
        security_group_ids = []
      }
      file_system_config {
        arn              = aws_efs_access_point.data.arn
        local_mount_path = "/mnt/data"
      }
      snap_start {
        apply_on = "PublishedVersions"
      }
    """
    layer = """
    data "archive_file" "layer" {
      type        = "zip"
      source_dir  = "layer"
      output_path = "layer.zip"
    }
    resource "aws_lambda_layer_version" "shared" {
      layer_name = "shared-code"
      filename   = data.archive_file.layer.output_path
    }
    resource "aws_efs_access_point" "data" {}
    variable "more" {}
    """
    function = only(tmp_path, declared(settings) + layer, {"layer/python/shared.py": ""})
    room = function.room
    assert (room.tmp_mb, room.vpc, room.variants) == (2048, True, ("snap-start",))
    assert [(one.name, one.directory) for one in room.layers] == [
        ("shared-code", "layer"),
        ("arn:aws:lambda:eu-central-1:123456789012:layer:other:4", None),
        ("arn:aws:lambda:${data.aws_region.current.name}:123456789012:layer:third:1", None),
        ("unknown", None),
    ]
    assert environment(function) == {"TABLE": "orders", "COUNT": "3", "DEBUG": "true", "BUCKET": None, "CODE": None}
    assert room.env_complete
    assert [(one.path, one.kind) for one in room.mounts] == [("/mnt/data", "efs")]
    assert {"tmp_mb", "vpc", "mounts", "snap_start", "layers", "environment"} <= {name for name, _ in room.spans}


def test_s3_files_and_managed_instances(tmp_path: Path) -> None:
    settings = """
      file_system_config {
        arn              = aws_s3files_access_point.data.arn
        local_mount_path = "/mnt/data"
      }
      capacity_provider_config {
        lambda_managed_instances_capacity_provider_config {
          capacity_provider_arn = aws_lambda_capacity_provider.one.arn
        }
      }
    """
    room = only(tmp_path, declared(settings)).room
    assert [(one.path, one.kind) for one in room.mounts] == [("/mnt/data", "s3files")]
    assert room.variants == ("managed-instances",)


def _variables(value: str) -> str:
    return f"environment {{\n variables = {value}\n }}"


def _dynamic(for_each: str) -> str:
    block = "content {\n variables = environment.value\n }"
    return f'dynamic "environment" {{\n for_each = {for_each}\n {block}\n }}'


@pytest.mark.parametrize(
    ("block", "known", "complete"),
    [
        (_variables('merge(local.common, { B = "2" })'), {"A": "1", "B": "2"}, True),
        (_variables('merge({ A = "1" }, var.more)'), {"A": None}, False),
        (_variables("var.more"), {}, False),
        (_variables('{ for name in ["A", "B"] : lower(name) => name }'), {"a": "A", "b": "B"}, True),
        (_dynamic("[local.common]"), {"A": "1"}, True),
        (_dynamic("var.more"), {}, False),
    ],
)
def test_variables(tmp_path: Path, block: str, known: dict[str, str | None], complete: bool) -> None:
    more = 'locals {\n  common = { A = "1" }\n}\nvariable "more" {}\n'
    function = only(tmp_path, declared(block) + more)
    assert environment(function) == known
    assert function.room.env_complete == complete


def test_for_each_over_a_map(tmp_path: Path) -> None:
    text = """
    locals {
      functions = {
        orders = { handler = "entry.main", storage = 1024 }
        users  = { handler = "entry.main" }
      }
    }
    resource "aws_lambda_function" "each" {
      for_each = local.functions
      filename = data.archive_file.each[each.key].output_path
      handler  = each.value.handler
      runtime  = "python3.12"
      ephemeral_storage {
        size = try(each.value.storage, 512)
      }
    }
    data "archive_file" "each" {
      for_each    = local.functions
      type        = "zip"
      source_dir  = "functions/${each.key}"
      output_path = "${each.key}.zip"
    }
    """
    files = {"functions/orders/entry.py": "", "functions/users/entry.py": ""}
    found = read(tmp_path, {"main.tf": text, **files})
    assert [(one.name, one.code_root, one.room.tmp_mb) for one in found.functions] == [
        ('each["orders"]', "functions/orders", 1024),
        ('each["users"]', "functions/users", 512),
    ]
    sizes = [one.room.span_of("tmp_mb") for one in found.functions]
    assert [span.line for span in sizes if span is not None] == [4, 14]


@pytest.mark.parametrize(
    ("repeated", "key"),
    [
        ('for_each = toset(["a", "b"])', "each.key"),
        ('for_each = { a = 1, b = 2 }', "each.key"),
        ('for_each = { for name in ["a", "b", "c"] : name => name if name != "c" }', "each.value"),
        ('count = length(local.names)', "local.names[count.index]"),
        ('count = 2', "element(local.names, count.index)"),
        ('for_each = toset([for file in fileset("functions", "*/app.py") : dirname(file)])', "each.value"),
    ],
)  # fmt: skip
def test_several_instances(tmp_path: Path, repeated: str, key: str) -> None:
    text = f"""
    locals {{
      names = ["a", "b"]
    }}
    resource "aws_lambda_function" "each" {{
      {repeated}
      filename = "${{{key}}}.zip"
      handler  = "app.handler"
      runtime  = "python3.12"
    }}
    data "archive_file" "each" {{
      for_each    = toset(local.names)
      type        = "zip"
      source_dir  = "functions/${{each.key}}"
      output_path = "${{each.key}}.zip"
    }}
    """
    found = read(tmp_path, {"main.tf": text, "functions/a/app.py": "", "functions/b/app.py": ""})
    assert sorted(one.code_root for one in found.functions) == ["functions/a", "functions/b"]
    assert len({one.name for one in found.functions}) == 2


@pytest.mark.parametrize(
    ("count", "number"),
    [("count = 0", 0), ("count = var.wanted ? 1 : 0", 1), ("count = var.unknown", 1), ("for_each = {}", 0)],
)
def test_a_function_that_may_not_be_wanted(tmp_path: Path, count: str, number: int) -> None:
    variables = 'variable "wanted" {\n  default = false\n}\nvariable "unknown" {}\n'
    found = read(tmp_path, {"main.tf": declared(count) + variables})
    assert len(found.functions) == number


def test_what_does_not_run_python_is_left_out(tmp_path: Path) -> None:
    found = read(tmp_path, {"main.tf": declared('handler = "index.handler"\nruntime = "nodejs22.x"')})
    assert found == Deployment()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (declared("handler = var.handler"), "its handler is not known"),
        (declared(code='filename = "../../outside.zip"'), "its code lies outside of the project"),
        (declared('handler = "gone.handler"', code='filename = "other.zip"'), "something else makes its archive"),
        (declared('handler = "gone.handler"', code='s3_key = "a.zip"'), "its code is uploaded by something else"),
        (declared('handler = "gone.handler"', code=""), "nothing states its code"),
    ],
)
def test_what_is_not_understood_becomes_a_note(tmp_path: Path, text: str, reason: str) -> None:
    found = read(tmp_path, {"main.tf": text})
    assert found.functions == ()
    [problem] = found.problems
    assert (problem.severity, problem.message) == ("note", f"the function api is not read: {reason}")
    assert problem.span.path == "main.tf"
    assert problem.span.line > 0


def test_a_file_that_is_not_valid(tmp_path: Path) -> None:
    broken = 'resource "aws_lambda_function" "lost" {\n  handler = "app.handler"\n\nvariable "x" {}\n'
    found = read(tmp_path, {"broken.tf": broken, "main.tf": declared(code='filename = "code.zip"')})
    assert [one.name for one in found.functions] == ["api"]
    [problem] = found.problems
    assert (str(problem.span), problem.severity) == ("broken.tf:1:39", "warning")


def test_a_block_that_is_not_valid(tmp_path: Path) -> None:
    broken = 'resource "aws_lambda_function" "lost" {\n  handler = = "app.handler"\n}\n'
    found = read(tmp_path, {"main.tf": broken + declared()})
    assert [one.name for one in found.functions] == ["api"]
    [problem] = found.problems
    assert (problem.span.line, problem.severity) == (2, "warning")


def test_configurations_without_functions_are_not_read(tmp_path: Path) -> None:
    assert read(tmp_path, {"main.tf": 'resource "aws_s3_bucket" "x" {\n'}) == Deployment()


@pytest.mark.parametrize(("text", "loaded"), [('resource "aws_s3_bucket" "x" {}', False), (declared(), True)])
def test_the_parser_is_loaded_for_functions_alone(tmp_path: Path, text: str, loaded: bool) -> None:
    (tmp_path / "main.tf").write_text(text, encoding="utf-8")
    program = (
        "import sys, pathlib; from lambdalint.deployment import terraform; from lambdalint.model import Room, Tree\n"
        "terraform.read(Tree(pathlib.Path(sys.argv[1]), ('main.tf',)), Room())\n"
        "print('hcl2' in sys.modules or 'lark' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(loaded)


def test_a_test_s_configuration_is_not_read(tmp_path: Path) -> None:
    assert read(tmp_path, {"tests/main.tf": declared()}) == Deployment()


def test_what_the_handler_is_found_in(tmp_path: Path) -> None:
    function = only(tmp_path, declared('handler = "pkg/entry.main"'), {"src/pkg/entry.py": ""})
    tree = Tree(tmp_path, ("src/pkg/entry.py",))
    assert locate(tree, function) == ("src/pkg/entry.py", "main")


def test_variables_and_mounts_keep_their_places(tmp_path: Path) -> None:
    text = declared('environment {\n  variables = {\n    TABLE = "x"\n  }\n}\nfile_system_config {\n  arn = "a"\n'
                    '  local_mount_path = "/mnt/x"\n}')  # fmt: skip
    room = only(tmp_path, text).room
    [variable] = room.env
    [mount] = room.mounts
    assert variable.span is not None
    assert mount.span is not None
    assert (variable.span.line, variable.span.column) == (7, 5)
    assert (mount.span.line, mount.span.column) == (12, 22)
