"""Terraform: the functions that its configurations declare, by resources and by modules."""

from lambdalint.deployment.terraform.reader import read

__all__ = ["read"]
