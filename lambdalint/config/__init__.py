"""Configuration: from ``pyproject.toml``, ``lambdalint.toml`` and flags to checked, frozen settings."""

from lambdalint.config.error import ConfigError, nearest
from lambdalint.config.load import Loaded, Overrides, RuleOptions, load
from lambdalint.config.wording import describe_type

__all__ = ["ConfigError", "Loaded", "Overrides", "RuleOptions", "describe_type", "load", "nearest"]
