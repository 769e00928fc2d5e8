"""Where libraries write by default, and what redirects them, on a library that nobody has."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from lambdalint import catalogue, deployment, flow
from lambdalint.model import EnvironmentVariable, Settings, Tree

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from lambdalint.model import Effect

ROWS = """
[[effect]]
call = "fake.fetch"
path = "folder@1"
kind = "cache"
library = "fake"
example = "x"
counter = "y"
source = "https://example.org"

[[library-default]]
name = "fake"
library = "fake"
imports = ["fake.eager"]
calls = ["fake.open_cache"]
arguments = ["folder@0"]
when = [{ argument = "mode", given = false }]
location = "~/.fake"
variables = ["FAKE_CACHE", "FAKE_HOME/cache", "FAKE_OFF="]
settings = ["fake.settings.folder", "fake.config[folder]"]
told-by = [
  { call = "fake.set_folder" },
  { call = "fake.configure", when = [{ argument = "cache", matches = "False" }] },
]
read-at = ["fake"]
redirect = "set FAKE_CACHE"
set-variable = "FAKE_CACHE"
set-folder = "fake"
example = "x"
counter = "y"
source = "https://example.org"

[[library-default]]
name = "late"
library = "late"
calls = ["late.run"]
location = "<package>/late/models"
variables = ["LATE_HOME"]
prefilled = true
redirect = "set LATE_HOME"
example = "x"
counter = "y"
source = "https://example.org"

[[library-default]]
name = "together"
library = "together"
calls = ["together.run"]
location = "./cache"
beside = ["other"]
redirect = "set nothing"
example = "x"
counter = "y"
source = "https://example.org"
"""
PLACES = {
    "<home>/x": "/home/sbx_user1051/x",
    "~/x": "/home/sbx_user1051/x",
    "<cwd>/x": "/var/task/x",
    "<package>/x": "/var/task/x",
}
"""Places as rows write them, of effects and of defaults, and what they are on Lambda."""
CATALOGUE = catalogue.build((*catalogue.load().files, ("fake.toml", catalogue.parse_file("fake.toml", ROWS))))


def defaults(
    root: Path, code: str, env: Mapping[str, str] | None = None, package_type: str = "zip", **files: str
) -> list[Effect]:
    """Return the effects at default places of libraries, of a handler's module with *code*."""
    for name, text in {"app": code, **files}.items():
        (root / f"{name}.py").write_text(dedent(text))
    tree = Tree(root, tuple(sorted(path.name for path in root.iterdir())))
    settings = Settings(cache=False)
    (function,) = deployment.read(tree, settings, CATALOGUE).functions
    variables = tuple(EnvironmentVariable(name, value) for name, value in (env or {}).items())
    home = (env or {}).get("HOME")
    room = replace(function.room, env=(*function.room.env, *variables), home=home, package_type=package_type)
    found = flow.analyse(tree, (replace(function, room=room),), CATALOGUE, settings).effects
    return [effect for effect in found if effect.library is not None]


HANDLER = """
import fake


def handler(event, context):
    fake.open_cache()
"""


def test_nothing_redirects_it(tmp_path: Path) -> None:
    (effect,) = defaults(tmp_path, HANDLER)
    assert effect.place.path == "/home/sbx_user1051/.fake"
    assert effect.defaulted
    assert effect.library is not None
    assert (effect.library.variable, effect.library.late) == ("FAKE_CACHE", "")
    assert effect.library.imported is not None
    assert effect.library.imported.line == 2


@pytest.mark.parametrize(
    "env",
    [
        {"FAKE_CACHE": "/tmp/fake"},
        {"FAKE_HOME": "/tmp/home"},
        {"FAKE_OFF": "1"},
        {"HOME": "/tmp"},
        {"FAKE_CACHE": ""},
    ],
    ids=str,
)
def test_a_variable_of_the_room_redirects_it(tmp_path: Path, env: Mapping[str, str]) -> None:
    assert defaults(tmp_path, HANDLER, env) == []


def test_a_variable_that_names_a_read_only_folder_tells_where_it_is_shipped(tmp_path: Path) -> None:
    assert defaults(tmp_path, HANDLER, {"FAKE_HOME": "/opt/models"}) == []
    assert defaults(tmp_path, HANDLER.replace("open_cache()", "fetch('x')"), {"FAKE_HOME": "/opt/models"}) == []


@pytest.mark.parametrize(
    "line",
    [
        "fake.set_folder('/tmp/fake')",
        "fake.configure(cache=False)",
        "fake.settings.folder = '/tmp/fake'",
        "fake.config['folder'] = '/tmp/fake'",
    ],
)
def test_the_library_is_told(tmp_path: Path, line: str) -> None:
    assert defaults(tmp_path, HANDLER.replace("    fake.open", f"    {line}\n    fake.open")) == []


@pytest.mark.parametrize("line", ["fake.configure(cache=True)", "fake.settings.size = 1", "fake.config['size'] = 1"])
def test_the_library_is_told_something_else(tmp_path: Path, line: str) -> None:
    assert len(defaults(tmp_path, HANDLER.replace("    fake.open", f"    {line}\n    fake.open"))) == 1


@pytest.mark.parametrize("arguments", ["'/tmp/fake'", "folder='/tmp/fake'", "folder=event['folder']", "mode=None"])
def test_an_argument_redirects_it(tmp_path: Path, arguments: str) -> None:
    assert defaults(tmp_path, HANDLER.replace("open_cache()", f"open_cache({arguments})")) == []


def test_an_argument_of_none_does_not(tmp_path: Path) -> None:
    assert len(defaults(tmp_path, HANDLER.replace("open_cache()", "open_cache(None)"))) == 1


def test_a_variable_that_is_set_before_the_import_counts(tmp_path: Path) -> None:
    code = "import os\nos.environ['FAKE_CACHE'] = '/tmp/fake'\n"
    assert defaults(tmp_path, code + HANDLER) == []


def test_a_variable_that_another_module_sets_before_counts(tmp_path: Path) -> None:
    setting = "import os\nos.environ.setdefault('FAKE_CACHE', '/tmp/fake')\n"
    assert defaults(tmp_path, "import start" + HANDLER, start=setting) == []


def test_a_variable_that_is_set_after_the_import_comes_too_late(tmp_path: Path) -> None:
    code = HANDLER.replace("    fake.open", "    import os\n    os.environ['FAKE_CACHE'] = '/tmp/fake'\n    fake.open")
    (effect,) = defaults(tmp_path, code)
    assert effect.library is not None
    assert effect.library.late == "FAKE_CACHE"


def test_a_variable_that_is_read_at_the_call_does_not(tmp_path: Path) -> None:
    code = """
        import os
        import late

        os.environ["LATE_HOME"] = "/tmp/late"

        def handler(event, context):
            late.run()
        """
    assert defaults(tmp_path, code) == []


def test_an_effect_without_its_argument_goes_to_the_default_place(tmp_path: Path) -> None:
    (effect,) = defaults(tmp_path, HANDLER.replace("open_cache()", "fetch('x')"))
    assert effect.place.path == "/home/sbx_user1051/.fake"


def test_an_effect_that_is_redirected_is_still_one_in_tmp(tmp_path: Path) -> None:
    (effect,) = defaults(tmp_path, HANDLER.replace("open_cache()", "fetch('x')"), {"FAKE_CACHE": "/tmp/fake"})
    assert effect.place.path == "/tmp/fake"


@pytest.mark.parametrize("line", ["import fake.eager", "from fake import eager", "from fake.eager import x"])
def test_an_import_brings_it_into_force(tmp_path: Path, line: str) -> None:
    (effect,) = defaults(tmp_path, f"{line}\n\n\ndef handler(event, context):\n    pass\n")
    assert effect.span.line == 1


def test_the_second_import_does_nothing(tmp_path: Path) -> None:
    code = "import fake.eager\nimport second\n\n\ndef handler(event, context):\n    import fake.eager\n"
    (effect,) = defaults(tmp_path, code, second="import fake.eager\n")
    assert effect.span.path == "app.py"


def test_a_module_of_the_project_with_that_name_is_no_library(tmp_path: Path) -> None:
    assert defaults(tmp_path, HANDLER, fake="def open_cache():\n    pass\n") == []


def test_what_an_image_is_built_with_may_be_there(tmp_path: Path) -> None:
    code = "import late\n\n\ndef handler(event, context):\n    late.run()\n"
    assert len(defaults(tmp_path, code)) == 1
    assert defaults(tmp_path, code, package_type="image") == []


def test_another_library_beside_it(tmp_path: Path) -> None:
    code = "import together\n\n\ndef handler(event, context):\n    together.run()\n"
    assert defaults(tmp_path, code) == []
    (effect,) = defaults(tmp_path, "import other\n" + code)
    assert effect.place.path == "/var/task/cache"


@pytest.mark.parametrize(("written", "place"), PLACES.items())
def test_a_place_of_the_room_means_the_same_in_all_rows(written: str, place: str, tmp_path: Path) -> None:
    common = 'example = "x"\ncounter = "y"\nsource = "https://example.org"\n'
    rows = (
        f'[[effect]]\ncall = "own.save"\npath = "file@0"\nkind = "write"\ndefault = "{written}"\n{common}'
        f'[[library-default]]\nname = "own"\nlibrary = "own"\nimports = ["own"]\nlocation = "{written}"\n'
        f'redirect = "x"\n{common}'
    )
    known = catalogue.build((*catalogue.load().files, ("own.toml", catalogue.parse_file("own.toml", rows))))
    (tmp_path / "app.py").write_text("import own\n\n\ndef handler(event, context):\n    own.save()\n")
    tree, settings = Tree(tmp_path, ("app.py",)), Settings(cache=False)
    functions = deployment.read(tree, settings, known).functions
    effects = flow.analyse(tree, functions, known, settings).effects
    assert [(effect.callee, effect.place.path) for effect in effects] == [("import own", place), ("own.save", place)]
