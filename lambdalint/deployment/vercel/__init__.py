"""Python functions on Vercel."""

from lambdalint.deployment.vercel.reader import Projects, read

__all__ = ["Projects", "read"]
