"""Which requirements Vercel installs for a function."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambdalint.catalogue import load
from lambdalint.deployment import vercel
from lambdalint.deployment.vercel.manifest import vercel_build
from lambdalint.model import Build, Manifest, Tree

if TYPE_CHECKING:
    from pathlib import Path

PROJECT = "[project]\nname = 'site'\n"


def _build(root: Path, files: dict[str, str], folder: str = "") -> Build:
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content, encoding="utf-8")
    above = f"{folder}/" if folder else ""
    return vercel_build(Tree(root, tuple(files)), f"{above}api/index.py", folder)


@pytest.mark.parametrize(
    ("files", "manifest"),
    [
        ({"requirements.txt": ""}, "requirements.txt"),
        ({"requirements.txt": "", "api/requirements.txt": ""}, "api/requirements.txt"),
        ({"requirements.txt": "", "Pipfile": "", "Pipfile.lock": ""}, "Pipfile"),
        ({"requirements.txt": "", "Pipfile": "", "pyproject.toml": PROJECT}, "pyproject.toml"),
        ({"requirements.txt": "", "requirements.frozen.txt": ""}, "requirements.frozen.txt"),
        ({"requirements/prod.txt": ""}, "requirements/prod.txt"),
    ],
)
def test_the_first_manifest_of_the_nearest_folder_is_taken(
    tmp_path: Path, files: dict[str, str], manifest: str
) -> None:
    assert _build(tmp_path, files) == Build((Manifest(manifest),), complete=True)


def test_without_a_manifest_nothing_is_installed(tmp_path: Path) -> None:
    assert _build(tmp_path, {"requirements-dev.txt": ""}) == Build(complete=True)


@pytest.mark.parametrize(
    "project", ["[tool.black]\nline-length = 100\n", "[project\n", "\udce4".encode("utf-8", "surrogatepass")]
)
def test_a_project_file_that_uv_refuses_leaves_it_open(tmp_path: Path, project: str | bytes) -> None:
    (tmp_path / "pyproject.toml").write_bytes(project if isinstance(project, bytes) else project.encode())
    (tmp_path / "requirements.txt").write_text("", encoding="utf-8")
    tree = Tree(tmp_path, ("pyproject.toml", "requirements.txt"))
    assert vercel_build(tree, "api/index.py", "") == Build((Manifest("requirements.txt"),), confidence="medium")


def test_what_lies_above_the_project_is_less_sure(tmp_path: Path) -> None:
    build = _build(tmp_path, {"requirements.txt": ""}, "site")
    assert build == Build((Manifest("requirements.txt"),), confidence="medium")


def test_a_lock_alone_is_not_read(tmp_path: Path) -> None:
    build = _build(tmp_path, {"Pipfile.lock": "{}", "requirements.txt": ""})
    assert (build.manifests, build.complete) == ((), False)


def test_an_install_command_of_the_project_is_not_read(tmp_path: Path) -> None:
    files = {
        "vercel.json": '{"installCommand": "pip install -r other.txt"}',
        "api/index.py": "app = 1\n",
        "requirements.txt": "",
    }
    for path, content in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content, encoding="utf-8")
    [function] = vercel.read(Tree(tmp_path, tuple(files)), load()).functions
    assert (function.build.complete, function.build.confidence) == (False, "medium")
