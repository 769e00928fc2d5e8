"""Chalice applications, and how their packages are made."""

from lambdalint.deployment.chalice.reader import read

__all__ = ["read"]
