"""What a fix is made from: a finding, the effects behind it, and the project around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    import libcst as cst

    from lambdalint.model import Effect, Finding
    from lambdalint.syntax.module import Module
    from lambdalint.syntax.project import Project


class Site(msgspec.Struct, frozen=True):
    """A finding at a call, in the module that it stands in.

    ``effects`` are those of the call that concern the rule, one for each way that leads there from an entry point.
    ``call`` is a node of ``module``.
    """

    finding: Finding
    effects: tuple[Effect, ...]
    module: Module
    call: cst.Call
    project: Project
