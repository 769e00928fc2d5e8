"""Zappa: the web applications that its settings deploy, and what is packed with them."""

from lambdalint.deployment.zappa.reader import read

__all__ = ["read"]
