"""The command line: reads flags, calls the engine, prints the report, chooses the exit code."""

from lambdalint.cli.main import main, run

__all__ = ["main", "run"]
