"""The flake8 plugin: the same findings as the command line, for the Python files that flake8 checks."""

from lambdalint.flake8_plugin.plugin import Plugin

__all__ = ["Plugin"]
