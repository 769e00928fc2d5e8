"""Terraform's modules: those of the project, terraform-aws-modules, others; and where variables get their values."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from lambdalint.deployment import terraform
from lambdalint.model import Deployment, Function, Manifest, Room, Tree

if TYPE_CHECKING:
    from pathlib import Path

HANDLER = "def handler(event, context): ...\n"
FUNCTION = """
variable "folder" {}
variable "handler" {
  default = "app.handler"
}
variable "storage" {
  type    = number
  default = 512
}
data "archive_file" "code" {
  type        = "zip"
  source_dir  = var.folder
  output_path = "${path.module}/code.zip"
}
resource "aws_lambda_function" "this" {
  filename = data.archive_file.code.output_path
  handler  = var.handler
  runtime  = "python3.12"
  ephemeral_storage {
    size = var.storage
  }
}
output "name" {
  value = aws_lambda_function.this.function_name
}
"""


def _read(root: Path, files: dict[str, str]) -> Deployment:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(dedent(content), encoding="utf-8")
    return terraform.read(Tree(root, tuple(files)), Room())


def _only(root: Path, files: dict[str, str]) -> Function:
    found = _read(root, files)
    assert found.problems == ()
    [function] = found.functions
    return function


def test_each_call_of_a_module_is_a_function(tmp_path: Path) -> None:
    calls = """
    module "orders" {
      source  = "./modules/function"
      folder  = "${path.module}/orders"
      storage = 1024
    }
    module "users" {
      source  = "./modules/function"
      folder  = "users"
      handler = "main.start"
    }
    """
    files = {"main.tf": calls, "modules/function/main.tf": FUNCTION, "orders/app.py": HANDLER, "users/main.py": ""}
    found = _read(tmp_path, files)
    assert found.problems == ()
    orders, users = found.functions
    assert (orders.name, orders.code_root, orders.handler) == ("orders.this", "orders", "app.handler")
    assert (users.name, users.code_root, users.handler) == ("users.this", "users", "main.start")
    assert (orders.room.tmp_mb, users.room.tmp_mb) == (1024, 512)
    # What a call says stands there; a default may be overridden, and what stands in the resource is a reference.
    size, default = orders.room.span_of("tmp_mb"), users.room.span_of("tmp_mb")
    assert size is not None
    assert default is not None
    assert (size.path, size.line) == ("main.tf", 5)
    assert (default.path, default.line) == ("modules/function/main.tf", 20)


def test_modules_call_modules(tmp_path: Path) -> None:
    files = {
        "live/prod/main.tf": 'module "app" {\n  source = "../../stack"\n  code = "${path.root}/../../code"\n}\n',
        "stack/main.tf": 'variable "code" {}\nmodule "api" {\n  source = "../function"\n  folder = var.code\n}\n',
        "function/main.tf": FUNCTION,
        "code/app.py": HANDLER,
    }
    function = _only(tmp_path, files)
    assert (function.name, function.code_root) == ("app.api.this", "code")


def test_stages_that_differ_in_variables_are_one_function(tmp_path: Path) -> None:
    function = """
    variable "stage" {}
    data "archive_file" "code" {
      type        = "zip"
      source_dir  = "${path.module}/src"
      output_path = "code.zip"
    }
    resource "aws_lambda_function" "api" {
      filename = "code.zip"
      handler  = "app.handler"
      runtime  = "python3.12"
      environment {
        variables = { STAGE = var.stage, SPOOL = "/tmp/spool" }
      }
    }
    """
    stages = {
        f"{name}/main.tf": f'module "api" {{\n  source = "../api"\n  stage = "{name}"\n}}\n' for name in ("dev", "prod")
    }
    found = _only(tmp_path, {**stages, "api/main.tf": function, "api/src/app.py": HANDLER})
    assert {one.name: one.value for one in found.room.env} == {"STAGE": None, "SPOOL": "/tmp/spool"}
    assert found.room.env_complete


def test_modules_in_a_circle_end(tmp_path: Path) -> None:
    files = {
        "a/main.tf": FUNCTION + 'module "b" {\n  source = "../b"\n}\n',
        "b/main.tf": 'module "a" {\n  source = "../a"\n  folder = "../code"\n}\n',
        "code/app.py": HANDLER,
    }
    found = _read(tmp_path, files)
    assert {one.code_root for one in found.functions} <= {"code"}
    assert {one.severity for one in found.problems} <= {"note"}


def test_a_module_outside_of_the_project_is_not_followed(tmp_path: Path) -> None:
    root = tmp_path / "project"
    _read(tmp_path, {"outside/main.tf": FUNCTION, "outside/app.py": HANDLER})
    files = {"main.tf": 'module "lambda" {\n  source = "../outside"\n  folder = "../outside"\n}\n', "app.py": HANDLER}
    assert _read(root, files) == Deployment()


@pytest.mark.parametrize(
    ("files", "handler"),
    [
        ({"terraform.tfvars": 'handler = "a.one"\n'}, "a.one"),
        ({"terraform.tfvars": 'handler = "a.one"\n', "x.auto.tfvars": 'handler = "a.two"\n'}, "a.two"),
        ({"env/dev.tfvars": 'handler = "a.one"\n', "env/prod.tfvars": 'handler = "a.one"\n'}, "a.one"),
    ],
)
def test_files_set_variables(tmp_path: Path, files: dict[str, str], handler: str) -> None:
    text = FUNCTION.replace('default = "app.handler"', "") + 'variable "x" {}\n'
    more = {"terraform/main.tf": text.replace("var.folder", '"../src"'), "src/a.py": ""}
    function = _only(tmp_path, {**more, **{f"terraform/{name}": content for name, content in files.items()}})
    assert function.handler == handler


def test_stages_that_disagree_leave_a_variable_unknown(tmp_path: Path) -> None:
    text = FUNCTION.replace('default = "app.handler"', "").replace("var.folder", '"src"')
    files = {"main.tf": text, "dev.tfvars": 'handler = "a.one"\n', "prod.tfvars": 'handler = "a.two"\n'}
    found = _read(tmp_path, {**files, "src/a.py": ""})
    assert found.functions == ()
    assert [one.message for one in found.problems] == ["the function this is not read: its handler is not known"]


def test_defaults_in_a_type(tmp_path: Path) -> None:
    text = """
    variable "functions" {
      type = map(object({
        handler = optional(string, "app.handler")
        storage = optional(number, 2048)
      }))
      default = { api = {} }
    }
    module "function" {
      for_each = var.functions
      source   = "./function"
      folder   = each.key
      handler  = each.value.handler
      storage  = each.value.storage
    }
    """
    function = _only(tmp_path, {"main.tf": text, "function/main.tf": FUNCTION, "api/app.py": HANDLER})
    assert (function.name, function.handler, function.room.tmp_mb) == (
        'function["api"].this',
        "app.handler",
        2048,
    )


SOURCES = (
    "terraform-aws-modules/lambda/aws",
    "registry.terraform.io/terraform-aws-modules/lambda/aws",
    "git::https://github.com/terraform-aws-modules/terraform-aws-lambda.git?ref=v8.0.0",
    "github.com/terraform-aws-modules/terraform-aws-lambda",
)


def _module(settings: str, source: str = SOURCES[0]) -> str:
    return (
        f'module "api" {{\n  source = "{source}"\n  handler = "app.handler"\n  runtime = "python3.12"\n{settings}\n}}'
    )


@pytest.mark.parametrize("source", SOURCES)
def test_terraform_aws_modules(tmp_path: Path, source: str) -> None:
    settings = """
      function_name                 = "api"
      source_path                   = "${path.module}/src"
      timeout                       = 900
      ephemeral_storage_size        = 1024
      environment_variables         = { TABLE = "orders" }
      vpc_subnet_ids                = module.vpc.private_subnets
      file_system_arn               = aws_efs_access_point.data.arn
      file_system_local_mount_path  = "/mnt/data"
      snap_start                    = true
      layers                        = [module.layer.lambda_layer_arn]
    """
    layer = """
    module "vpc" {
      source = "terraform-aws-modules/vpc/aws"
    }
    module "layer" {
      source       = "terraform-aws-modules/lambda/aws"
      create_layer = true
      layer_name   = "shared"
      source_path  = [{ path = "shared", pip_requirements = true, prefix_in_zip = "python" }]
    }
    """
    files = {"src/app.py": HANDLER, "src/requirements.txt": "", "shared/one.py": "", "shared/requirements.txt": ""}
    function = _only(tmp_path, {"main.tf": _module(settings, source) + dedent(layer), **files})
    assert (function.name, function.code_root, function.search_path) == ("api", "src", ("shared",))
    assert (function.build.manifests, function.build.complete) == ((Manifest("src/requirements.txt"),), True)
    room = function.room
    assert (room.timeout, room.tmp_mb, room.vpc, room.variants) == (900, 1024, True, ("snap-start",))
    assert [(one.path, one.kind) for one in room.mounts] == [("/mnt/data", "efs")]
    [shared] = room.layers
    assert (shared.name, shared.directory) == ("shared", "shared")
    assert [one.path for one in shared.build.manifests] == ["shared/requirements.txt"]


@pytest.mark.parametrize(
    ("source", "root", "prefix", "packaged", "manifests"),
    [
        ('"src/app.py"', "src", "", ("!**", "app.py"), []),
        ('["src", "lib"]', "src", "", (), ["src/requirements.txt"]),
        ('[{ path = "src" }]', "src", "", (), []),
        ('[{ path = "src", pip_requirements = "lib/more.txt" }]', "src", "", (), ["lib/more.txt"]),
        ('{ path = "src", patterns = ["!tests/.*", "!.*\\\\.md"] }', "src", "", ("!tests/**", "!**/*.md"), []),
        ('[{ path = "nested", prefix_in_zip = "app" }]', "nested", "app", (), []),
    ],
)
def test_what_is_packed(
    tmp_path: Path, source: str, root: str, prefix: str, packaged: tuple[str, ...], manifests: list[str]
) -> None:
    files = {"src/app.py": HANDLER, "src/requirements.txt": "", "lib/more.txt": "", "lib/x.py": "", "nested/run.py": ""}
    text = _module(f"source_path = {source}")
    function = _only(tmp_path, {"main.tf": text.replace("app.handler", "app.run.x") if prefix else text, **files})
    assert (function.code_root, function.prefix) == (root, prefix)
    assert [one.path for one in function.build.manifests] == manifests
    assert function.packaged == packaged


@pytest.mark.parametrize("settings", ["create_function = false", "create = false", "create_layer = true"])
def test_a_module_that_makes_no_function(tmp_path: Path, settings: str) -> None:
    text = _module(f'source_path = "src"\n{settings}')
    assert _read(tmp_path, {"main.tf": text, "src/app.py": HANDLER}) == Deployment()


def test_a_package_of_terraform_aws_modules_made_elsewhere(tmp_path: Path) -> None:
    text = _module('create_package = false\nlocal_existing_package = "build/api.zip"')
    function = _only(tmp_path, {"main.tf": text, "services/api/app.py": HANDLER})
    assert (function.code_root, function.confidence) == ("services/api", "medium")


def test_another_module(tmp_path: Path) -> None:
    text = _module('source_dir = "${path.module}/src"\nenvironment_variables = { A = "1" }', "acme/function/aws")
    function = _only(tmp_path, {"main.tf": text.replace("acme/", "acme/lambda-"), "src/app.py": HANDLER})
    assert (function.code_root, function.confidence) == ("src", "medium")
    assert (function.room.env_complete, function.room.vpc, function.room.tmp_mb) == (False, None, None)


def test_another_module_that_only_looks_alike(tmp_path: Path) -> None:
    text = 'module "lambda_role" {\n  source = "acme/role/aws"\n  handler = "app.handler"\n}\n'
    assert _read(tmp_path, {"main.tf": text, "app.py": HANDLER}) == Deployment()


JSON = """{
  "locals": { "names": ["orders", "users"] },
  "data": {
    "archive_file": {
      "code": {
        "for_each": "${toset(local.names)}",
        "type": "zip",
        "source_dir": "${path.module}/${each.key}",
        "output_path": "${each.key}.zip"
      }
    }
  },
  "resource": {
    "aws_lambda_function": {
      "api": {
        "for_each": "${toset(local.names)}",
        "filename": "${data.archive_file.code[each.key].output_path}",
        "handler": "app.handler",
        "runtime": "python3.12",
        "ephemeral_storage": [{ "size": 1024 }],
        "environment": { "variables": { "TABLE": "${each.key}-table" } }
      }
    }
  }
}
"""


def test_configurations_in_json(tmp_path: Path) -> None:
    found = _read(tmp_path, {"main.tf.json": JSON, "orders/app.py": HANDLER, "users/app.py": HANDLER})
    assert found.problems == ()
    assert [(one.name, one.code_root, one.room.tmp_mb) for one in found.functions] == [
        ('api["orders"]', "orders", 1024),
        ('api["users"]', "users", 1024),
    ]
    [variable] = found.functions[0].room.env
    assert (variable.name, variable.value) == ("TABLE", "orders-table")
    assert (found.functions[0].source.path, found.functions[0].source.line) == ("main.tf.json", 15)


def test_json_that_is_not_valid(tmp_path: Path) -> None:
    found = _read(tmp_path, {"main.tf.json": JSON[:500], "orders/app.py": HANDLER})
    assert found.functions == ()
    [problem] = found.problems
    assert (problem.span.path, problem.severity) == ("main.tf.json", "warning")


@pytest.mark.parametrize(
    ("call", "root", "number"),
    [
        ("", "", 0),
        ("wanted = false", "", 0),
        ("wanted = true", "", 1),
        ("wanted = var.wanted", 'variable "wanted" {\n  default = false\n}\n', 1),
        ("wanted = local.wanted", "locals {\n  wanted = false\n}\n", 0),
    ],
)
def test_what_a_call_decides(tmp_path: Path, call: str, root: str, number: int) -> None:
    switch = 'variable "wanted" {\n  default = false\n}\n'
    function = FUNCTION.replace('"this" {', '"this" {\n  count = var.wanted ? 1 : 0') + switch
    main = f'module "api" {{\n  source = "./function"\n  folder = "src"\n  {call}\n}}\n{root}'
    found = _read(tmp_path, {"main.tf": main, "function/main.tf": function, "src/app.py": HANDLER})
    assert len(found.functions) == number
