from __future__ import annotations

from pathlib import Path

import pytest

from lambdalint.model import Tree, Vendored
from lambdalint.packaging.vendored import in_code_root, is_importable, vendored_in

SITE = "python/lib/python3.12/site-packages"


def tree(*directories: str) -> Tree:
    found = tuple(Vendored(directory, "boto3", "boto3") for directory in sorted(directories))
    return Tree(Path(), (), vendored=found)


def test_what_lies_in_a_folder_and_in_named_ones_below() -> None:
    project = tree("layer", "layer/python", f"layer/{SITE}", "layer/python/vendor", "layer2/python", "python")
    assert [one.directory for one in vendored_in(project, "layer")] == ["layer"]
    below = vendored_in(project, "layer", below=("python", SITE))
    assert [one.directory for one in below] == ["layer", "layer/python", f"layer/{SITE}"]
    assert [one.directory for one in vendored_in(project, "", below=("python",))] == ["python"]


@pytest.mark.parametrize("version", ["python3.9", "python3.12", "python3.*"])
def test_any_minor_version_of_python_stands_for_all(version: str) -> None:
    project = tree("l.x/lib/python3.11/site", "lax/lib/python3.11/site", "l.x/lib/python3/site")
    found = vendored_in(project, "l.x", below=(f"lib/{version}/site",))
    assert [one.directory for one in found] == ["l.x/lib/python3.11/site"]


def test_a_code_root_holds_what_lies_below_but_not_below_others() -> None:
    project = tree("fn", "fn/vendor", "fn/lib/deep", "fn/layer/python", "fn2", "")
    found = in_code_root(project, "fn", {"", "fn", "fn/layer"})
    assert [(one.directory, is_importable(one, "fn")) for one in found] == [
        ("fn", True),
        ("fn/lib/deep", False),
        ("fn/vendor", True),
    ]
    everything = in_code_root(project, "", {"fn", ""})
    assert [(one.directory, is_importable(one, "")) for one in everything] == [("", True), ("fn2", False)]
