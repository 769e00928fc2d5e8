"""What bundling installs into the assets of CDK programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambdalint.deployment import cdk
from lambdalint.model import Build, Function, Room, Tree

if TYPE_CHECKING:
    from pathlib import Path

IMPORTS = """\
from aws_cdk import BundlingOptions, aws_lambda as lambda_, aws_lambda_python_alpha as python_
"""
FUNCTION = 'lambda_.Function(self, "Api", handler="app.handler", runtime=lambda_.Runtime.PYTHON_3_12, code={})\n'
ASSET = 'lambda_.Code.from_asset("src", bundling=BundlingOptions(image=IMAGE, {}))'


def _read(root: Path, code: str, *files: str) -> tuple[Function, ...]:
    everything = {"cdk.json": "{}", "src/app.py": "", "src/index.py": "", "stack.py": IMPORTS + code}
    everything.update(dict.fromkeys(files, ""))
    for name, content in everything.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content, encoding="utf-8")
    return cdk.read(Tree(root, tuple(everything)), Room()).functions


def _python(root: Path, bundling: str, *files: str) -> Build:
    [function] = _read(root, f'python_.PythonFunction(self, "Api", entry="src"{bundling})\n', *files)
    return function.build


def _bundled(root: Path, options: str, *files: str) -> Build:
    [function] = _read(root, FUNCTION.format(ASSET.format(options)), "src/requirements.txt", *files)
    return function.build


def _script(root: Path, script: str, *files: str) -> Build:
    return _bundled(root, f"command=['bash', '-c', {script!r}]", *files)


def _paths(build: Build) -> list[str]:
    return [manifest.path for manifest in build.manifests]


@pytest.mark.parametrize(
    ("files", "manifests"),
    [
        (["Pipfile.lock", "Pipfile", "poetry.lock", "pyproject.toml", "requirements.txt"], ["src/Pipfile"]),
        (["poetry.lock", "pyproject.toml", "requirements.txt", "uv.lock"], ["src/pyproject.toml"]),
        (["requirements.txt", "uv.lock", "pyproject.toml"], ["src/requirements.txt"]),
        (["uv.lock", "pyproject.toml"], ["src/pyproject.toml"]),
        (["pyproject.toml"], []),
        (["Pipfile"], []),
        ([], []),
    ],
)
def test_a_python_function_takes_one_list_of_requirements(
    tmp_path: Path, files: list[str], manifests: list[str]
) -> None:
    build = _python(tmp_path, "", *(f"src/{name}" for name in files))
    assert (_paths(build), build.complete, build.confidence) == (manifests, True, "high")


@pytest.mark.parametrize(
    ("bundling", "complete"),
    [
        ("python_.BundlingOptions(asset_excludes=['x'], poetry_include_hashes=True)", True),
        ("{'asset_excludes': ['x']}", True),
        ("python_.BundlingOptions(command_hooks=Hooks())", False),
        ("python_.BundlingOptions(command=['x'])", False),
        ("python_.BundlingOptions(**more)", False),
        ("options", False),
    ],
)
def test_hooks_may_install_more(tmp_path: Path, bundling: str, complete: bool) -> None:
    build = _python(tmp_path, f", bundling={bundling}", "src/requirements.txt")
    assert (_paths(build), build.complete) == (["src/requirements.txt"], complete)
    assert build.confidence == ("high" if complete else "medium")


@pytest.mark.parametrize(
    "script",
    [
        "pip install -r requirements.txt -t /asset-output && cp -au . /asset-output",
        "pip3 install --no-cache-dir --requirement=/asset-input/requirements.txt --target=/asset-output; cp -r . x",
        "cp -r . /asset-output\ncd /asset-output\npython3.12 -m pip install -rrequirements.txt -t .",
        "PIP_NO_INPUT=1 /usr/bin/pip install -i https://x.y --platform manylinux2014_x86_64 -r requirements.txt -t o",
        "uv pip install -r requirements.txt --target /asset-output && rsync -r . /asset-output",
        "pip install -U pip && pip install -r requirements.txt \\\n -t /asset-output",
        "cd /asset-input && pip install -r ./requirements.txt -t /asset-output # all of it",
    ],
)
def test_pip_installs_into_the_asset(tmp_path: Path, script: str) -> None:
    build = _script(tmp_path, script)
    assert (_paths(build), build.requirements, build.left_out) == (["src/requirements.txt"], (), ())
    assert (build.complete, build.confidence) == (True, "high")
    assert build.manifests[0].step is not None
    assert (build.manifests[0].step.path, build.manifests[0].step.line) == ("stack.py", 2)


def test_a_command_without_a_shell(tmp_path: Path) -> None:
    build = _bundled(tmp_path, 'command=["pip", "install", "-r", "requirements.txt", "-t", "/asset-output"]')
    assert (_paths(build), build.complete) == (["src/requirements.txt"], True)


def test_a_command_may_be_joined(tmp_path: Path) -> None:
    parts = '["pip install -r requirements.txt -t /asset-output", "cp -r . /asset-output"]'
    build = _bundled(tmp_path, f'command=["bash", "-c", " && ".join({parts})]')
    assert (_paths(build), build.complete) == (["src/requirements.txt"], True)


def test_requirements_may_be_named(tmp_path: Path) -> None:
    build = _script(tmp_path, "pip install 'requests[socks]>=2,<3' Ruamel_Yaml==0.18.6 -t /asset-output")
    assert [(one.name, one.specifier, one.extras, one.written) for one in build.requirements] == [
        ("requests", ">=2,<3", ("socks",), "requests[socks]>=2,<3"),
        ("ruamel-yaml", "==0.18.6", (), "Ruamel_Yaml==0.18.6"),
    ]
    assert (build.manifests, build.complete) == ((), True)


@pytest.mark.parametrize(
    ("script", "manifests"),
    [
        ("pip install -r requirements.txt", []),
        ("pip install -r missing.txt -t /asset-output", []),
        ("cd /tmp && pip install -r requirements.txt -t /asset-output", []),
        ("pip install . -t /asset-output", []),
        ("make install", []),
        ("./build.sh && pip install -r requirements.txt -t /asset-output", ["src/requirements.txt"]),
        ("pip install -r requirements.txt -t /tmp/x && cp -r /tmp/x /asset-output", ["src/requirements.txt"]),
        ("pip install -r 'requirements.txt", []),
        ("x" * 30_000, []),
    ],
)
def test_what_else_a_script_may_install_is_not_known(tmp_path: Path, script: str, manifests: list[str]) -> None:
    build = _script(tmp_path, script)
    assert (_paths(build), build.complete) == (manifests, False)


@pytest.mark.parametrize(
    ("options", "complete", "confidence"),
    [
        ("command=['bash', '-c', {}]", True, "high"),
        ("command=['bash', '-c', {}], local=Local()", False, "medium"),
        ("command=['bash', '-c', {}], **more", False, "medium"),
    ],
)
def test_a_local_bundling_may_do_something_else(tmp_path: Path, options: str, complete: bool, confidence: str) -> None:
    build = _bundled(tmp_path, options.format("'pip install -r requirements.txt -t /asset-output'"))
    assert (_paths(build), build.complete, build.confidence) == (["src/requirements.txt"], complete, confidence)


@pytest.mark.parametrize("options", ["command=command", "command=['bash', '-c', script]", "user='root'"])
def test_a_command_that_is_not_known_says_nothing(tmp_path: Path, options: str) -> None:
    assert _bundled(tmp_path, options) == Build()


@pytest.mark.parametrize(
    ("script", "name"),
    [
        (
            "poetry export -f requirements.txt --output lock.txt && pip install -r lock.txt -t /asset-output",
            "pyproject.toml",
        ),
        ("pipenv requirements > lock.txt && pip install -r lock.txt -t /asset-output", "Pipfile"),
        ("uv export --frozen -o lock.txt && uv pip install -r lock.txt --target /asset-output", "pyproject.toml"),
    ],
)
def test_requirements_may_be_exported(tmp_path: Path, script: str, name: str) -> None:
    build = _script(tmp_path, script, f"src/{name}")
    assert (_paths(build), build.complete) == ([f"src/{name}"], True)


def test_what_is_removed_again(tmp_path: Path) -> None:
    script = "pip install -r requirements.txt -t /asset-output && rm -rf /asset-output/boto3 /asset-output/botocore*"
    build = _script(tmp_path, f"{script} && find /asset-output -name tests -exec rm -rf {{}} +")
    assert (build.left_out, build.slimmed) == (("boto3", "botocore*"), True)


def test_a_handler_that_bundling_makes_is_no_function(tmp_path: Path) -> None:
    code = FUNCTION.replace("app.handler", "made.handler").format(ASSET.format("command=['make']"))
    assert _read(tmp_path, code) == ()


def test_a_list_of_requirements_beside_a_plain_asset_leaves_open_what_it_holds(tmp_path: Path) -> None:
    code = FUNCTION.format('lambda_.Code.from_asset("src")')
    assert [one.build.complete for one in _read(tmp_path, code)] == [True]
    assert [one.build for one in _read(tmp_path, code, "src/requirements.txt")] == [Build()]


def test_a_layer_may_be_bundled(tmp_path: Path) -> None:
    options = "command=['bash', '-c', 'pip install -r requirements.txt -t /asset-output/python']"
    layer = f'lambda_.LayerVersion(self, "L", code={ASSET.format(options)})'
    code = FUNCTION.format(f'lambda_.Code.from_asset("src"), layers=[{layer}]')
    [function] = _read(tmp_path, code, "src/requirements.txt")
    assert [(one.directory, _paths(one.build)) for one in function.room.layers] == [("src", ["src/requirements.txt"])]
