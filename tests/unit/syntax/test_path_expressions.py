"""What path expressions start from, and how they are rewritten."""

from __future__ import annotations

import libcst as cst
import pytest

from lambdalint.engine.edits import apply_edits
from lambdalint.syntax.imports import Names
from lambdalint.syntax.module import Module
from lambdalint.syntax.path_expressions import Anchor, Form, anchor_of, form_of, head_of
from lambdalint.syntax.path_relocation import Relocator

IMPORTS = "import os\nimport os.path\nimport tempfile\nfrom pathlib import Path\n\n"


def _expression(code: str) -> tuple[Module, cst.BaseExpression]:
    module = Module.parse("app.py", f"{IMPORTS}value = {code}\n")
    assert module is not None
    line = module.tree.body[-1]
    assert isinstance(line, cst.SimpleStatementLine)
    statement = line.body[0]
    assert isinstance(statement, cst.Assign)
    return module, statement.value


def _innermost(module: Module, node: cst.BaseExpression) -> cst.BaseExpression:
    while anchor_of(module, node) is None:
        head = head_of(module, node)
        if head is None:
            break
        node = head.node
    return node


def _moved(code: str, *, literal: bool = False, drops_tmp: bool = False) -> str | None:
    module, node = _expression(code)
    base = _innermost(module, node)
    anchor = anchor_of(module, base)
    assert anchor is not None
    names = Names(module)
    edits = Relocator(module, names, literal, drops_tmp).moved(node, anchor, Form.TEXT)
    if edits is None:
        return None
    assert names.edits() == ()
    text = apply_edits("app.py", module.text.encode(), list(edits)).decode()
    return text.removeprefix(f"{IMPORTS}value = ").removesuffix("\n")


@pytest.mark.parametrize(
    ("code", "anchor"),
    [
        ('"a.csv"', Anchor.RELATIVE),
        ('f"out/{value}.csv"', Anchor.RELATIVE),
        ('"a" "b"', Anchor.RELATIVE),
        ('"%s.csv" % 1', Anchor.RELATIVE),
        ('"{}.csv".format(1)', Anchor.RELATIVE),
        ("Path()", Anchor.RELATIVE),
        ("os.path.dirname(__file__)", Anchor.CODE),
        ("os.path.dirname(os.path.dirname(os.path.abspath(__file__)))", Anchor.CODE),
        ("Path(__file__).resolve().parent", Anchor.CODE),
        ("Path(__file__).parents[1]", Anchor.CODE),
        ("os.getcwd()", Anchor.CODE),
        ("Path.cwd()", Anchor.CODE),
        ('os.environ["LAMBDA_TASK_ROOT"]', Anchor.CODE),
        ('"/var/task/a"', Anchor.CODE),
        ('os.path.expanduser("~/a")', Anchor.HOME),
        ("Path.home()", Anchor.HOME),
        ('os.getenv("HOME")', Anchor.HOME),
        ('os.environ.get("HOME")', Anchor.HOME),
        ('"/var/tasks/a"', None),
        ('"/tmp/a"', None),
        ('"~root/a"', None),
        ('"../a"', None),
        ('b"a"', None),
        ('f"{value}/a"', None),
        ('os.environ["OUT"]', None),
        ("__file__", None),
        ("os.path.abspath(__file__)", None),
    ],
)
def test_what_an_expression_starts_from(code: str, anchor: Anchor | None) -> None:
    assert anchor_of(*_expression(code)) is anchor


@pytest.mark.parametrize(
    ("code", "form"),
    [
        ('Path("a") / "b"', Form.PATH),
        ('Path("a").parent', Form.PATH),
        ('Path("a").joinpath("b")', Form.PATH),
        ('str(Path("a"))', Form.TEXT),
        ('os.path.join("a", "b")', Form.TEXT),
        ("name", None),
    ],
)
def test_text_or_object(code: str, form: Form | None) -> None:
    assert form_of(*_expression(code)) is form


@pytest.mark.parametrize(
    ("code", "after"),
    [
        ('"a.csv"', 'os.path.join(tempfile.gettempdir(), "a.csv")'),
        ("r'./a.csv'", "os.path.join(tempfile.gettempdir(), r'a.csv')"),
        ('"."', "tempfile.gettempdir()"),
        ('"./"', 'os.path.join(tempfile.gettempdir(), "")'),
        ('f"./{value}.csv"', 'os.path.join(tempfile.gettempdir(), f"{value}.csv")'),
        ('"%s.csv" % value', 'os.path.join(tempfile.gettempdir(), "%s.csv" % value)'),
        ('os.path.join("out", value)', 'os.path.join(tempfile.gettempdir(), "out", value)'),
        ('os.path.join(".", value)', "os.path.join(tempfile.gettempdir(), value)"),
        ('os.path.abspath("a")', 'os.path.abspath(os.path.join(tempfile.gettempdir(), "a"))'),
        ('Path("out")', 'Path(tempfile.gettempdir(), "out")'),
        ("Path()", "Path(tempfile.gettempdir())"),
        ('Path("out") / "a"', 'Path(tempfile.gettempdir(), "out") / "a"'),
        ('str(Path("a").resolve())', 'str(Path(tempfile.gettempdir(), "a").resolve())'),
        ('os.path.join(os.path.dirname(__file__), "a")', 'os.path.join(tempfile.gettempdir(), "a")'),
        ('os.path.dirname(__file__) + "/a"', 'tempfile.gettempdir() + "/a"'),
        ('f"{os.getcwd()}/a"', 'f"{tempfile.gettempdir()}/a"'),
        ('Path(__file__).parent.joinpath("a")', 'Path(tempfile.gettempdir()).joinpath("a")'),
        ('"/var/task/a"', 'os.path.join(tempfile.gettempdir(), "a")'),
        ('os.path.join("/var/task", "a")', 'os.path.join(tempfile.gettempdir(), "a")'),
        ('os.path.expanduser("~/a")', 'os.path.join(tempfile.gettempdir(), "a")'),
        ('os.path.expanduser(os.path.join("~", "a"))', 'os.path.join(tempfile.gettempdir(), "a")'),
        ('os.path.expanduser("~")', "tempfile.gettempdir()"),
        ('Path("~/a").expanduser() / "b"', 'Path(tempfile.gettempdir(), "a") / "b"'),
        ('Path.home() / "a"', 'Path(tempfile.gettempdir()) / "a"'),
        ('os.path.join(os.path.dirname(__file__), "..", "a")', None),
    ],
)
def test_moved(code: str, after: str | None) -> None:
    assert _moved(code) == after


@pytest.mark.parametrize(
    ("code", "after"),
    [
        ("'a.csv'", "'/tmp/a.csv'"),
        ('f"./{value}.csv"', 'f"/tmp/{value}.csv"'),
        ('Path("out") / "a"', 'Path("/tmp/out") / "a"'),
        ('"%s.csv" % value', 'os.path.join("/tmp", "%s.csv" % value)'),
        ('f"{os.getcwd()}/a"', 'f"/tmp/a"'),
        ('os.path.expanduser("~/a")', '"/tmp/a"'),
        ('"/var/task/a"', '"/tmp/a"'),
        ('Path(__file__).parent / "a"', 'Path("/tmp") / "a"'),
    ],
)
def test_moved_to_a_literal_folder(code: str, after: str) -> None:
    assert _moved(code, literal=True) == after


@pytest.mark.parametrize(
    ("code", "after"),
    [
        ('"tmp/a.csv"', 'os.path.join(tempfile.gettempdir(), "a.csv")'),
        ('os.path.join("tmp", "a")', 'os.path.join(tempfile.gettempdir(), "a")'),
        ('f"./tmp/{value}"', 'os.path.join(tempfile.gettempdir(), f"{value}")'),
        ('"tmpfiles/a"', 'os.path.join(tempfile.gettempdir(), "tmpfiles/a")'),
    ],
)
def test_a_forgotten_slash(code: str, after: str) -> None:
    assert _moved(code, drops_tmp=True) == after
