"""Rules of which one has options, and what reads a configuration for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
import pytest

from lambdalint.config import ConfigError, Loaded, Overrides, RuleOptions, load

if TYPE_CHECKING:
    from pathlib import Path

PLATFORMS = ("aws-lambda", "vercel")


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    writable: tuple[Annotated[str, msgspec.Meta(pattern="^/")], ...] = ()
    max_mb: int = 5
    share: float = 0.5
    sdk: Literal["layer", "package"] = "layer"


RULES = RuleOptions(("LMB101", "LMB102", "LMB301", "LMB900"), {"LMB101": Options}.get)


def loaded(first: Path, overrides: Overrides | None = None, *, file: Path | None = None) -> Loaded:
    return load(first, RULES, platforms=lambda: PLATFORMS, overrides=overrides, file=file)


def refused(folder: Path, text: str, name: str = "pyproject.toml") -> ConfigError:
    """Return what is said of a configuration with a mistake."""
    (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        loaded(folder)
    assert caught.value.file == str(folder / name)
    return caught.value
