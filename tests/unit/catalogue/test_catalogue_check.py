"""The check of the catalogue against installed libraries, tried on a library that is made for it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from catalogue_check import Claim, Verdict, check, claims_in

from lambdalint import catalogue
from lambdalint.catalogue import parse_file

LIBRARY = '''
import functools
import os


def write(file, mode="w", *, encoding=None):
    """Write."""


def any_names(*args, **kwargs):
    """Write somehow."""


@functools.wraps(write)
def wrapped(*args, **kwargs):
    """Do as write."""


class Image:
    size: tuple

    def __init__(self, data, *, cache=None):
        self.frames = []

    def save(self, path, format=None):
        """Save."""

    @staticmethod
    def open(path):
        """Open."""

    @classmethod
    def load(cls, path):
        """Load."""


class Photo(Image):
    """Another image."""


class Compiled:
    """Stands for compiled code, which only documents its signature."""

    __name__ = "compiled"
    __signature__ = "none"

    def __call__(self):
        """Not read."""


compiled = Compiled()
compiled.__doc__ = "compiled(filename, img[, params: list[int] = ...]) -> retval"
'''

CLAIMS = {
    "a position and a name": ("made.write", ("file@0", "mode@1"), "checked"),
    "keyword only": ("made.write", ("encoding",), "checked"),
    "another name": ("made.write", ("path@0",), "wrong"),
    "another position": ("made.write", ("mode@0",), "wrong"),
    "no such keyword": ("made.write", ("compress",), "wrong"),
    "past the end": ("made.write", ("encoding@2",), "wrong"),
    "position only": ("made.write", ("@0",), "checked"),
    "any arguments": ("made.any_names", ("file@0",), "cannot tell"),
    "any keywords": ("made.any_names", ("file",), "cannot tell"),
    "a wrapper": ("made.wrapped", ("file@0",), "checked"),
    "a constructor": ("made.Image", ("data@0", "cache"), "checked"),
    "a method": ("made.Image.save", ("path@0", "self"), "checked"),
    "an inherited method": ("made.Photo.save", ("format@1",), "checked"),
    "a static method": ("made.Image.open", ("path@0",), "checked"),
    "a class method": ("made.Image.load", ("path@0",), "checked"),
    "a function has no receiver": ("made.write", ("self",), "wrong"),
    "a submodule": ("made.parts.cut", ("file@0",), "checked"),
    "a submodule that cannot be imported": ("made.broken.cut", (), "cannot tell"),
    "an attribute of instances": ("made.Image.frames", (), "cannot tell"),
    "an annotated attribute": ("made.Image.size", (), "cannot tell"),
    "what a function returns": ("made.write.result", (), "cannot tell"),
    "a documented signature": ("made.compiled", ("filename@0", "params@2"), "checked"),
    "a documented signature that is another": ("made.compiled", ("path@0",), "wrong"),
    "no such function": ("made.erase", (), "not there"),
    "no such method": ("made.Image.erase", (), "not there"),
    "no such module": ("made.other.erase", (), "not there"),
    "no such library": ("never_made.erase", (), "not installed"),
    "a namespace without this part": ("shared_space.part.erase", (), "not installed"),
}


@pytest.fixture
def libraries(tmp_path: Path) -> Path:
    """A folder with the packages that the claims speak of."""
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "__init__.py").write_text(LIBRARY)
    (tmp_path / "made" / "parts.py").write_text("def cut(file):\n    pass\n")
    (tmp_path / "made" / "broken.py").write_text("import never_made\n")
    (tmp_path / "shared_space" / "here").mkdir(parents=True)
    return tmp_path


def verdicts(claims: list[Claim], folder: Path, timeout_s: float = 60) -> list[str]:
    """Return the verdicts in the order of *claims*."""
    found = {
        one.claim: one.verdict.value
        for _, findings in check(claims, paths=[folder], timeout_s=timeout_s)
        for one in findings
    }
    return [found[claim] for claim in claims]


def test_claims_are_compared_with_signatures(libraries: Path) -> None:
    claims = [Claim("libraries/made.toml", "effect", name, given) for name, given, _ in CLAIMS.values()]
    found = verdicts(claims, libraries)
    assert dict(zip(CLAIMS, found, strict=True)) == {name: expected for name, (_, _, expected) in CLAIMS.items()}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("made.Photo", "made.Image", "checked"),
        ("made.wrapped", "made.write", "checked"),
        ("made.Image", "made.Compiled", "wrong"),
        ("made.write", "made.any_names", "wrong"),
        ("made.write", "made.erase", "not there"),
    ],
)
def test_aliases_have_to_be_one_thing(one: str, other: str, expected: str, libraries: Path) -> None:
    assert verdicts([Claim("libraries/made.toml", "alias", one, same_as=other)], libraries) == [expected]


@pytest.mark.parametrize(
    "code",
    [
        "import os\nos._exit(3)\n",
        "import sys\nsys.exit(3)\n",
        "raise KeyboardInterrupt\n",
        "print('{}')\nraise OSError('no')\n",
        "import time\ntime.sleep(60)\n",
    ],
)
def test_a_library_may_do_anything_at_import(code: str, tmp_path: Path) -> None:
    (tmp_path / "hostile.py").write_text(code)
    claims = [Claim("libraries/hostile.toml", "effect", "hostile.write", ("file@0",))]
    assert verdicts(claims, tmp_path, timeout_s=3) == ["cannot tell"]


def test_a_library_that_writes_finds_a_home_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "writer.py").write_text(
        "from pathlib import Path\nPath.home().joinpath('.writer').mkdir()\nPath('log').touch()\ndef write(file): ...\n"
    )
    before = sorted(Path.home().iterdir())
    assert verdicts([Claim("libraries/writer.toml", "effect", "writer.write", ("file@0",))], tmp_path) == ["checked"]
    assert sorted(Path.home().iterdir()) == before


ROWS = """
[[effect]]
call = "made.write"
path = "path@0"
kind = "write"
when = [{ argument = "mode@1", matches = "w" }]
example = "import made\\nmade.write('/opt/x')"
counter = "import made\\nmade.write('/tmp/x')"
source = "https://example.org"
note = "Before 2.0 the parameter is `path`."

[[returns]]
call = "made.Image.open"
type = "made.Image"
path = "path@0"
source = "https://example.org"

[[alias]]
name = "made.picture.Image"
of = "made.Image"
source = "https://example.org"
"""


def test_every_name_and_parameter_of_a_row_is_a_claim() -> None:
    content = parse_file("libraries/made.toml", ROWS)
    assert [str(claim) for claim in claims_in([("libraries/made.toml", content)])] == [
        "made.write(path@0, mode@1)",
        "made.Image.open(path@0)",
        "made.Image",
        "made.picture.Image = made.Image",
    ]


def test_a_note_may_say_that_a_row_speaks_of_other_releases(libraries: Path) -> None:
    claims = claims_in([("libraries/made.toml", parse_file("libraries/made.toml", ROWS))])
    assert verdicts(list(claims[:2]), libraries) == [Verdict.OTHER_RELEASES.value, "checked"]


def test_the_command_checks_the_libraries_that_it_is_given() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "catalogue_check", "yaml"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert [line.split()[0] for line in run.stdout.splitlines()] == ["library", "yaml", "all"], run.stderr
    assert run.returncode == 0


def test_the_catalogue_has_claims_of_many_libraries() -> None:
    claims = claims_in(catalogue.load().files)
    assert len({claim.library for claim in claims}) > 200
    assert all(claim.file.startswith("libraries/") for claim in claims)
