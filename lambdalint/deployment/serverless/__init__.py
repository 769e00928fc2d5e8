"""Services of the Serverless Framework: the functions that their configuration declares, and how they are packed."""

from lambdalint.deployment.serverless.reader import Services, read

__all__ = ["Services", "read"]
