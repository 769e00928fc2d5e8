from __future__ import annotations

import os
from pathlib import Path

import pytest

from lambdalint.engine.collect import MAX_FILE_BYTES, collect
from lambdalint.model import Build, Manifest, Tree
from lambdalint.packaging.disk import unlisted
from lambdalint.packaging.measure import BYTES_PER_MB, installed, own_size, size_of


def write(root: Path, *paths: str, size: int = 1_000) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(b"#" * (size - 1) + b"\n")


def describe(root: Path, folder: str, name: str, version: str, *record: str) -> int:
    """Write the metadata of a distribution; return the size of its files in bytes."""
    metadata = root / folder / f"{name}-{version}.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(f"Name: {name}\nVersion: {version}\n", encoding="utf-8")
    named = [f"{metadata.name}/METADATA,,", f"{metadata.name}/RECORD,,", *record]
    (metadata / "RECORD").write_text("\n".join(named) + "\n", encoding="utf-8")
    return sum(path.stat().st_size for path in metadata.iterdir())


def tree(root: Path) -> Tree:
    return collect([Path()], cwd=root).tree


def sizes(project: Tree) -> dict[str, int | None]:
    """Return the size of each vendored distribution in bytes."""
    measured = {one.distribution: size_of(project, one) for one in project.vendored}
    return {name: None if size is None else round(size * BYTES_PER_MB) for name, size in measured.items()}


def own(project: Tree, folder: str) -> int:
    return round(own_size(project, folder, lambda path: True) * BYTES_PER_MB)


def test_a_record_tells_which_files_count(tmp_path: Path) -> None:
    write(tmp_path, "fn/yaml/__init__.py", "fn/_yaml/__init__.py", "fn/yaml/c.so", "fn/pyyaml.libs/x.so")
    write(tmp_path, "fn/yaml/__pycache__/c.pyc", "fn/yaml/d.pyc", "fn/yaml/later.txt", "fn/own.txt", "secret.py")
    metadata = describe(
        tmp_path,
        "fn",
        "PyYAML",
        "6.0",
        "yaml/__init__.py,sha256=x,999999999",
        "yaml/__init__.py,,",
        "yaml/c.so,,",
        "_yaml/__init__.py,,",
        "pyyaml.libs/x.so,,",
        "yaml/__pycache__/c.pyc,,",
        "yaml/d.pyc,,",
        "yaml/gone.py,,5",
        "own.txt,,",
        "../secret.py,,",
        "/etc/passwd,,",
        '"broken',
    )
    project = tree(tmp_path)
    assert sizes(project) == {"pyyaml": 4_000 + metadata}
    assert own(project, "fn") == 1_000


def test_each_distribution_of_a_shared_folder_has_its_own_files(tmp_path: Path) -> None:
    write(tmp_path, "google/auth/__init__.py", size=3_000)
    write(tmp_path, "google/api/__init__.py", size=5_000)
    auth = describe(tmp_path, "", "google-auth", "2", "google/auth/__init__.py,,")
    api = describe(tmp_path, "", "google-api", "1", "google/api/__init__.py,,")
    assert sizes(tree(tmp_path)) == {"google-auth": 3_000 + auth, "google-api": 5_000 + api}


def test_without_a_record_the_folder_counts_with_its_libraries(tmp_path: Path) -> None:
    write(tmp_path, "fn/numpy/core/a.so", "fn/numpy/core/__pycache__/a.pyc", "fn/numpy.libs/b.so", "fn/x.libs/c.so")
    (tmp_path / "fn/numpy/__init__.py").write_text("__version__ = '1.2'\n", encoding="utf-8")
    (tmp_path / "fn/numpy.libs/large.so").write_bytes(b"0" * (MAX_FILE_BYTES + 1))
    project = tree(tmp_path)
    assert sizes(project) == {"numpy": 2_000 + 20 + MAX_FILE_BYTES + 1}
    assert own(project, "fn") == 1_000


def test_modules_of_one_file_and_old_metadata(tmp_path: Path) -> None:
    write(tmp_path, "six.py", "_six.cpython-312-x86_64-linux-gnu.so", "sixty.py", "six.txt")
    (tmp_path / "six.egg-info").mkdir()
    (tmp_path / "six.egg-info/top_level.txt").write_text("six\n_six\n", encoding="utf-8")
    project = tree(tmp_path)
    assert sizes(project) == {"six": 2_009}
    assert "six.egg-info/top_level.txt" in project
    assert own(project, "") == 1_000


def test_a_record_without_files_is_not_believed(tmp_path: Path) -> None:
    write(tmp_path, "requests/__init__.py")
    metadata = describe(tmp_path, "", "requests", "2", "elsewhere/__init__.py,,9")
    assert sizes(tree(tmp_path)) == {"requests": 1_000 + metadata}


def test_links_do_not_lead_out_of_the_root(tmp_path: Path) -> None:
    root = tmp_path / "project"
    write(tmp_path, "outside/secret.py", "outside/RECORD", size=70_000)
    write(root, "shared/boto3/api.py", "fn/app.py")
    (root / "shared/boto3/__init__.py").write_text("__version__ = '1'\n", encoding="utf-8")
    (root / "shared/boto3/data").symlink_to(tmp_path / "outside")
    (root / "shared/boto3/again").symlink_to(".")
    (root / "fn/boto3").symlink_to("../shared/boto3")
    write(root, "fn/six.py")
    describe(root, "fn", "six", "1", "link/secret.py,,", "app/../../../outside/secret.py,,")
    (root / "fn/link").symlink_to(tmp_path / "outside")
    project = tree(root)
    measured = {(one.directory, one.name): size_of(project, one) for one in project.vendored}
    assert measured["fn", "boto3"] == measured["shared", "boto3"] == 1_018 / BYTES_PER_MB
    assert (measured["fn", "six"] or 0) * BYTES_PER_MB < 2_000


def test_a_pipe_in_place_of_a_record_does_not_hang(tmp_path: Path) -> None:
    write(tmp_path, "pkg/__init__.py")
    (tmp_path / "pkg-1.dist-info").mkdir()
    os.mkfifo(tmp_path / "pkg-1.dist-info/RECORD")
    os.mkfifo(tmp_path / "pkg/pipe")
    assert sizes(tree(tmp_path)) == {"pkg": 1_000}


def test_own_files_are_those_that_are_held(tmp_path: Path) -> None:
    write(tmp_path, "fn/app.py", "fn/data/table.csv", "fn2/app.py", "fn/old.pyc")
    (tmp_path / "fn/model.bin").write_bytes(b"0" * (MAX_FILE_BYTES + 1))
    unsaved = {tmp_path / "fn/new.py": b"x" * 50}
    project = collect([Path(), Path("fn/new.py")], cwd=tmp_path, overlay=unsaved).tree
    assert own(project, "fn") == 2_000 + 50 + MAX_FILE_BYTES + 1
    assert own(project, "") == 3_000 + 50 + MAX_FILE_BYTES + 1
    assert own_size(project, "fn", lambda path: path.startswith("data/")) == 1_000 / BYTES_PER_MB
    assert own_size(project, "nowhere", lambda path: True) == 0.0


def test_what_an_earlier_build_left(tmp_path: Path) -> None:
    built = ".aws-sam/build/Fn"
    write(tmp_path, f"{built}/boto3/__init__.py", size=1_048_576)
    describe(tmp_path, built, "Boto3", "1.29.7", "boto3/__init__.py,sha256=x,1048576", "boto3/a.py,,0")
    describe(tmp_path, built, "unsized", "1", "unsized.py,,")
    describe(tmp_path, built, "mine", "1", "__editable__.mine.pth,,900", "__editable___mine.py,,900")
    project = tree(tmp_path)
    assert installed(project, Build(elsewhere=built), "fn") == {"boto3": ("1.29.7", 1.0)}
    assert installed(project, Build(), "fn") == {}
    assert installed(project, Build(elsewhere="../elsewhere"), "fn") == {}


def test_what_an_earlier_build_left_of_a_layer(tmp_path: Path) -> None:
    record = "x.py,,1048576"
    for folder, name, version in (("python", "one", "1"), ("python/lib/python3.12/site-packages", "two", "2")):
        write(tmp_path, f"built/{folder}/x.py", size=1_048_576)
        describe(tmp_path, f"built/{folder}", name, version, record)
    found = installed(tree(tmp_path), Build(elsewhere="built"), "layer")
    assert found == {"one": ("1", 1.0), "two": ("2", 1.0)}


@pytest.mark.parametrize("environment", ["fn/.venv", "services/venv", "env"])
def test_a_virtual_environment_tells_what_is_installed(tmp_path: Path, environment: str) -> None:
    site = f"{environment}/lib/python3.12/site-packages"
    write(tmp_path, f"{site}/numpy/__init__.py", size=1_048_576)
    describe(tmp_path, site, "numpy", "2.0", "numpy/__init__.py,,1048576", "numpy/__pycache__/x.pyc,,9", "../x,,9")
    build = Build(manifests=(Manifest("services/requirements.txt"),))
    assert installed(tree(tmp_path), build, "fn") == {}
    write(tmp_path, f"{environment}/pyvenv.cfg")
    assert installed(tree(tmp_path), build, "fn") == {"numpy": ("2.0", 1.0)}


def test_the_build_is_surer_than_an_environment_and_two_versions_are_none(tmp_path: Path) -> None:
    record = "x.py,,1048576"
    write(tmp_path, ".venv/pyvenv.cfg")
    write(tmp_path, ".venv/lib/python3.9/site-packages/x.py", "built/x.py", size=1_048_576)
    for name, version in (("both", "1"), ("twice", "1"), ("twice", "2"), ("only", "1")):
        describe(tmp_path, ".venv/lib/python3.9/site-packages", name, version, record)
    describe(tmp_path, "built", "both", "2", record)
    found = installed(tree(tmp_path), Build(elsewhere="built"), "")
    assert found == {"both": ("2", 1.0), "only": ("1", 1.0)}


def test_a_stated_size_is_not_more_than_the_real_one(tmp_path: Path) -> None:
    write(tmp_path, "built/huge.py", "built/small.py")
    describe(tmp_path, "built", "huge", "1", "huge.py,,999999999999", "gone.py,,5000", "small.py,,300")
    describe(tmp_path, "built", "gone", "1", "gone.py,,1048576")
    describe(tmp_path, "built", "many", "1", *(f"gone/{number}.py,,1000000000" for number in range(50)))
    assert installed(tree(tmp_path), Build(elsewhere="built"), "fn") == {"huge": ("1", 1_300 / BYTES_PER_MB)}


@pytest.mark.parametrize(
    "named", ["fn", "fn/boto3", "fn/boto3/__init__.py", "fn/yaml", "fn/_yaml", "fn/_yaml/a.py", "fn/six.py", "fn/own"]
)
def test_what_is_asked_for_by_name_is_measured_as_ever(tmp_path: Path, named: str) -> None:
    write(
        tmp_path, "fn/app.py", "fn/own/a.py", "fn/boto3/data/a.py", "fn/yaml/__init__.py", "fn/_yaml/a.py", "fn/six.py"
    )
    write(tmp_path, "fn/boto3/vendored/requests/api.py")
    for package in ("fn/boto3", "fn/boto3/vendored/requests"):
        (tmp_path / package / "__init__.py").write_text("__version__ = '1.34'\n", encoding="utf-8")
    (tmp_path / "fn/boto3/model.py").write_bytes(b"#" * (MAX_FILE_BYTES + 1))
    describe(tmp_path, "fn", "PyYAML", "6.0", "yaml/__init__.py,,", "_yaml/a.py,,")
    (tmp_path / "fn/six-1.egg-info").mkdir()
    (tmp_path / "template.yaml").write_text("Transform: AWS::Serverless-2016-10-31\n", encoding="utf-8")
    whole, limited = tree(tmp_path), collect([Path(named)], cwd=tmp_path).tree
    assert limited.vendored == whole.vendored
    assert sizes(limited) == sizes(whole)
    assert own(limited, "fn") == own(whole, "fn") == 2_000
    assert set(sizes(whole)) == {"boto3", "pyyaml", "six"}


NAMES = ("requirements.txt", "boto3", "botocore", "Pipfile", "six.py")


def test_what_the_tree_does_not_list(tmp_path: Path) -> None:
    root = tmp_path / "project"
    write(root, "fn/app.py", "fn/requirements.txt", "fn/six.py", "fn/botocore/session.py", "other/requirements.txt")
    write(root, "fn/boto3/session.py")
    write(tmp_path, "outside/requirements.txt")
    (root / "fn/boto3/__init__.py").write_text("__version__ = '1.34'\n", encoding="utf-8")
    (root / "fn/six-1.egg-info").mkdir()
    assert unlisted(tree(root), "fn", NAMES) == ()
    (root / ".gitignore").write_text("fn/boto*\nfn/requirements.txt\n", encoding="utf-8")
    (root / "fn/Pipfile").symlink_to(tmp_path / "outside/requirements.txt")
    project = tree(root)
    assert unlisted(project, "fn", NAMES) == ("Pipfile", "boto3", "botocore", "requirements.txt")
    assert unlisted(project, "fn", ("boto3",)) == ("boto3",)
    assert unlisted(project, "other", NAMES) == unlisted(project, "", NAMES) == ()
    assert unlisted(project, "../outside", NAMES) == unlisted(project, "nowhere\0", NAMES) == ()


def test_what_is_too_large_is_listed(tmp_path: Path) -> None:
    write(tmp_path, "fn/requirements.txt", size=MAX_FILE_BYTES + 1)
    assert unlisted(tree(tmp_path), "fn", NAMES) == ()


def test_an_environment_outside_of_the_root_is_not_read(tmp_path: Path) -> None:
    root = tmp_path / "project"
    write(root, "app.py")
    write(tmp_path, "outside/pyvenv.cfg")
    describe(tmp_path, "outside/lib/python3.12/site-packages", "numpy", "2.0", "x.py,,1")
    (root / ".venv").symlink_to(tmp_path / "outside")
    assert installed(tree(root), Build(), "") == {}
