"""Tells whether packages can be installed here, for the tests that install lambdalint as its users do."""

from __future__ import annotations

import functools
import subprocess
import sys
import tempfile

_PACKAGE = "hatchling"
"""What every installation from a checkout needs first."""


@functools.cache
def unreachable_because() -> str | None:
    """Return why no package can be fetched, or None."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "pip",
                "download",
                "--quiet",
                "--no-deps",
                "--retries=1",
                "--dest",
                folder,
                _PACKAGE,
            ],
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode == 0:
        return None
    lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or done.stderr.splitlines()
    return f"no package index can be reached: {lines[0] if lines else 'pip says nothing'}"
