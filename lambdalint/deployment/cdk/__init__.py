"""Programs of the CDK in Python, TypeScript and JavaScript, read as text: the functions and layers that they make."""

from lambdalint.deployment.cdk.reader import read

__all__ = ["read"]
