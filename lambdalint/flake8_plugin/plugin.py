"""What flake8 calls. Nothing here is slow to import: flake8 loads it for ``--help``, too."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from lambdalint import __version__
from lambdalint.flake8_plugin.options import declare
from lambdalint.flake8_plugin.run import Run

if TYPE_CHECKING:
    import argparse
    import ast
    from collections.abc import Iterator

    from lambdalint.flake8_plugin.options import OptionManager


class Plugin:
    """Reports what lambdalint finds in one file.

    The project is analysed as a whole and once in a run of flake8, however many files and processes check it.
    """

    name = "lambdalint"
    version = __version__
    current: ClassVar[Run | None] = None

    def __init__(self, tree: ast.AST, filename: str) -> None:
        # A parameter of this name is how flake8 tells that the plugin works on whole files.
        del tree
        self._filename = filename

    @staticmethod
    def add_options(manager: OptionManager) -> None:
        """Declare the options, for the command line and for flake8's configuration files."""
        declare(manager)

    @classmethod
    def parse_options(cls, manager: OptionManager, options: argparse.Namespace, args: list[str]) -> None:
        """Begin a run with *options*; flake8 calls this once in its own process, and in workers that it spawns."""
        del manager, args
        cls.current = Run(options)
        cls.current.begin()

    def run(self) -> Iterator[tuple[int, int, str, type[Plugin]]]:
        """Yield line, column from 0, code with message, and the class, of each finding in the file."""
        run = type(self).current
        for violation in run.violations_in(self._filename) if run is not None else ():
            yield violation.line, violation.column - 1, violation.text, type(self)
