"""Templates of CloudFormation and SAM: the functions and layers that they declare, and how they are built."""

from lambdalint.deployment.cloudformation.reader import read

__all__ = ["read"]
