"""LMB110 command-writes-outside-tmp."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import Base, Confidence, EffectKind, Family, RuleMeta, Severity
from lambdalint.rules.child_processes import deed_of
from lambdalint.rules.command_context import is_handled, sets_home
from lambdalint.rules.read_only import command_refused
from lambdalint.rules.surrounded_rule import SurroundedRule
from lambdalint.rules.wording import advice

if TYPE_CHECKING:
    import libcst as cst

    from lambdalint.model import Effect

_BASES = frozenset({Base.TASK, Base.PACKAGE, Base.LAYER, Base.HOME, Base.ABSOLUTE, Base.SHM})


class CommandWritesOutsideTmp(SurroundedRule):
    """Flags child processes that write to read-only places.

    ## What it does

    Flags calls of `subprocess`, `os.system` and the like whose command creates, changes or moves something
    outside `/tmp` and the mounted file systems: by a redirection of the shell, an output option or an
    argument of a well-known program, its default output in the working directory, or a file of its own in
    the home directory. `cwd=`, `env=`, `cd`, and variables that the script sets are understood.

    ## Why it fails on Lambda

    A child process finds the file system as read-only as the function does, and starts in `/var/task`. The
    program fails, and that is an exit status, no `OSError`: `check=True`, `check_call` and `check_output`
    raise `CalledProcessError`, while `os.system`, `Popen` and a plain `run` go on as if nothing had happened,
    until the file is missed.

    ## Example

    ```python
    import subprocess

    import boto3


    def handler(event, context):
        subprocess.run(["ffmpeg", "-y", "-i", event["url"], "clip.mp3"])
        boto3.client("s3").upload_file("clip.mp3", "clips", event["id"])
    ```

    ## Use instead

    ```python
    import os
    import subprocess
    import tempfile

    import boto3


    def handler(event, context):
        clip = os.path.join(tempfile.gettempdir(), "clip.mp3")
        subprocess.run(["ffmpeg", "-y", "-i", event["url"], clip], check=True)
        boto3.client("s3").upload_file(clip, "clips", event["id"])
    ```

    Programs that write where they stand can be run in `/tmp`, with `cwd=tempfile.gettempdir()`. Those that
    keep a profile in the home need `HOME` in `/tmp`, in `env=` or in the function's environment.

    ## Options

    None.

    ## Known limits

    Only the programs of the catalogue are known (`lambdalint catalogue ffmpeg`), and of scripts only what
    stands in the code. A program that cannot keep its cache, and `rm -f`, need not fail and are not
    reported, nor are commands whose failure the code or the script expects (`cmd || true`,
    `if cmd; then`). What Python itself writes is LMB101 to LMB105; programs that install packages are
    LMB111.
    """

    meta = RuleMeta(
        code="LMB110",
        name="command-writes-outside-tmp",
        family=Family.READ_ONLY,
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        summary="Flags child processes that write to read-only places.",
        since="0.1.0",
    )

    passes_over = "an except clause goes on by another way where the command fails, or env= names another home"

    def concerns(self, effect: Effect) -> bool:
        """Concerned with commands that a read-only place refuses what they do."""
        return effect.place.base in _BASES and command_refused(effect)

    def visit_Call(self, node: cst.Call) -> None:
        """Report each such effect, unless the command's failure is expected."""
        effects = self.effects(node)
        if not effects:
            return
        above = self.around.above(node)
        if is_handled(node, above):
            return
        for effect in effects:
            if effect.place.base is Base.HOME and sets_home(node, above):
                continue
            unmounted = effect.place.path.startswith("/mnt/")
            why = "where no known template mounts a file system" if unmounted else "which is read-only at run time"
            self.report(
                node,
                effect,
                f"{deed_of(effect)}, {why}",
                _advice(effect),
                confidence=Confidence.MEDIUM if unmounted else None,
            )


def _advice(effect: Effect) -> str:
    """Return what to do, by what makes the command write there."""
    if effect.place.base is Base.HOME:
        return "set HOME to a folder in /tmp, in env= or in the function's environment"
    if effect.kind is EffectKind.METADATA:
        return advice(effect)
    if effect.defaulted:
        return "name its output below tempfile.gettempdir(), or run it there with cwd=tempfile.gettempdir()"
    return "give it a path below tempfile.gettempdir(), and send files that must last to S3"
