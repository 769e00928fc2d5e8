"""Terraform: the archives and images that functions are made of, and the folders that those are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from terraform_project import declared, only, read

from lambdalint.model import Build

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("code", "packaged"),
    [
        ("filename = data.archive_file.code.output_path", ()),
        ("filename = \"code.zip\"", ()),
        ("filename = \"${path.module}/code.zip\"", ()),
        ("filename = \"./x/../code.zip\"", ()),
        ("s3_bucket = \"b\"\ns3_key = aws_s3_object.code.key", ()),
        ("s3_bucket = \"b\"\ns3_key = \"functions/code.zip\"", ()),
        ("filename = \"src/app.py\"", ("!**", "app.py")),
    ],
)  # fmt: skip
def test_ways_to_an_archive(tmp_path: Path, code: str, packaged: tuple[str, ...]) -> None:
    stored = """
    resource "aws_s3_object" "code" {
      key    = "functions/code.zip"
      source = data.archive_file.code.output_path
    }
    """
    function = only(tmp_path, declared(code=code) + stored)
    assert (function.code_root, function.confidence, function.packaged) == ("src", "high", packaged)


def test_an_archive_of_single_files(tmp_path: Path) -> None:
    text = """
    resource "aws_lambda_function" "one" {
      filename = data.archive_file.one.output_path
      handler  = "app.handler"
      runtime  = "python3.12"
    }
    data "archive_file" "one" {
      type        = "zip"
      source_file = "src/app.py"
      output_path = "one.zip"
    }
    resource "aws_lambda_function" "several" {
      filename = data.archive_file.several.output_path
      handler  = "index.handler"
      runtime  = "python3.12"
    }
    data "archive_file" "several" {
      type        = "zip"
      output_path = "several.zip"
      source {
        content  = file("src/app.py")
        filename = "index.py"
      }
      source {
        content  = file("${path.module}/src/more.py")
        filename = "more.py"
      }
    }
    """
    found = read(tmp_path, {"main.tf": text, "src/more.py": ""})
    one, several = found.functions
    assert (one.code_root, one.handler, one.packaged) == ("src", "app.handler", ("!**", "app.py"))
    assert (several.code_root, several.handler) == ("src", "app.handler")
    assert several.packaged == ("!**", "app.py", "more.py")


def test_code_in_the_configuration(tmp_path: Path) -> None:
    text = """\
    resource "aws_lambda_function" "inline" {
      filename = data.archive_file.inline.output_path
      handler  = "index.handler"
      runtime  = "python3.12"
    }
    data "archive_file" "inline" {
      type        = "zip"
      output_path = "inline.zip"
      source {
        filename = "index.py"
        content  = <<-EOF
          def handler(event, context):
              print("${var.greeting}")
        EOF
      }
    }
    """
    function = only(tmp_path, text)
    assert function.inline is not None
    assert function.inline.text.startswith('def handler(event, context):\n    print("__var_greeting_")')
    assert function.inline.lines[0] == (12, 6)
    assert function.inline.virtual_path == "main.tf::inline"


def test_an_archive_that_something_else_makes(tmp_path: Path) -> None:
    handler = "def handler(event, context): ...\n"
    files = {"functions/orders/main.py": handler, "functions/users/main.py": handler, "server/main.py": "app = 1\n"}
    function = only(tmp_path, declared('handler = "main.handler"', code='filename = "build/users.zip"'), files)
    assert (function.code_root, function.confidence, function.build) == ("functions/users", "medium", Build())


def test_commands_may_fill_a_folder(tmp_path: Path) -> None:
    command = """
    resource "null_resource" "install" {
      provisioner "local-exec" {
        command = "pip install -r requirements.txt -t src"
      }
    }
    """
    assert not only(tmp_path, declared() + command).build.complete


DOCKER_IMAGE = """
resource "docker_image" "image" {
  name = "x"
  build {
    context = "${path.module}/service"
  }
}
"""
DOCKER_BUILD = """
module "image" {
  source      = "terraform-aws-modules/lambda/aws//modules/docker-build"
  source_path = "service"
}
"""
DOCKER_COMMAND = """
resource "null_resource" "image" {
  provisioner "local-exec" {
    command = "cd service && docker build -t x --platform linux/amd64 ."
  }
}
"""


@pytest.mark.parametrize("image", [DOCKER_IMAGE, DOCKER_BUILD, DOCKER_COMMAND, ""])
def test_an_image(tmp_path: Path, image: str) -> None:
    function = """
    resource "aws_lambda_function" "service" {
      package_type = "Image"
      image_uri    = "${aws_ecr_repository.service.repository_url}:latest"
      image_config {
        command = ["main.handler"]
      }
    }
    """
    dockerfile = 'FROM public.ecr.aws/lambda/python:3.12\nCOPY main.py ${LAMBDA_TASK_ROOT}/\nCMD ["other.handler"]\n'
    files = {"service/Dockerfile": dockerfile, "service/main.py": ""}
    found = only(tmp_path, function + image, files)
    assert (found.handler, found.code_root, found.room.package_type) == ("main.handler", "service", "image")
    assert found.confidence == ("high" if image else "medium")


INSTALL = """
resource "null_resource" "install" {
  provisioner "local-exec" {
    command = <<-EOT
      rm -rf ${path.module}/build
      mkdir -p ${path.module}/build
      pip install -r ${path.module}/requirements.txt -t ${path.module}/build
      cp -r ${path.module}/src/* ${path.module}/build/
    EOT
  }
}
"""


def test_commands_fill_a_folder_that_is_archived(tmp_path: Path) -> None:
    text = (declared() + INSTALL).replace('${path.module}/src"', '${path.module}/build"')
    function = only(tmp_path, text, {"requirements.txt": "requests\n"})
    assert (function.code_root, function.confidence, function.build.complete) == ("src", "high", False)
    assert [one.path for one in function.build.manifests] == ["requirements.txt"]


def test_commands_make_an_archive(tmp_path: Path) -> None:
    command = "cd src && pip install -r ../requirements.txt -t . && zip -r ../build/api.zip ."
    text = f"""
    resource "terraform_data" "package" {{
      provisioner "local-exec" {{
        working_dir = path.module
        command     = "{command}"
      }}
    }}
    """
    more = {"requirements.txt": "requests\n", "other/app.py": "def handler(event, context): ...\n"}
    function = only(tmp_path, declared(code='filename = "build/api.zip"') + text, more)
    assert (function.code_root, function.confidence) == ("src", "high")
    assert [one.path for one in function.build.manifests] == ["requirements.txt"]


def test_a_script_makes_an_archive(tmp_path: Path) -> None:
    script = "#!/bin/sh\ncd src\npip install -r requirements.txt -t .\nzip -r ../dist/api.zip .\n"
    files = {"build.sh": script, "src/requirements.txt": "", "other/app.py": "def handler(event, context): ...\n"}
    function = only(tmp_path, declared(code='filename = "${path.module}/dist/api.zip"'), files)
    assert function.code_root == "src"
    assert [one.path for one in function.build.manifests] == ["src/requirements.txt"]


def test_commands_fill_a_layer(tmp_path: Path) -> None:
    layer = """
    resource "null_resource" "layer" {
      provisioner "local-exec" {
        command = "pip install -r requirements.txt -t ${path.module}/layer/python"
      }
    }
    data "archive_file" "layer" {
      type        = "zip"
      source_dir  = "${path.module}/layer"
      output_path = "layer.zip"
    }
    resource "aws_lambda_layer_version" "shared" {
      layer_name = "shared"
      filename   = data.archive_file.layer.output_path
    }
    """
    text = declared("layers = [aws_lambda_layer_version.shared.arn]") + layer
    [shared] = only(tmp_path, text, {"requirements.txt": "requests\n"}).room.layers
    assert (shared.name, shared.directory) == ("shared", None)
    assert [one.path for one in shared.build.manifests] == ["requirements.txt"]
