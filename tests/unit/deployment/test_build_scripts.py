from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from lambdalint.deployment.scripts.build_scripts import BuildScripts, Install, installs_of, read
from lambdalint.deployment.scripts.script_text import ROOT, ScriptText, has_unknown
from lambdalint.model import Manifest, Tree

if TYPE_CHECKING:
    from pathlib import Path

FILES = ("requirements.txt", "app.py", "src/handler.py", "src/requirements.txt", "pyproject.toml")


def _tree(root: Path, scripts: dict[str, str], *files: str) -> Tree:
    contents = {**dict.fromkeys([*FILES, *files], ""), **{path: dedent(text) for path, text in scripts.items()}}
    for path, content in contents.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content, encoding="utf-8")
    return Tree(root, tuple(contents))


def _read(root: Path, script: str, *files: str, name: str = "build.sh") -> BuildScripts:
    return read(_tree(root, {name: script}, *files))


def _only(root: Path, script: str, *files: str, name: str = "build.sh") -> Install:
    (install,) = _read(root, script, *files, name=name).installs
    return install


def _paths(install: Install) -> tuple[str, ...]:
    return tuple(manifest.path for manifest in install.manifests)


@pytest.mark.parametrize(
    "command",
    [
        "pip install -r requirements.txt -t src",
        "pip3.11 install -qr requirements.txt --upgrade -tsrc/",
        "python -m pip install --upgrade --target=./src -r requirements.txt --platform x --only-binary=:all:",
        'sudo -H python3.11 -m pip --quiet install --req requirements.txt --targ "$PWD/src"',
        "uv pip install --python-platform linux -r requirements.txt --target src",
        "uv pip sync requirements.txt --target src",
        "poetry run pip install -r requirements.txt -t src",
        "bash -c 'pip install -r requirements.txt -t src'",
        "cd src && pip install -r ../requirements.txt -t .",
        "cd src\npip install \\\n  -r ../requirements.txt \\\n  -t . # done",
        "pushd src; popd; pip install -r requirements.txt -t src/lib/..",
        "PIP_TARGET=src pip install -r requirements.txt",
        'OUT="${1:-src}"\npip install -r requirements.txt -t "$OUT"',
        "docker run --rm -v $PWD:/var/task lambci/lambda:build-python3.8 pip install -r requirements.txt -t src",
        'docker run -v "$(pwd)":/w -w /w --entrypoint pip python:3.12 install -r requirements.txt -t /w/src',
        "docker run -v `pwd`/:/asset python bash -c 'cd /asset && pip install -r requirements.txt -t src'",
        "install_into() { pip install -r requirements.txt -t $1; }\ninstall_into src",
        "for folder in src; do (cd $folder && pip install -r ../requirements.txt -t .); done",
        "cd $(git rev-parse --show-toplevel) && pip install -r requirements.txt -t src",
        "if [ -d src/lib ]; then rm -rf src/lib; fi\npip install -r requirements.txt -t src",
        'test -n "$X" || { echo usage; exit 1; }\npip install -r requirements.txt -t src',
    ],
)
def test_the_folder_and_the_manifest_of_an_install(tmp_path: Path, command: str) -> None:
    install = _only(tmp_path, command)
    assert (install.target, _paths(install)) == ("src", ("requirements.txt",))
    assert install.complete
    assert install.sure


def test_places_are_those_of_the_command_and_of_its_words(tmp_path: Path) -> None:
    install = _only(tmp_path, "cd src\n  pip install -t . 'boto3>=1.34' Some_Name[b,a]==1\n")
    assert (install.span.line, install.span.column, install.span.end_column) == (2, 3, 51)
    first, second = install.requirements
    assert (first.name, first.specifier, first.span.column, first.span.end_column) == ("boto3", ">=1.34", 20, 33)
    assert (second.name, second.written, second.extras) == ("some-name", "Some_Name[b,a]==1", ("a", "b"))


def test_the_step_of_a_manifest_is_the_command(tmp_path: Path) -> None:
    install = _only(
        tmp_path, "pip install -r requirements.txt -c limits.txt -r src/requirements.txt -t src --no-deps\n"
    )
    assert install.manifests == (
        Manifest("requirements.txt", install.span),
        Manifest("src/requirements.txt", install.span),
    )
    assert install.alone


def test_without_a_target_nothing_is_installed_into_a_folder(tmp_path: Path) -> None:
    script = """\
        pip install -r requirements.txt
        pip download -d src boto3
        echo pip install boto3 -t src
        # pip install x -t src
        """
    assert _read(tmp_path, script).installs == ()


@pytest.mark.parametrize("target", ["$UNSET", "$(aws thing)", "/opt/python", "../outside", "$(mktemp -d)/python"])
def test_a_target_that_is_not_known_is_unresolved(tmp_path: Path, target: str) -> None:
    found = _read(tmp_path, f"pip install boto3 -t {target}")
    assert [install.target for install in found.installs] == [None]
    assert [span.line for span in found.unresolved] == [1]


@pytest.mark.parametrize(
    "words",
    ["$NAME", "-r missing.txt", "-r $FILE", "dist/*.whl", "./nothing", "https://example.com/x.zip", "--group dev"],
)
def test_what_is_not_known_of_an_install_makes_it_incomplete(tmp_path: Path, words: str) -> None:
    install = _only(tmp_path, f"pip install requests {words} -t src")
    assert [requirement.name for requirement in install.requirements] == ["requests"]
    assert not install.complete


def test_a_project_is_a_manifest(tmp_path: Path) -> None:
    install = _only(tmp_path, "pip install '.[aws]' -t out")
    assert install.manifests == (Manifest("pyproject.toml", install.span, ("aws",)),)


def test_a_condition_makes_an_install_unsure(tmp_path: Path) -> None:
    found = _read(tmp_path, 'if [ "$1" = all ]; then pip install boto3 -t src; fi\npip install six -t src\n')
    assert [(install.requirements[0].name, install.sure) for install in found.installs] == [
        ("boto3", False),
        ("six", True),
    ]


def test_branches_that_disagree_leave_a_variable_unknown(tmp_path: Path) -> None:
    script = 'if [ "$1" = a ]; then OUT=src; else OUT=lib; fi\npip install boto3 -t $OUT\n'
    assert _only(tmp_path, script).target is None


def test_a_loop_over_folders_of_the_project(tmp_path: Path) -> None:
    script = "for f in functions/*/; do pip install -r $f/requirements.txt -t $f; done"
    found = _read(tmp_path, script, "functions/a/requirements.txt", "functions/b/requirements.txt")
    assert [(one.target, _paths(one)) for one in found.installs] == [
        ("functions/a", ("functions/a/requirements.txt",)),
        ("functions/b", ("functions/b/requirements.txt",)),
    ]


@pytest.mark.parametrize(
    "script",
    [
        "pip install boto3 -t build\ncp -r src/* build/",
        "mkdir build\ncp -r src/. build\npip install boto3 -t build",
        "pip install boto3 -t build && rsync -a --exclude tests src/ build/",
        "pip install boto3 -t build\ncp -r src build/",
        "pip install boto3 -t build\ncp src/*.py build",
        "pip install boto3 -t build\ncd build && zip -r9 ../x.zip . && cd .. && zip -rg x.zip src -x '*.pyc'",
        "T=$(mktemp -d)\npip install boto3 -t $T\ncp -r src/* $T\n",
        "pip install boto3 -t lib\ncp -r lib/* src/",
        "pip install boto3 -t build\ncp -r src build/app\nzip -r x build\nrm -rf build",
        (
            "python3 -m venv env\nsource env/bin/activate\npip install boto3\ndeactivate\n"
            "cd env/lib/python3.9/site-packages\nzip -r9 $OLDPWD/x.zip .\ncd -\nzip -gr x.zip src\n"
        ),
        "env/bin/pip install boto3\nmkdir out\ncp -r env/lib/python3.*/site-packages/* src/ out/\n",
    ],
)
def test_an_install_belongs_to_the_folder_that_is_packed_with_it(tmp_path: Path, script: str) -> None:
    found = _read(tmp_path, script)
    assert [one.requirements[0].name for one in found.into("src")] == ["boto3"]
    assert not found.unresolved


def test_an_install_belongs_to_the_file_that_is_packed_with_it(tmp_path: Path) -> None:
    found = _read(
        tmp_path, "pip install boto3 -t package\ncd package && zip -r ../f.zip .\ncd ..\nzip -g f.zip app.py\n"
    )
    (install,) = found.into("", "app.py")
    assert install.with_files == ("app.py",)
    assert install.archives == ("f.zip",)
    assert found.archived("f.zip") == (install,)
    assert found.into("src") == found.into("") == ()


@pytest.mark.parametrize(
    "script",
    [
        "pip install boto3 -t build\nrm -rf build\ncp -r src/* build/",
        "pip install boto3 -t build\ncp -r src other",
        "pip install boto3 -t layer/python\ncd layer && zip -r ../l.zip python\ncd ../src && zip -r ../f.zip .",
        "pip install boto3 -t build/a\ncp -r src build/b",
        "pip install boto3 -t build\nzip -r f.zip src build -x 'build/*'",
        "(pip install boto3 -t build)\necho cp -r src build",
    ],
)
def test_what_is_packed_apart_does_not_belong_together(tmp_path: Path, script: str) -> None:
    assert _read(tmp_path, script).into("src") == ()


def test_an_install_below_a_folder_is_within_it(tmp_path: Path) -> None:
    found = _read(tmp_path, "pip install boto3 -t layer/python")
    assert found.into("layer") == ()
    assert found.within("layer") == found.into("layer/python") == found.within("") == found.installs
    assert found.within("lay") == ()


@pytest.mark.parametrize(
    ("script", "names"),
    [
        ("pip install x -t src\nrm -rf src/boto3* src/*.dist-info", ("boto3*", "*.dist-info")),
        ("pip install x -t src\nfind src -type d -name tests -exec rm -rf {} +", ("tests",)),
        ("pip install x -t src\ncd src\nzip -r ../f.zip . -x 'boto3/*' 'six/*' -q", ("boto3", "six")),
        ("pip install x -t src\nzip -r f.zip src -x 'src/botocore/*' 'other/*'", ("botocore",)),
        ("rm -rf src/boto3\npip install x -t src", ()),
        ("pip install x -t src\nzip -r f.zip src -x 'src/six/*'\nzip -r g.zip src", ()),
    ],
)
def test_what_is_removed_again_is_left_out(tmp_path: Path, script: str, names: tuple[str, ...]) -> None:
    assert _only(tmp_path, script).left_out == names


@pytest.mark.parametrize(
    ("command", "source", "output", "groups"),
    [
        (
            "poetry export -f requirements.txt -o src/requirements.txt --with a,b",
            "pyproject.toml",
            "src/requirements.txt",
            ("a", "b"),
        ),
        ("poetry export --without-hashes -E aws > out.txt", "pyproject.toml", "out.txt", ("aws",)),
        (
            "cd src && uv export --no-dev --extra aws -o requirements.txt",
            "pyproject.toml",
            "src/requirements.txt",
            ("aws",),
        ),
        ("pdm export -G web --output req.txt", "pyproject.toml", "req.txt", ("web",)),
        ("pip-compile requirements.in", "requirements.in", "requirements.txt", ()),
        ("uv pip compile requirements.in -o src/req.txt", "requirements.in", "src/req.txt", ()),
        ("pip freeze > requirements.txt", None, "requirements.txt", ()),
        ("pipenv requirements > src/requirements.txt", "Pipfile", "src/requirements.txt", ()),
    ],
)
def test_exports(tmp_path: Path, command: str, source: str | None, output: str, groups: tuple[str, ...]) -> None:
    (export,) = _read(tmp_path, command, "requirements.in", "Pipfile").exports
    assert (export.source, export.output, export.groups) == (source, output, groups)


def test_an_exported_file_stands_for_its_source(tmp_path: Path) -> None:
    install = _only(tmp_path, "poetry export -o /tmp/r.txt --with aws\npip install -r /tmp/r.txt -t src")
    assert install.manifests == (Manifest("pyproject.toml", install.span, ("aws",)),)


@pytest.mark.parametrize(
    "script",
    [
        "echo boto3 > r.txt\necho 'six==1' >> r.txt\n",
        "cat <<EOF > r.txt\nboto3\nsix==1\nEOF\n",
        "printf 'boto3\\nsix==1\\n' > r.txt\n",
    ],
)
def test_a_file_that_the_script_writes_is_read_there(tmp_path: Path, script: str) -> None:
    install = _only(tmp_path, script + "pip install -r r.txt -t src\n")
    assert [requirement.written for requirement in install.requirements] == ["boto3", "six==1"]
    assert install.complete


@pytest.mark.parametrize("name", ["build.sh", "scripts/build.sh", "src/deep/build", "ops/x.bash"])
def test_a_script_starts_where_its_files_are(tmp_path: Path, name: str) -> None:
    install = _only(tmp_path, "#!/usr/bin/env bash\npip install -r src/requirements.txt -t src/lib\n", name=name)
    assert (install.target, _paths(install)) == ("src/lib", ("src/requirements.txt",))


@pytest.mark.parametrize("own", ['$(dirname "$0")', '$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)', "${0%/*}"])
def test_a_script_knows_its_own_folder(tmp_path: Path, own: str) -> None:
    script = f'HERE="{own}"\npip install -r "$HERE/../requirements.txt" -t "$HERE/../src"\n'
    install = _only(tmp_path, script, name="tools/build.sh")
    assert (install.target, install.sure) == ("src", True)


def test_a_start_that_several_folders_fit_is_not_sure(tmp_path: Path) -> None:
    install = _only(tmp_path, "pip install -r requirements.txt -t lib", name="src/build.sh")
    assert (install.target, install.sure) == ("src/lib", False)


def test_a_script_runs_where_another_starts_it(tmp_path: Path) -> None:
    scripts = {
        "all.sh": "cd src\n../tools/install.sh lib\n",
        "tools/install.sh": "pip install -r requirements.txt -t $1\n",
    }
    (install,) = read(_tree(tmp_path, scripts)).installs
    assert (install.target, _paths(install)) == ("src/lib", ("src/requirements.txt",))
    assert install.span.path == "tools/install.sh"


def test_scripts_of_tests_do_not_count(tmp_path: Path) -> None:
    assert _read(tmp_path, "pip install boto3 -t src", name="tests/build.sh").installs == ()


def test_a_command_that_stands_elsewhere(tmp_path: Path) -> None:
    script = ScriptText.of_file(
        "stack.py", "pip install -r requirements.txt -t /asset-output && cp -au . /asset-output"
    )
    (install,) = installs_of(_tree(tmp_path, {}), script, "src")
    assert _paths(install) == ("src/requirements.txt",)
    assert install.with_folders == ("src",)


@pytest.mark.parametrize(
    "script",
    [
        "pip install -t " + "$(" * 3000,
        "pip install x -t $A\n" + "(" * 3000,
        "a() { a; a; }\na\npip install x -t src",
        "./build.sh\nsource build.sh\npip install x -t src",
        "A=x\n" + "A=$A$A\n" * 100 + "pip install $A -t $A",
        "for a in {1,2}{1,2}{1,2}{1,2}{1,2}{1,2}; do for b in $a/*; do " * 30 + "pip install x -t src",
        "pip install -t\npip install\npip\nzip\ncp\ncp a\ndocker run\nbash -c\npip install -t src -r",
        "pip install \x00 \ud7ff\ue000/x -t '\ue000' <<EOF\n",
        "case x in\nif while for do done esac fi pip install",
        "pip install ${A:-${A:-${A}}} -t ${#A} ${A//x/y} ${",
    ],
)
def test_hostile_scripts_are_read(tmp_path: Path, script: str) -> None:
    found = _read(tmp_path, script)
    targets = [install.target for install in found.installs if install.target is not None]
    assert not any(has_unknown(target) or ROOT in target for target in targets)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    tree = _tree(tmp_path, {"build.sh": ""})
    (tmp_path / "build.sh").write_bytes(b"\xff\xfe\npip install boto3 -t src # \xe9\n")
    (install,) = read(tree).installs
    assert (install.target, install.span.line) == ("src", 2)
