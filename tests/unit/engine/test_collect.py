from __future__ import annotations

import os
from pathlib import Path

import pytest

from lambdalint.engine.collect import MAX_FILE_BYTES, Collected, PathError, collect


def write(root: Path, *paths: str, text: str = "x = 1\n") -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


def collected(root: Path, *paths: str, exclude: tuple[str, ...] = ()) -> Collected:
    return collect([Path(path) for path in paths or (".",)], cwd=root, exclude=exclude)


def messages(result: Collected) -> dict[str, str]:
    return {problem.span.path: problem.message for problem in result.problems}


def test_lists_files_relative_to_the_working_directory(tmp_path: Path) -> None:
    write(tmp_path, "app/handler.py", "other/x.py")
    result = collected(tmp_path, "app")
    assert result.tree.files == ("app/handler.py",)
    assert result.tree.root == tmp_path
    assert result.targets is None


def test_a_folder_is_part_of_the_project_around_it(tmp_path: Path) -> None:
    write(tmp_path, "p/template.yaml", "p/src/app.py", "p/lib/store.py", "q/x.py")
    result = collected(tmp_path, "p/src")
    assert result.tree.files == ("p/lib/store.py", "p/src/app.py", "p/template.yaml")
    assert (result.targets, result.projects) == (frozenset({"p/src/app.py"}), ("p",))


def test_a_folder_of_a_repository_is_part_of_it_although_another_marker_is_nearer(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    write(tmp_path, "template.yaml", "services/a/pyproject.toml", "services/a/app.py")
    for given in ("services/a", "services/a/app.py"):
        result = collected(tmp_path, given)
        assert "template.yaml" in result.tree
        assert result.targets is not None
        assert "services/a/app.py" in result.targets


@pytest.mark.parametrize(
    "template", ["template.yaml", "fn/serverless.yml", "fn/.chalice/config.json", "x-template.yml"]
)
def test_a_folder_with_templates_is_a_project_of_its_own(tmp_path: Path, template: str) -> None:
    (tmp_path / ".git").mkdir()
    write(tmp_path, "top.py", f"examples/one/{template}", "examples/one/app.py")
    result = collected(tmp_path, "examples/one")
    assert result.tree.files == tuple(sorted([f"examples/one/{template}", "examples/one/app.py"]))
    assert result.targets is None


def test_unsaved_text_takes_the_place_of_a_file(tmp_path: Path) -> None:
    write(tmp_path, "template.yaml", "app.py")
    unsaved = {tmp_path / "app.py": b"y = 2\n", tmp_path / "new.py": b"z = 3\n"}
    result = collect([Path("app.py"), Path("new.py")], cwd=tmp_path, overlay=unsaved)
    assert [result.tree.read(path) for path in ("app.py", "new.py")] == [b"y = 2\n", b"z = 3\n"]
    assert result.targets == frozenset({"app.py", "new.py"})


@pytest.mark.parametrize(
    "folder",
    [
        ".git",
        ".hg",
        "node_modules",
        ".aws-sam",
        "cdk.out",
        ".serverless",
        ".terraform",
        "__pycache__",
        "site-packages",
    ],
)
def test_leaves_out_generated_folders(tmp_path: Path, folder: str) -> None:
    write(tmp_path, "app.py", f"{folder}/x.py", f"src/{folder}/deep/y.py")
    assert collected(tmp_path).tree.files == ("app.py",)


@pytest.mark.parametrize("folder", [".venv", "venv", "env"])
def test_leaves_out_a_virtual_environment_but_not_its_namesake(tmp_path: Path, folder: str) -> None:
    write(tmp_path, f"a/{folder}/pyvenv.cfg", f"a/{folder}/lib/x.py", f"b/{folder}/settings.py")
    assert collected(tmp_path).tree.files == (f"b/{folder}/settings.py",)


def test_leaves_out_a_cache_folder(tmp_path: Path) -> None:
    write(tmp_path, "app.py", ".some_cache/CACHEDIR.TAG", ".some_cache/x.py")
    assert collected(tmp_path).tree.files == ("app.py",)


def test_leaves_out_folders_named_like_modules(tmp_path: Path) -> None:
    write(tmp_path, "app.py", "odd.py/inner.py")
    assert collected(tmp_path).tree.files == ("app.py",)


def test_honours_nested_gitignore(tmp_path: Path) -> None:
    write(tmp_path, "a/build/x.py", "a/keep.py", "a/drop.py", "b/drop.py", "b/sub/x_gen.py")
    write(tmp_path, ".gitignore", text="build/\ndrop.py\n# comment\n\n")
    write(tmp_path, "b/.gitignore", text="!drop.py\n*_gen.py\n")
    files = [path for path in collected(tmp_path).tree.files if path.endswith(".py")]
    assert files == ["a/keep.py", "b/drop.py"]


def test_honours_the_gitignore_above_the_argument_within_the_repository(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    write(tmp_path, ".gitignore", text="generated/\n/sub/top.py\n")
    write(tmp_path, "sub/generated/x.py", "sub/top.py", "sub/app.py")
    assert collected(tmp_path / "sub").targets == frozenset({"sub/app.py"})


def test_a_gitignore_above_without_a_repository_is_not_ours(tmp_path: Path) -> None:
    write(tmp_path, ".gitignore", text="app.py\n")
    write(tmp_path, "sub/app.py")
    assert collected(tmp_path / "sub").tree.files == ("app.py",)


def test_what_is_asked_for_by_name_is_taken_although_git_ignores_it(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    write(tmp_path, ".gitignore", text="build/\nlocal.py\n")
    write(tmp_path, "build/x.py", "local.py")
    assert collected(tmp_path, "build").targets == frozenset({"build/x.py"})
    assert "local.py" in collected(tmp_path, "local.py").tree


def test_honours_exclude_also_for_named_files(tmp_path: Path) -> None:
    write(tmp_path, "app.py", "tests/test_app.py", "docs/conf.py")
    assert collected(tmp_path, exclude=("tests/", "/docs")).tree.files == ("app.py",)
    named = collected(tmp_path, "app.py", "tests/test_app.py", exclude=("tests/",))
    assert named.targets == frozenset({"app.py"})


def test_exclude_is_relative_to_its_own_folder(tmp_path: Path) -> None:
    write(tmp_path, "sub/gen/x.py", "sub/app.py")
    result = collect([Path()], cwd=tmp_path / "sub", exclude=("/sub/gen",), config_dir=tmp_path)
    assert result.tree.files == ("sub/app.py",)


def test_a_costly_pattern_does_not_stop_the_run(tmp_path: Path) -> None:
    write(tmp_path, "a" * 120 + ".py")
    write(tmp_path, ".gitignore", text="*a" * 40 + "b\n" + "**/" * 30 + "c\n[z-a]\n")
    assert "a" * 120 + ".py" in collected(tmp_path).tree


def test_leaves_out_distributions_beside_their_metadata(tmp_path: Path) -> None:
    write(
        tmp_path,
        "fn/app.py",
        "fn/requests/api.py",
        "fn/six.py",
        "fn/yaml/__init__.py",
        "fn/_yaml.cpython-311.so",
    )
    write(tmp_path, "fn/requests-2.1.dist-info/METADATA", "fn/typing_extensions.py", "fn/mine/requests/x.py")
    write(tmp_path, "fn/PyYAML-6.0.dist-info/top_level.txt", text="_yaml\nyaml\n")
    write(
        tmp_path,
        "fn/six-1.dist-info/RECORD",
        text="six.py,sha256=x,1\nsix-1.dist-info/METADATA,,\n../../bin/x.py,,\n",
    )
    write(tmp_path, "fn/typing_extensions-4.dist-info/INSTALLER")
    python = [path for path in collected(tmp_path).tree.files if path.endswith((".py", ".so"))]
    assert python == ["fn/app.py", "fn/mine/requests/x.py"]
    assert "fn/requests-2.1.dist-info/METADATA" in collected(tmp_path).tree


def test_keeps_the_users_own_package_beside_the_metadata_of_its_editable_install(tmp_path: Path) -> None:
    write(tmp_path, "pyproject.toml", "src/service/app.py", "src/vendored/x.py")
    write(tmp_path, "src/service.egg-info/SOURCES.txt", text="pyproject.toml\nsrc/service/app.py\n")
    write(tmp_path, "src/service.egg-info/top_level.txt", text="service\n")
    write(tmp_path, "src/vendored.egg-info/top_level.txt", text="vendored\n")
    python = [path for path in collected(tmp_path).tree.files if path.endswith(".py")]
    assert python == ["src/service/app.py"]


def test_symbolic_links(tmp_path: Path) -> None:
    root = tmp_path / "project"
    write(root, "shared/tool.py", "fn/app.py")
    write(tmp_path, "outside.py", "other/x.py")
    (root / "fn/shared").symlink_to("../shared")
    (root / "fn/loop").symlink_to("..")
    (root / "fn/out.py").symlink_to(tmp_path / "outside.py")
    (root / "fn/other").symlink_to(tmp_path / "other")
    (root / "fn/broken.py").symlink_to("nowhere.py")
    (root / "fn/self.py").symlink_to("self.py")
    result = collected(root)
    assert result.tree.files == ("fn/app.py", "fn/shared/tool.py", "shared/tool.py")
    assert result.links == {"fn/shared/tool.py": "shared/tool.py"}
    assert set(messages(result)) == {"fn/loop", "fn/out.py", "fn/other", "fn/broken.py", "fn/self.py"}


def test_links_between_folders_do_not_multiply(tmp_path: Path) -> None:
    for name in "abcdefgh":
        write(tmp_path, f"{name}/x.py")
        for other in "abcdefgh":
            if other != name:
                (tmp_path / name / other).symlink_to(f"../{other}")
    assert len(collected(tmp_path).tree.files) == 8 + 8 * 7


def test_large_and_unusual_files_are_named(tmp_path: Path) -> None:
    write(tmp_path, "app.py")
    (tmp_path / "big.json").write_bytes(b" " * (MAX_FILE_BYTES + 1))
    os.mkfifo(tmp_path / "pipe.py")
    result = collected(tmp_path)
    assert result.tree.files == ("app.py",)
    assert messages(result) == {"big.json": "larger than 5 MB: not analysed"}
    assert result.problems[0].severity == "note"


@pytest.mark.parametrize("name", ["template.yaml", "serverless.yml", "zappa_settings.json", "infra/main.tf"])
def test_a_large_file_that_declares_functions_is_a_warning(tmp_path: Path, name: str) -> None:
    write(tmp_path, "app.py")
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_bytes(b" " * (MAX_FILE_BYTES + 1))
    result = collected(tmp_path)
    assert messages(result) == {name: "larger than 5 MB: not analysed"}
    assert result.problems[0].severity == "warning"


def test_a_name_that_is_no_text_is_named(tmp_path: Path) -> None:
    try:
        (tmp_path / os.fsdecode(b"bad\xff.py")).touch()
    except OSError:
        pytest.skip("this file system refuses names that are not UTF-8")
    result = collected(tmp_path)
    assert result.tree.files == ()
    assert messages(result) == {"bad�.py": "the name is not valid UTF-8: not analysed"}


def test_deep_nesting_ends(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["d"] * 80)
    deep.mkdir(parents=True)
    result = collected(tmp_path)
    assert result.tree.files == ()
    assert [problem.message for problem in result.problems] == ["folders are nested more than 60 deep: not analysed"]


@pytest.mark.parametrize("marker", ["pyproject.toml", "lambdalint.toml", "template.yaml", "serverless.yml"])
def test_a_file_stands_for_its_project(tmp_path: Path, marker: str) -> None:
    write(tmp_path, f"p/{marker}", "p/src/app.py", "p/src/other.py", "q/x.py")
    result = collected(tmp_path, "p/src/app.py")
    assert result.targets == frozenset({"p/src/app.py"})
    assert {"p/src/other.py", f"p/{marker}"} <= set(result.tree.files)
    assert "q/x.py" not in result.tree


def test_copies_of_well_known_distributions_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, "src/app.py", "src/requests/api.py", "src/redis/own.py", "src/redis/__init__.py", "src/yaml.py")
    write(tmp_path, "src/requests/__init__.py", text="from .__version__ import __title__, __version__\n")
    write(tmp_path, "src/idna/__init__.py", text="__version__ = '3.4'\n")
    assert collected(tmp_path).tree.files == ("src/app.py", "src/redis/__init__.py", "src/redis/own.py", "src/yaml.py")


@pytest.mark.parametrize("build_file", ["setup.py", "src/pyproject.toml", "setup.cfg"])
def test_a_well_known_distribution_in_its_own_repository_is_read(tmp_path: Path, build_file: str) -> None:
    write(tmp_path, "src/requests/api.py")
    write(tmp_path, "src/requests/__init__.py", text="__version__ = '2.0'\n")
    write(tmp_path, build_file, text="name = 'requests'\n")
    assert "src/requests/api.py" in collected(tmp_path).tree


def test_a_file_below_the_working_directory_is_part_of_it(tmp_path: Path) -> None:
    write(tmp_path, "app.py", "shared/store.py")
    result = collected(tmp_path, "shared/store.py")
    assert (result.tree.files, result.targets) == (("app.py", "shared/store.py"), frozenset({"shared/store.py"}))


def test_a_file_whose_project_lies_above_the_working_directory(tmp_path: Path) -> None:
    write(tmp_path, "pyproject.toml", "src/app.py")
    result = collected(tmp_path / "src", "app.py")
    assert (result.tree.root, result.below, result.targets) == (tmp_path, "src", frozenset({"src/app.py"}))


def test_a_file_and_a_folder(tmp_path: Path) -> None:
    write(tmp_path, "pyproject.toml", "a/x.py", "b/y.py", "c/z.py")
    result = collected(tmp_path, "a", "b/y.py")
    assert result.targets == frozenset({"a/x.py", "b/y.py"})


def test_folders_elsewhere_are_relative_to_what_they_have_in_common(tmp_path: Path) -> None:
    write(tmp_path, "here/x.py", "there/a/x.py", "there/b/y.py")
    result = collected(tmp_path / "here", "../there/a", "../there/b")
    assert result.tree.root == tmp_path / "there"
    assert result.tree.files == ("a/x.py", "b/y.py")


@pytest.mark.parametrize("path", ["missing", "app.py/inner", "bad\0name"])
def test_a_path_that_does_not_exist(tmp_path: Path, path: str) -> None:
    write(tmp_path, "app.py")
    with pytest.raises(PathError):
        collected(tmp_path, path)


def test_a_pipe_is_no_argument(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(PathError, match="neither a file nor a folder"):
        collected(tmp_path, "pipe")


def test_what_only_looks_like_a_python_file_is_said(tmp_path: Path) -> None:
    write(tmp_path, "app.py", "generated.py/inner.py")
    (tmp_path / "gone.py").symlink_to(tmp_path / "nowhere.py")
    found = collected(tmp_path)
    assert found.tree.files == ("app.py",)
    assert [(problem.span.path, problem.severity, problem.message) for problem in found.problems] == [
        ("generated.py", "warning", "a folder with the name of a Python file: not analysed"),
        ("gone.py", "warning", "symbolic link to nothing: not analysed"),
    ]


def test_tells_the_sizes_of_files_that_are_too_large(tmp_path: Path) -> None:
    write(tmp_path, "fn/app.py")
    (tmp_path / "fn/model.bin").write_bytes(b" " * (MAX_FILE_BYTES + 7))
    assert collected(tmp_path).tree.large == {"fn/model.bin": MAX_FILE_BYTES + 7}
