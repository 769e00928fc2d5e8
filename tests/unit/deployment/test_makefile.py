from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambdalint.deployment.scripts.build_scripts import BuildScripts, Install, read
from lambdalint.model import Tree

if TYPE_CHECKING:
    from pathlib import Path


def _read(root: Path, makefile: str, *files: str, name: str = "Makefile") -> BuildScripts:
    contents = {**dict.fromkeys(["requirements.txt", "src/app.py", *files], ""), name: makefile}
    for path, content in contents.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content, encoding="utf-8")
    return read(Tree(root, tuple(contents)))


def _only(root: Path, makefile: str, *files: str, name: str = "Makefile") -> Install:
    (install,) = _read(root, makefile, *files, name=name).installs
    return install


@pytest.mark.parametrize(
    "makefile",
    [
        "API = ${PWD}/src\nall:\n\tpip install -r requirements.txt -t ${API}; \\\n\techo done\n",
        "ROOT := $(shell pwd)\nOUT ?= $(ROOT)/src\nall: ; pip install -r requirements.txt -t $(OUT)\n",
        "NAME = src\nall:\n\t@cd $(NAME) && pip install -r ../requirements.txt -t .\n",
        "all:\n\t-cd src\n\tpip install -r requirements.txt -t src # each line starts in the folder of the Makefile\n",
        "PIP = python3 -m pip\nFLAGS += -r requirements.txt\nall:\n\t$(PIP) install $(FLAGS) -t '$(CURDIR)/src'\n",
        "all:\n\tfor d in src; do pip install -r requirements.txt -t $$d; done\n",
        "src: requirements.txt\n\tpip install -r $< -t $@\n",
        "all: into-src\ninto-%:\n\tpip install -r requirements.txt -t $*\n",
        ".ONESHELL:\nall:\n\tcd src\n\tpip install -r ../requirements.txt -t .\n",
        (
            "HERE := $(dir $(abspath $(lastword $(MAKEFILE_LIST))))\n"
            "all:\n\tpip install -r requirements.txt -t $(HERE)src\n"
        ),
        "all:\n\t$(MAKE) fill OUT=src\nfill:\n\tpip install -r requirements.txt -t $(OUT)\n",
        "all: OUT = src\nall:\n\tpip install -r requirements.txt -t $(OUT)\n",
    ],
)
def test_the_folder_and_the_manifest_of_a_recipe(tmp_path: Path, makefile: str) -> None:
    targets = [one for one in _read(tmp_path, makefile).installs if one.target is not None]
    assert [(one.target, one.manifests[0].path, one.complete) for one in targets] == [("src", "requirements.txt", True)]


def test_the_place_is_that_of_the_command_in_the_makefile(tmp_path: Path) -> None:
    install = _only(tmp_path, "OUT = src\n\nall:\n\t@mkdir x; \\\n\tpip install boto3 -t $(OUT)\n")
    assert (install.span.path, install.span.line, install.span.column) == ("Makefile", 5, 2)
    assert install.requirements[0].span.column == 14
    assert install.recipe == "all"


def test_prerequisites_run_before_the_recipe(tmp_path: Path) -> None:
    makefile = (
        "package: libs code\n\tcd build && zip -r ../f.zip .\n"
        "libs:\n\tpip install boto3 -t build\n"
        "code:\n\tcp -r src/* build\n"
    )
    found = _read(tmp_path, makefile)
    assert [one.archives for one in found.into("src")] == [("f.zip",)]


def test_targets_that_do_not_need_each_other_are_apart(tmp_path: Path) -> None:
    makefile = "libs:\n\tpip install boto3 -t build\ncode:\n\tcp -r src/* build\n"
    assert _read(tmp_path, makefile).into("src") == ()


def test_the_recipe_of_sams_makefile_builder(tmp_path: Path) -> None:
    makefile = (
        "build-Api:\n\tcp -r . $(ARTIFACTS_DIR)\n\tpip install -r requirements.txt -t $(ARTIFACTS_DIR)\n"
        'build-Layer:\n\tpip install boto3 -t "$(ARTIFACTS_DIR)/python"\n'
    )
    found = _read(tmp_path, makefile, "fn/requirements.txt", name="fn/Makefile")
    (api,) = found.recipe("fn", "build-Api")
    assert (api.artifact, api.target, api.with_folders) == ("", None, ("fn",))
    (layer,) = found.recipe("fn", "build-Layer")
    assert (layer.artifact, layer.requirements[0].name) == ("python", "boto3")
    assert found.recipe("", "build-Api") == ()
    assert found.unresolved == ()


def test_an_included_makefile(tmp_path: Path) -> None:
    (tmp_path / "vars.mk").write_text("OUT = src\n# pip install\n", encoding="utf-8")
    install = _only(tmp_path, "include vars.mk\nall:\n\tpip install boto3 -t $(OUT)\n")
    assert install.target is None
    root = tmp_path / "other"
    root.mkdir()
    (root / "vars.mk").write_text("OUT = src\n", encoding="utf-8")
    (root / "Makefile").write_text("include vars.mk\nall:\n\tpip install boto3 -t $(OUT)\n", encoding="utf-8")
    (found,) = read(Tree(root, ("vars.mk", "Makefile"))).installs
    assert found.target == "src"


def test_a_variable_that_a_condition_decides_is_unknown(tmp_path: Path) -> None:
    makefile = "OUT = src\nifdef X\nOUT = lib\nendif\nall:\n\tpip install boto3 -t $(OUT)\n"
    assert _only(tmp_path, makefile).target is None


@pytest.mark.parametrize(
    "makefile",
    [
        "A = $(B)\nB = $(A)\nall:\n\tpip install x -t $(A)\n",
        "A = $(A)$(A)\nall: all\n\tpip install x -t $(A)\n",
        "A := $(A)x\nall: b\nb: all\n\tpip install x -t $(A)\n",
        "A = " + "$(" * 2000 + "\nall:\n\tpip install x -t $(A)\n",
        "include Makefile\n-include $(X) ../../x\nall:\n\t$(MAKE) all\n\tpip install x -t $(X)\n",
        "define X\npip install\n",
        "\tpip install x -t y\n:\n= \n%: %\n\tpip install\n",
        "".join(f"A{n} = $(A{n + 1})$(A{n + 1})\n" for n in range(40)) + "all:\n\tpip install $(A0) -t x\n",
    ],
)
def test_hostile_makefiles_are_read(tmp_path: Path, makefile: str) -> None:
    found = _read(tmp_path, makefile)
    assert all(one.span.path == "Makefile" for one in found.installs)
