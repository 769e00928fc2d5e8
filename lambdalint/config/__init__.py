"""Configuration: from ``pyproject.toml``, ``lambdalint.toml`` and flags to checked, frozen settings."""

from lambdalint.config.discover import find
from lambdalint.config.error import ConfigError, nearest
from lambdalint.config.load import Loaded, Overrides, load
from lambdalint.config.reading import RuleOptions
from lambdalint.config.wording import describe_type

__all__ = ["ConfigError", "Loaded", "Overrides", "RuleOptions", "describe_type", "find", "load", "nearest"]
