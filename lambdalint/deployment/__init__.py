"""What is deployed, and into which room: one module a format."""

from lambdalint.deployment.handlers import locate
from lambdalint.deployment.project import read

__all__ = ["locate", "read"]
