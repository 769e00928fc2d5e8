"""What a function loses by not finding a file that its image has in ``/tmp``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from lambdalint.deployment.dockerfile_syntax import MAX_TEXT
from lambdalint.model import Confidence, EffectKind, Guard, Label, Severity
from lambdalint.rules.wording import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdalint.deployment.dockerfile_syntax import Instruction
    from lambdalint.model import Effect, Function, ImageFile

TMP = "/tmp"
_SEPARATOR = re.compile(r"[;&|\n]+")
_USES = frozenset({EffectKind.READ, EffectKind.EXEC, EffectKind.METADATA, EffectKind.CHANGE_DIR})
"""What fails where nothing is."""
_FILLS = frozenset({EffectKind.WRITE, EffectKind.APPEND, EffectKind.LOG, EffectKind.DATABASE})
"""What needs the folder around a file."""
_CONTINUES = {
    EffectKind.DATABASE: (Severity.ERROR, "a database that the function opens and finds empty"),
    EffectKind.CACHE: (Severity.WARNING, "a cache that the function does not find and fills again"),
}
"""What goes on without the image's content, as if nothing had ever been there."""
_MAKES_FOLDERS = frozenset(
    {EffectKind.CREATE_DIR, EffectKind.EXTRACT, EffectKind.RENAME, EffectKind.CACHE, EffectKind.EXEC}
)
_PREPARED = frozenset({Guard.CHECKED, Guard.PROVIDED, Guard.FALLBACK, Guard.MAYBE, Guard.SELECTED})
_CREATE = "create it where the function starts, with os.makedirs(..., exist_ok=True)"
_MOVE = "put it below /opt or beside the code, use it there, and copy to /tmp at run time only what is changed"


class Loss(msgspec.Struct, frozen=True):
    """A file of the image that a function does not find, what that means for it, and where it shows."""

    function: Function
    file: ImageFile
    reason: str
    advice: str
    severity: Severity
    confidence: Confidence
    is_empty: bool
    labels: tuple[Label, ...] = ()

    @property
    def rank(self) -> tuple[int, int]:
        """The smaller, the worse."""
        return self.severity.rank, self.confidence.rank


def loss_of(function: Function, file: ImageFile, effects: Sequence[Effect], *, is_empty: bool) -> Loss | None:
    """Return what *function* loses by not finding *file*, None where it makes the same itself."""

    def loss(
        reason: str, severity: Severity, confidence: Confidence, labels: Sequence[Label] = (), advice: str = ""
    ) -> Loss:
        sure = max(confidence, Confidence(function.confidence), key=lambda one: one.rank)
        told = advice or (_CREATE if is_empty else _MOVE)
        return Loss(function, file, reason, told, severity, sure, is_empty, tuple(labels))

    if _holds_code(function, file.path):
        reason = "where the function's code is not found at run time"
        return loss(reason, Severity.ERROR, Confidence.HIGH, advice="copy it into ${LAMBDA_TASK_ROOT}, /var/task")
    if file.path != TMP:
        uses = [one for one in effects if one.kind in _USES and _is_at_or_below(_fixed(one), file.path)]
        certain = [one for one in uses if not one.guards & _PREPARED]
        if certain:
            labels = [Label(one.span, "the function uses it here") for one in certain]
            return loss("which the function uses and does not find", Severity.ERROR, Confidence.HIGH, labels)
        if any(_makes(one, file.path) for one in effects):
            return None
        for kind, (severity, reason) in _CONTINUES.items():
            continued = [one for one in effects if one.kind is kind and _is_at_or_below(_fixed(one), file.path)]
            if continued and not is_empty:
                labels = [Label(one.span, "the function opens it here") for one in continued]
                return loss(reason, severity, Confidence.MEDIUM, labels)
        filled = [one for one in effects if one.kind in _FILLS and _folder(one) == file.path]
        if filled and not any(one.kind in _MAKES_FOLDERS for one in effects):
            labels = [Label(one.span, "the function writes into it here") for one in filled]
            reason = "a folder that the function writes into and does not find"
            return loss(reason, Severity.ERROR, Confidence.MEDIUM, labels, advice=_CREATE)
        if uses:
            labels = [Label(one.span, "the function looks for it here") for one in uses]
            reason = "which the function looks for and does not find"
            return loss(reason, Severity.WARNING, Confidence.MEDIUM, labels)
    is_log = file.instruction == "RUN" and file.path.endswith(".log")
    rest = Confidence.LOW if is_empty or is_log else Confidence.MEDIUM
    for variable in function.room.env:
        if any(_names(path, file.path) for path in (variable.value or "").split(":")):
            labels = [Label(variable.span, f"{shown(variable.name)} names it")] if variable.span is not None else []
            reason = f"which the variable {shown(variable.name)} names and the function does not find"
            return loss(reason, Severity.WARNING, rest, labels)
    return loss("where nothing finds it at run time", Severity.WARNING, rest)


def _holds_code(function: Function, path: str) -> bool:
    """Tell whether the module of the handler lies at *path*, or below it."""
    root = function.room.task_root
    if function.handler is None or not _is_at_or_below(root, TMP):
        return False
    module = "/".join(function.handler.replace("/", ".").split(".")[:-1])
    return _is_at_or_below(f"{root}/{module}.py", path)


def _makes(effect: Effect, path: str) -> bool:
    """Tell whether *effect* puts at *path* what the image has there, or starts to fill the folder."""
    if effect.kind is EffectKind.CREATE_DIR:
        return _is_at_or_below(_fixed(effect), path)
    if effect.kind is EffectKind.APPEND:
        return _fixed(effect) == path and effect.lifetime is not None and effect.lifetime.cached
    if effect.kind is EffectKind.EXTRACT:
        return _is_at_or_below(_fixed(effect), path)
    return effect.kind in {EffectKind.WRITE, EffectKind.LOG, EffectKind.RENAME} and _fixed(effect) == path


def _fixed(effect: Effect) -> str:
    """Return the path of an effect as far as it is known: the folder above its first unknown part."""
    place = effect.place
    if not place.holes:
        return place.path
    start = place.parts[0]
    return start.rpartition("/")[0] if isinstance(start, str) else ""


def _folder(effect: Effect) -> str:
    place = effect.place
    return _fixed(effect) if place.holes else place.path.rpartition("/")[0]


def _names(value: str, path: str) -> bool:
    """Tell whether *value* is *path*, or something around or below it; /tmp itself stands for no file in it."""
    below = value.startswith(f"{TMP}/") and value.rstrip("/") != TMP
    return below and (_is_at_or_below(value, path) or _is_at_or_below(path, value))


def _is_at_or_below(path: str, folder: str) -> bool:
    path, folder = path.rstrip("/"), folder.rstrip("/")
    return path == folder or path.startswith(f"{folder}/")


def is_made_empty(file: ImageFile, instruction: Instruction | None) -> bool:
    """Tell whether *instruction* makes a folder of that name and, as far as it shows, puts nothing into it."""
    if instruction is None or instruction.name != "RUN":
        return False
    name = file.path.rpartition("/")[2]
    script = instruction.script or instruction.text
    commands = (command.split() for command in _SEPARATOR.split(script[:MAX_TEXT]))
    return any("mkdir" in words and any(word.rstrip("/").endswith(name) for word in words) for words in commands)
