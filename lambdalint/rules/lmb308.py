"""LMB308 removes-all-of-tmp."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from lambdalint.model import LISTING, Base, Confidence, EffectKind, Family, HoleKind, RuleMeta, Safety, Severity
from lambdalint.rules.fixes.wipe import remove_own_content
from lambdalint.rules.rule import Rule

if TYPE_CHECKING:
    from lambdalint.model import Effect, Fix, Place
    from lambdalint.rules.fixes.site import Site

_KIND_TESTS = frozenset(
    {"exists", "isdir", "isfile", "islink", "is_dir", "is_file", "is_symlink", "lexists", "listdir", "len"}
)
"""Tests that say how to remove something, not whether."""


class RemovesAllOfTmp(Rule):
    """Flags code that removes everything in `/tmp`.

    ## What it does

    Flags the removal of `/tmp` itself, as by `shutil.rmtree("/tmp")`, and, with low confidence, loops that
    remove whatever a listing of `/tmp` holds.

    ## Why it fails on Lambda

    `/tmp` is not the function's alone. Extensions keep sockets and buffers there, and so do libraries and
    whatever the function itself made at import: all of it is gone after the removal, and nothing makes it
    anew before the environment ends. `/tmp` itself cannot be removed, because it is mounted:
    `shutil.rmtree("/tmp")` empties it and then raises `OSError`.

    ## Example

    ```python
    import shutil


    def handler(event, context):
        with open("/tmp/report.csv", "w") as out:
            out.write(event["report"])
        shutil.rmtree("/tmp", ignore_errors=True)
    ```

    ## Use instead

    ```python
    import os
    import tempfile


    def handler(event, context):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "report.csv"), "w") as out:
                out.write(event["report"])
    ```

    To clear what earlier invocations left after a crash, give the function a folder of its own, such as
    `/tmp/reports`, and empty that at the start.

    ## Options

    None.

    ## Known limits

    Emptying `/tmp` by a listing is a common remedy for its growth, and harmless in a function without
    extensions that keeps nothing there. It is therefore hidden unless findings of low confidence are shown.
    A loop that chooses what it removes is not flagged.

    The fix (unsafe) removes instead what invocations of the same function make in `/tmp`, if that is all
    known: up to five names that are the same in each invocation. There is none where names are new each time,
    where the folder to be emptied is an argument, or for a loop that does more.
    """

    meta = RuleMeta(
        code="LMB308",
        name="removes-all-of-tmp",
        family=Family.GROWTH,
        severity=Severity.WARNING,
        confidence=Confidence.HIGH,
        summary="Flags code that removes everything in `/tmp`.",
        since="0.1.0",
        fix=Safety.UNSAFE,
    )

    passes_over = "a test in the loop chooses what is removed"

    _choosing: list[bool]
    """For the module and each loop around the present place: whether a test there chooses what to remove."""

    def concerns(self, effect: Effect) -> bool:
        """Concerned with the removal of the writable root, or of all that a listing of it yields."""
        return (
            effect.kind is EffectKind.DELETE
            and effect.place.base is Base.TMP
            and (_is_root(effect.place) or _is_all_below(effect.place))
        )

    def visit_Module(self, node: cst.Module) -> None:
        """Start outside of all loops."""
        self._choosing = [False]

    def visit_For(self, node: cst.For) -> None:
        """Enter a loop."""
        self._choosing.append(False)

    def leave_For(self, original_node: cst.For) -> None:
        """Leave a loop."""
        self._choosing.pop()

    def visit_If(self, node: cst.If) -> None:
        """Note a test inside a loop."""
        self._choosing[-1] |= _chooses(node.test)

    def visit_CompIf(self, node: cst.CompIf) -> None:
        """Note a test inside a comprehension that a loop runs over."""
        self._choosing[-1] |= _chooses(node.test)

    def visit_Call(self, node: cst.Call) -> None:
        """Report each such effect."""
        for effect in self.effects(node):
            root = _is_root(effect.place)
            if root:
                message = "removes /tmp itself, with all that extensions, libraries and the function's start keep there"
            elif any(self._choosing[1:]):
                continue
            else:
                message = "removes whatever lies in /tmp, also what extensions, libraries and the function's start keep"
            self.report(
                node,
                effect,
                message,
                "remove what the function made, in a folder of its own such as a tempfile.TemporaryDirectory()",
                confidence=Confidence.HIGH if root else Confidence.LOW,
            )

    def mend(self, site: Site) -> Fix | None:
        """Remove what the function made."""
        return remove_own_content(site)


def _is_root(place: Place) -> bool:
    return not place.holes and place.path.rstrip("/") == "/tmp"


def _is_all_below(place: Place) -> bool:
    """Tell whether *place* stands for each name in `/tmp`: a pattern of a shell, or what a listing yields."""
    if not place.holes:
        return place.path in {"/tmp/*", "/tmp/**", "/tmp/**/*"}
    first, *rest = place.parts
    return first in {"/tmp", "/tmp/"} and all(
        part == "/" if isinstance(part, str) else part.kind is HoleKind.LOOP and part.origin == LISTING for part in rest
    )


def _chooses(test: cst.BaseExpression) -> bool:
    """Tell whether *test* may choose by name, age or size; tests for the kind of a file do not."""
    if isinstance(test, cst.BooleanOperation):
        return _chooses(test.left) or _chooses(test.right)
    if isinstance(test, cst.UnaryOperation):
        return _chooses(test.expression)
    if isinstance(test, cst.Call):
        called = test.func.attr if isinstance(test.func, cst.Attribute) else test.func
        return not (isinstance(called, cst.Name) and called.value in _KIND_TESTS)
    return not isinstance(test, cst.Name)
