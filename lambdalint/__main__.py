"""The program, as ``lambdalint`` and as ``python -m lambdalint``."""

from __future__ import annotations

import sys

from lambdalint import __version__


def main() -> None:
    """Run the command line and exit."""
    if sys.argv[1:] == ["--version"] and _tell_version():
        return
    from lambdalint import rerun

    known = rerun.recorded(sys.argv[1:])
    status = None if known is None else known.repeat()
    if status is not None:
        sys.exit(status)
    rerun.begin(known)
    from lambdalint.cli import main as run

    run()


def _tell_version() -> bool:
    """Print the version, with nothing else imported; False where that fails, which the command line reports."""
    try:
        sys.stdout.write(f"lambdalint {__version__}\n")
        sys.stdout.flush()
    except (OSError, ValueError, AttributeError):  # refused, closed, or no stream at all
        return False
    return True


if __name__ == "__main__":
    main()
