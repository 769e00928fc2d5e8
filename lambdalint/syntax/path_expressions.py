"""Path expressions: what one starts from, which part of it comes first, whether it is a text or an object."""

from __future__ import annotations

import enum
import re
from typing import TYPE_CHECKING

import libcst as cst
import msgspec

from lambdalint.syntax.known_calls import qualified_name

if TYPE_CHECKING:
    from lambdalint.syntax.module import Module


class Anchor(str, enum.Enum):
    """What a path starts from."""

    RELATIVE = "relative"
    """The working directory, by a relative path."""
    CODE = "code"
    """The deployed code, by ``__file__``, the working directory's name, or ``/var/task``."""
    HOME = "home"


class Form(str, enum.Enum):
    """Whether an expression's value is a text or a ``pathlib.Path``."""

    TEXT = "text"
    PATH = "path"


class Head(msgspec.Struct, frozen=True):
    """The part of a path expression that its value starts with.

    ``whole``: the rest adds nothing to it. ``joined``: the rest begins behind a separator, so that the part is a path.
    ``upward``: the expression is a folder above the part.
    """

    node: cst.BaseExpression
    whole: bool
    joined: bool = True
    upward: bool = False


PATH_TYPES = frozenset({"pathlib.Path", "pathlib.PosixPath", "pathlib.PurePath", "pathlib.PurePosixPath"})
_SAME = frozenset(
    "builtins.str os.fspath os.path.abspath os.path.normpath os.path.realpath os.fsdecode".split()  # noqa: SIM905 -- one line
)
_SAME_METHODS = frozenset({"resolve", "absolute", "as_posix", "expanduser", "__str__"})
_LONGER_METHODS = frozenset({"joinpath"})
_ENVIRONMENT = frozenset({"os.environ.get", "os.getenv"})
TASK_ROOT = re.compile(r"/var/task(?:/+|$)")
HOME_SIGN = re.compile(r"~(?:/+|$)")


def head_of(module: Module, node: cst.BaseExpression) -> Head | None:
    """Return the part that the path *node* starts with; None where the expression has no such part."""
    if isinstance(node, cst.BinaryOperation):
        if isinstance(node.operator, cst.Divide):
            return Head(node.left, whole=False)
        if isinstance(node.operator, cst.Add):
            return Head(node.left, whole=False, joined=(_leading_text(node.right) or "").startswith("/"))
        return None
    if isinstance(node, cst.FormattedString):
        first = node.parts[0] if node.parts else None
        if isinstance(first, cst.FormattedStringExpression) and _is_plain(first):
            following = node.parts[1] if len(node.parts) > 1 else None
            joined = isinstance(following, cst.FormattedStringText) and following.value.startswith("/")
            return Head(first.expression, whole=following is None, joined=joined or following is None)
        return None
    if isinstance(node, cst.Attribute) and node.attr.value == "parent":
        return Head(node.value, whole=False, upward=True)
    return _head_of_call(module, node) if isinstance(node, cst.Call) else None


def _is_plain(part: cst.FormattedStringExpression) -> bool:
    return part.conversion is None and part.format_spec is None and part.equal is None


def _head_of_call(module: Module, node: cst.Call) -> Head | None:
    name = qualified_name(module, node)
    first = node.args[0] if node.args else None
    if first is not None and not first.star and first.keyword is None:
        if name in PATH_TYPES or name == "os.path.join":
            return Head(first.value, whole=len(node.args) == 1)
        if name in _SAME and len(node.args) == 1:
            return Head(first.value, whole=True)
        if name == "os.path.dirname":
            return Head(first.value, whole=False, upward=True)
    if isinstance(node.func, cst.Attribute) and (not name or name.startswith("pathlib.")):
        method = node.func.attr.value
        if method in _SAME_METHODS:
            return Head(node.func.value, whole=True)
        if method in _LONGER_METHODS:
            return Head(node.func.value, whole=False)
    return None


def anchor_of(module: Module, node: cst.BaseExpression) -> Anchor | None:
    """Return what *node* starts from, if it says so itself; None of names, and of parts of other expressions."""
    if isinstance(node, (cst.SimpleString, cst.FormattedString, cst.ConcatenatedString)):
        start = _leading_text(node)
        if start is None:
            return None
        if TASK_ROOT.match(start):
            return Anchor.CODE
        if HOME_SIGN.match(start):
            return Anchor.HOME
        return None if start.startswith(("/", "~", "..")) else Anchor.RELATIVE
    if isinstance(node, cst.Call):
        return _anchor_of_call(module, node)
    if isinstance(node, (cst.Attribute, cst.Subscript)):
        if _environment_variable(module, node) == "HOME":
            return Anchor.HOME
        return Anchor.CODE if _leads_to_code(module, node) or _is_task_root(module, node) else None
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Modulo):
        return anchor_of(module, node.left)
    return None


def _anchor_of_call(module: Module, node: cst.Call) -> Anchor | None:
    name = qualified_name(module, node)
    if name in {"os.getcwd", "pathlib.Path.cwd"} or _leads_to_code(module, node) or _is_task_root(module, node):
        return Anchor.CODE
    if name == "pathlib.Path.home" or _environment_variable(module, node) == "HOME":
        return Anchor.HOME
    if name == "os.path.expanduser" and len(node.args) == 1 and home_text(module, node.args[0].value) is not None:
        return Anchor.HOME
    if name in PATH_TYPES and not node.args:
        return Anchor.RELATIVE
    func = node.func
    if isinstance(func, cst.Attribute) and func.attr.value == "format":
        return anchor_of(module, func.value)
    return None


def _leading_text(node: cst.BaseExpression) -> str | None:
    """Return the known text that a string starts with; None of bytes and of one that starts with a value."""
    if isinstance(node, cst.ConcatenatedString):
        return _leading_text(node.left)
    if isinstance(node, cst.FormattedString):
        first = node.parts[0] if node.parts else None
        return first.value if isinstance(first, cst.FormattedStringText) else None
    value = node.evaluated_value if isinstance(node, cst.SimpleString) else None
    return value if isinstance(value, str) else None


def home_text(module: Module, node: cst.BaseExpression) -> cst.BaseExpression | None:
    """Return the string of *node*, the argument of ``expanduser``, that starts with the sign for the home."""
    inner = node
    while True:
        if isinstance(inner, (cst.SimpleString, cst.FormattedString)):
            start = _leading_text(inner)
            return inner if start is not None and HOME_SIGN.match(start) else None
        head = head_of(module, inner)
        if head is None:
            return None
        inner = head.node


def _environment_variable(module: Module, node: cst.BaseExpression) -> str | None:
    key: cst.BaseExpression | None = None
    if isinstance(node, cst.Call) and qualified_name(module, node) in _ENVIRONMENT and node.args:
        key = node.args[0].value
    elif isinstance(node, cst.Subscript) and len(node.slice) == 1 and isinstance(node.slice[0].slice, cst.Index):
        scope = module.scope(node)
        names = {one.name for one in scope.get_qualified_names_for(node.value)} if scope else set()
        key = node.slice[0].slice.value if names == {"os.environ"} else None
    value = key.evaluated_value if isinstance(key, cst.SimpleString) else None
    return value if isinstance(value, str) else None


def _is_task_root(module: Module, node: cst.BaseExpression) -> bool:
    return _environment_variable(module, node) == "LAMBDA_TASK_ROOT"


def _leads_to_code(module: Module, node: cst.BaseExpression) -> bool:
    """Tell whether *node* is a folder at or above the source file: ``dirname(__file__)``, ``Path(__file__).parent``."""
    ups = 0
    while True:
        if isinstance(node, cst.Name):
            return node.value == "__file__" and ups > 0
        if isinstance(node, cst.Subscript):  # parents[1]
            parents = node.value
            if not isinstance(parents, cst.Attribute) or parents.attr.value != "parents":
                return False
            ups, node = ups + 1, parents.value
        elif isinstance(node, cst.Attribute) and node.attr.value == "parent":
            ups, node = ups + 1, node.value
        elif isinstance(node, cst.Call):
            head = _head_of_call(module, node)
            if head is None or not (head.whole or head.upward):
                return False
            ups += head.upward
            node = head.node
        else:
            return False


def form_of(module: Module, node: cst.BaseExpression) -> Form | None:
    """Return whether *node* is a text or a path object; None where its own form does not say."""
    if isinstance(node, (cst.SimpleString, cst.FormattedString, cst.ConcatenatedString)):
        return Form.TEXT
    if isinstance(node, cst.BinaryOperation):
        if isinstance(node.operator, cst.Divide):
            return Form.PATH
        return Form.TEXT
    if isinstance(node, cst.Attribute) and node.attr.value == "parent":
        return Form.PATH
    if isinstance(node, cst.Subscript):
        is_parents = isinstance(node.value, cst.Attribute) and node.value.attr.value == "parents"
        return Form.PATH if is_parents else Form.TEXT
    if isinstance(node, cst.Call):
        name = qualified_name(module, node)
        if name in PATH_TYPES or name in {"pathlib.Path.home", "pathlib.Path.cwd"}:
            return Form.PATH
        if name.startswith("os.") or name == "builtins.str":
            return Form.TEXT
        if isinstance(node.func, cst.Attribute) and node.func.attr.value in {"format", "join", "as_posix"}:
            return Form.TEXT
        if isinstance(node.func, cst.Attribute) and node.func.attr.value in _SAME_METHODS | _LONGER_METHODS:
            return Form.PATH
    return None


def leaves_upwards(module: Module, node: cst.BaseExpression) -> bool:
    """Tell whether a part of *node* is ``..``, so that what it is joined onto matters."""
    waiting: list[cst.CSTNode] = [node]
    while waiting:
        one = waiting.pop()
        text = ""
        if isinstance(one, cst.SimpleString) and isinstance(one.evaluated_value, str):
            text = one.evaluated_value
        elif isinstance(one, cst.FormattedStringText):
            text = one.value
        elif isinstance(one, cst.Attribute) and one.attr.value == "pardir":
            return True
        if ".." in text.split("/"):
            return True
        waiting.extend(one.children)
    return False
