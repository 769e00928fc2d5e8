from __future__ import annotations

import os
from pathlib import Path

import pytest

from lambdalint.engine.collect import Collected, collect
from lambdalint.model import Vendored


def write(root: Path, *paths: str, text: str = "x = 1\n") -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


def collected(root: Path, *, exclude: tuple[str, ...] = ()) -> Collected:
    return collect([Path()], cwd=root, exclude=exclude)


def vendored(result: Collected) -> list[tuple[str, str, str, str | None]]:
    return [(one.directory, one.name, one.distribution, one.version) for one in result.tree.vendored]


def metadata(name: str, version: str) -> str:
    return f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nSummary: x\n\nVersion: of the description\n"


def test_tells_which_distributions_lie_beside_their_metadata(tmp_path: Path) -> None:
    write(tmp_path, "fn/app.py", "fn/yaml/__init__.py", "fn/_yaml/__init__.py", "fn/six.py", "fn/alone/__init__.py")
    write(tmp_path, "fn/PyYAML-6.0.dist-info/METADATA", text=metadata("PyYAML", "6.0.1"))
    write(tmp_path, "fn/PyYAML-6.0.dist-info/top_level.txt", text="_yaml\nyaml\n")
    write(tmp_path, "fn/six-1.16.0.dist-info/INSTALLER", "fn/gone-1.0.dist-info/INSTALLER")
    write(tmp_path, "fn/alone.egg-info/PKG-INFO", text=metadata("Alone", "2"))
    found = collected(tmp_path).tree.vendored
    assert found == (
        Vendored("fn", "alone", "alone", "2", "alone.egg-info"),
        Vendored("fn", "yaml", "pyyaml", "6.0.1", "PyYAML-6.0.dist-info"),
        Vendored("fn", "six", "six", "1.16.0", "six-1.16.0.dist-info", file=True),
    )


def test_the_main_module_is_the_one_of_the_name_or_the_one_with_most_files(tmp_path: Path) -> None:
    write(tmp_path, "attr/a.py", "attr/b.py", "attrs/a.py", "tests/a.py", "core/a.py", "core/b.py")
    write(tmp_path, "attrs-1.dist-info/RECORD", text="attr/a.py,,\nattr/b.py,,\nattrs/a.py,,\n")
    write(tmp_path, "odd_name-1.dist-info/RECORD", text="core/a.py,,\ncore/b.py,,\ntests/a.py,,\n")
    assert [one[1:3] for one in vendored(collected(tmp_path))] == [("attrs", "attrs"), ("core", "odd-name")]


def test_distributions_share_a_folder_of_several(tmp_path: Path) -> None:
    write(tmp_path, "google/auth/__init__.py", "google/api/__init__.py")
    write(tmp_path, "google_auth-2.dist-info/RECORD", text="google/auth/__init__.py,,\n")
    write(tmp_path, "google_api-1.dist-info/RECORD", text="google/api/__init__.py,,\n")
    assert vendored(collected(tmp_path)) == [("", "google", "google-api", "1"), ("", "google", "google-auth", "2")]


@pytest.mark.parametrize(
    ("file", "text", "version"),
    [
        ("__init__.py", "__version__ = '1.29.7'\n", "1.29.7"),
        ("__init__.py", "__author__ = 'x'\nVERSION = (0, 10, 1, None)\n", "0.10.1"),
        ("__init__.py", "__author__ = 'x'\nVERSION = (3, 2, 1, 'alpha', 0)\n", None),
        ("__init__.py", "VERSION_STRING = '1.2.4'\n__version__ = '2.2.8'\n", None),
        ("_version.py", "__version__ = version = '2.2.1'\n", "2.2.1"),
        ("version.py", "__version__: str = '3.0'\n", "3.0"),
    ],
)
def test_tells_the_version_of_a_copy_without_metadata(
    tmp_path: Path, file: str, text: str, version: str | None
) -> None:
    write(tmp_path, "fn/bs4/__init__.py", text="from .x import __version__\n")
    write(tmp_path, f"fn/bs4/{file}", text=text)
    assert vendored(collected(tmp_path)) == [("fn", "bs4", "beautifulsoup4", version)]


def test_an_upgrade_that_left_old_metadata_is_told_by_the_package(tmp_path: Path) -> None:
    write(tmp_path, "boto3/__init__.py", text="__version__ = '1.29.7'\n")
    write(tmp_path, "jmespath/__init__.py")
    for version in ("1.28.0", "1.29.7"):
        write(tmp_path, f"boto3-{version}.dist-info/METADATA", text=metadata("boto3", version))
        write(tmp_path, f"jmespath-{version}.dist-info/METADATA", text=metadata("jmespath", version))
    assert collected(tmp_path).tree.vendored == (
        Vendored("", "boto3", "boto3", "1.29.7", "boto3-1.29.7.dist-info"),
        Vendored("", "jmespath", "jmespath"),
    )


def test_what_git_ignores_and_what_is_the_users_own_is_not_vendored(tmp_path: Path) -> None:
    write(tmp_path, ".gitignore", text="/build/\n/fn/boto3/\n")
    for folder in ("build", "fn", "layer/python"):
        write(tmp_path, f"{folder}/boto3/__init__.py", text="__version__ = '1.29.7'\n")
        write(tmp_path, f"{folder}/boto3-1.29.7.dist-info/METADATA", text=metadata("boto3", "1.29.7"))
    write(tmp_path, "setup.py", text="name = 'service'\n")
    write(tmp_path, "service/app.py", "venv/pyvenv.cfg", "venv/boto3/__init__.py", "node_modules/boto3/__init__.py")
    write(tmp_path, "service.egg-info/SOURCES.txt", text="setup.py\nservice/app.py\n")
    assert vendored(collected(tmp_path)) == [("layer/python", "boto3", "boto3", "1.29.7")]
    assert vendored(collected(tmp_path, exclude=("layer/",))) == []


def test_site_packages_of_a_layer_are_vendored_and_those_of_an_environment_are_not(tmp_path: Path) -> None:
    for folder in ("layer/python", "tools", "old", "conda"):
        site = f"{folder}/lib/python3.12/site-packages"
        write(tmp_path, f"{site}/boto3/__init__.py", f"{site}/own.py", f"{site}/yaml/__init__.py")
        write(tmp_path, f"{site}/boto3-1.29.7.dist-info/METADATA", text=metadata("boto3", "1.29.7"))
    write(tmp_path, "tools/pyvenv.cfg", "old/bin/activate", "conda/conda-meta/history")
    result = collected(tmp_path)
    assert vendored(result) == [("layer/python/lib/python3.12/site-packages", "boto3", "boto3", "1.29.7")]
    assert [path for path in result.tree.files if "site-packages" in path] == []
    write(tmp_path, ".gitignore", text="layer/python/lib/\n")
    assert vendored(collected(tmp_path)) == []


def test_links_to_packages_within_the_project_count_and_others_do_not(tmp_path: Path) -> None:
    root = tmp_path / "project"
    for folder in (root / "shared", tmp_path):
        write(folder, "boto3/__init__.py", text="__version__ = '1.0'\n")
        write(folder, "x.dist-info/METADATA", text=metadata("x", "1"))
    write(root, "a/app.py", "b/app.py", "b/x.py")
    (root / "a/boto3").symlink_to("../shared/boto3")
    (root / "b/boto3").symlink_to(tmp_path / "boto3")
    (root / "b/x.dist-info").symlink_to(tmp_path / "x.dist-info")
    assert vendored(collected(root)) == [
        ("a", "boto3", "boto3", "1.0"),
        ("b", "x", "x", None),
        ("shared", "boto3", "boto3", "1.0"),
    ]


def test_odd_metadata_does_not_stop_the_run(tmp_path: Path) -> None:
    write(tmp_path, "pkg/__init__.py", "other/__init__.py", "third/__init__.py")
    (tmp_path / "pkg-1.dist-info").mkdir()
    (tmp_path / "pkg-1.dist-info/METADATA").write_bytes(b"Name: \xff\xfe\nVersion: ../../x\n")
    (tmp_path / "other-$.dist-info").mkdir()
    os.mkfifo(tmp_path / "other-$.dist-info/METADATA")
    write(tmp_path, "third.egg-info", text="Name: Third\nVersion: 3\n")
    write(tmp_path, "-.dist-info/top_level.txt", text="..\n/\n.\n\n")
    assert vendored(collected(tmp_path)) == [
        ("", "other", "other", None),
        ("", "pkg", "pkg", "1"),
        ("", "third", "third", "3"),
    ]
