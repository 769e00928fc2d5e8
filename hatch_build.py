"""Puts the compiled catalogue into the wheel: made from the TOML files while building, with a check of every row."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompiledCatalogue(BuildHookInterface[Any]):
    """Adds the file; a wheel for an editable installation has none, as its rows may change."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the file outside the source tree, which stays as it is."""
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        try:
            from lambdalint.catalogue import compiled, loader, source_files
        finally:
            sys.path.remove(self.root)
        content = compiled.encode(loader.parse_files(source_files.read()))
        handle, path = tempfile.mkstemp(suffix=f"-{compiled.SHIPPED}")
        self._made = Path(path)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        build_data["force_include"][path] = f"lambdalint/catalogue/{compiled.SHIPPED}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Delete what the wheel now holds."""
        del build_data, artifact_path
        if version != "editable":
            self._made.unlink()
