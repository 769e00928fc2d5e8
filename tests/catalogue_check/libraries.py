"""Has each library inspected in a process of its own, which may hang, crash or print as it likes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from catalogue_check.verdict import Finding, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from catalogue_check.claims import Claim

_INSPECTOR = Path(__file__).with_name("inspector.py")
_TIMEOUT_S = 240


def check(
    claims: Iterable[Claim],
    *,
    interpreters: Sequence[str] = (sys.executable,),
    paths: Sequence[Path] = (),
    timeout_s: float = _TIMEOUT_S,
) -> Iterator[tuple[str, tuple[Finding, ...]]]:
    """Give the findings of each library, sorted by its name, each from the first of *interpreters* that has it.

    *paths* are searched for libraries before the interpreter's own folders.
    """
    by_library: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        by_library[claim.library].append(claim)
    for library, group in sorted(by_library.items()):
        findings: dict[Claim, Finding] = {}
        for interpreter in interpreters:
            rest = [claim for claim in group if claim not in findings or not findings[claim].installed]
            if rest:
                findings.update({one.claim: one for one in _inspect(rest, interpreter, paths, timeout_s)})
        yield library, tuple(findings[claim] for claim in group)


def installed(library: str) -> bool:
    """Tell whether this interpreter has the package *library*."""
    code = "import importlib.util, sys; sys.exit(importlib.util.find_spec(sys.argv[1]) is None)"
    return subprocess.run([sys.executable, "-I", "-c", code, library], check=False).returncode == 0


def _inspect(claims: Sequence[Claim], interpreter: str, paths: Sequence[Path], timeout_s: float) -> tuple[Finding, ...]:
    task = {
        "paths": [str(path) for path in paths],
        "claims": [[claim.name, claim.references, claim.same_as] for claim in claims],
    }
    with tempfile.TemporaryDirectory(prefix="lambdalint-catalogue-") as folder:
        answer = Path(folder, "answer.json")
        home = Path(folder, "home")
        home.mkdir()
        try:
            run = subprocess.run(
                [interpreter, "-I", str(_INSPECTOR), str(answer)],
                input=json.dumps(task),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                errors="replace",
                cwd=home,
                env=_environment(home),
                timeout=timeout_s,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return tuple(Finding(claim, Verdict.CANNOT_TELL, "the import takes too long") for claim in claims)
        if not answer.exists():
            why = (run.stderr.strip().splitlines() or ["no word"])[-1][:200]
            return tuple(Finding(claim, Verdict.CANNOT_TELL, f"the process ended: {why}") for claim in claims)
        verdicts = json.loads(answer.read_text(encoding="utf-8"))
    return tuple(_finding(claim, *verdict) for claim, verdict in zip(claims, verdicts, strict=True))


def _finding(claim: Claim, verdict: str, why: str) -> Finding:
    found = Verdict(verdict)
    if found in (Verdict.WRONG, Verdict.NOT_THERE) and claim.some_releases:
        found = Verdict.OTHER_RELEASES
    return Finding(claim, found, why)


def _environment(home: Path) -> dict[str, str]:
    """Return an environment in which libraries find a home, and nothing of the user's."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "LANG", "SYSTEMROOT") if name in os.environ}
    return {**kept, "HOME": str(home), "MPLBACKEND": "agg", "HF_HUB_OFFLINE": "1", "AWS_EC2_METADATA_DISABLED": "true"}
