"""Build steps that are written as scripts: what they install, and where."""

from lambdalint.deployment.scripts.build_scripts import read
from lambdalint.deployment.scripts.installs import BuildScripts, Export, Install

__all__ = ["BuildScripts", "Export", "Install", "read"]
