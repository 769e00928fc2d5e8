"""LMB111 install-at-runtime."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from lambdalint.model import Base, Confidence, EffectKind, Family, HoleKind, RuleMeta, Severity
from lambdalint.rules.command_context import depends_on_caller, texts_in
from lambdalint.rules.installs import CORPORA, advice_for, installed_by, installer, is_install, verb_for
from lambdalint.rules.read_only import unprepared
from lambdalint.rules.surrounded_rule import SurroundedRule
from lambdalint.rules.wording import shown

if TYPE_CHECKING:
    from lambdalint.model import Effect


class InstallAtRuntime(SurroundedRule):
    """Flags packages, models and browsers that are installed while the function runs.

    ## What it does

    Flags `pip install` and other package managers that run in a function, as a command or through their
    Python interface, and downloads that are installations: `spacy download`, `nltk.download()` into a
    read-only place, `playwright install`. Into a place that is read-only this is an error, into `/tmp` a
    warning.

    ## Why it fails on Lambda

    The interpreter's packages, the code's folder and the home are read-only, so that the installation
    fails, often with no more than an exit status. Into `/tmp` it works, and is repeated in each new
    execution environment: a request waits for it, it needs a way to the internet, it fills `/tmp`, and
    the function runs whatever versions the index has that day.

    ## Example

    ```python
    import subprocess
    import sys

    subprocess.check_call([sys.executable, "-m", "pip", "install", "--target", "/tmp/packages", "requests"])
    sys.path.insert(0, "/tmp/packages")

    import requests


    def handler(event, context):
        return requests.get(event["url"]).status_code
    ```

    ## Use instead

    ```python
    import requests


    def handler(event, context):
        return requests.get(event["url"]).status_code
    ```

    List the package in the function's requirements, so that it is installed when the package is built, or
    put it into a layer or an image. What is too large for these belongs on a mounted file system.

    ## Options

    None.

    ## Known limits

    Into `/tmp`, what the caller names is not reported, nor is what is sent to a store afterwards: that is the
    function's work. In an `except` clause, or after a test for the module, the confidence is low, as the
    module may be shipped. `nltk.download()` into `/tmp` is LMB507, other caches of libraries are LMB106.
    """

    meta = RuleMeta(
        code="LMB111",
        name="install-at-runtime",
        family=Family.READ_ONLY,
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        summary="Flags packages, models and browsers that are installed while the function runs.",
        since="0.1.0",
    )

    passes_over = "the caller chooses what is installed, or the code prepares it in /tmp"

    def concerns(self, effect: Effect) -> bool:
        """Concerned with installations into read-only places, and with those into `/tmp` that are not passed on."""
        if not is_install(effect):
            return False
        if effect.kind is EffectKind.EXEC:
            return True
        if effect.place.base is Base.TMP:
            return _is_own_use(effect)
        return effect.place.writable is False and unprepared(effect)

    def visit_Call(self, node: cst.Call) -> None:
        """Report each such effect."""
        effects = self.effects(node)
        if not effects:
            return
        around = self.around
        above = around.above(node)
        may_be_shipped = any(isinstance(one, cst.ExceptHandler) for one in above) or around.looks_for_files(node)
        for effect in effects:
            if _in_tmp(effect, node):
                if not depends_on_caller(node, above) and not _is_prepared(effect, node):
                    self._tell(node, effect, _repeated(effect), Severity.WARNING, may_be_shipped=may_be_shipped)
            else:
                self._tell(node, effect, _refused(effect), None, may_be_shipped=may_be_shipped)

    def _tell(
        self, node: cst.Call, effect: Effect, message: str, severity: Severity | None, *, may_be_shipped: bool
    ) -> None:
        self.report(
            node,
            effect,
            message,
            advice_for(effect),
            confidence=Confidence.LOW if may_be_shipped else None,
            severity=severity,
        )


def _is_own_use(effect: Effect) -> bool:
    """Tell whether what is installed in ``/tmp`` stays there; corpora are data, which LMB507 judges."""
    sent = effect.lifetime is not None and effect.lifetime.stored is not None
    chosen = any(hole.kind is HoleKind.REQUEST for hole in effect.place.holes)
    return effect.callee not in CORPORA and not sent and not chosen


def _in_tmp(effect: Effect, node: cst.Call) -> bool:
    if effect.kind is EffectKind.EXEC:
        return any(text.partition("=")[0] in ("--target", "-t") for text in texts_in(node))
    return effect.place.base is Base.TMP


def _is_prepared(effect: Effect, node: cst.Call) -> bool:
    """Tell whether the call names something else in ``/tmp``: requirements or packages that the code puts there."""
    texts = [text for text in texts_in(node) if text.startswith("/tmp")]
    return effect.kind is not EffectKind.EXEC and any(
        not effect.place.path.startswith(text.rstrip("/")) for text in texts
    )


def _refused(effect: Effect) -> str:
    if effect.kind is EffectKind.EXEC:
        place = "the interpreter's packages, which are read-only"
    elif effect.place.base is Base.HOME and effect.callee.startswith(("command pip", "command uv", "command spacy")):
        place = "the interpreter's packages or the home, which are read-only"
    elif effect.defaulted or effect.place.path == "/usr":
        place = "folders that are read-only"
    else:
        place = f"{shown(effect.place.path)}, which is read-only"
    fate = f": it {effect.library.failure}" if effect.library is not None and effect.library.failure else ""
    return f"{installer(effect)} {verb_for(effect)} {installed_by(effect)} at run time, into {place}{fate}"


def _repeated(effect: Effect) -> str:
    place = "/tmp" if effect.kind is EffectKind.EXEC else shown(effect.place.path)
    return (
        f"{installer(effect)} {verb_for(effect)} {installed_by(effect)} into {place} at run time,"
        " again in each new execution environment"
    )
