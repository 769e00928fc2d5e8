"""Python functions on Vercel."""

from lambdalint.deployment.vercel.reader import read

__all__ = ["read"]
