"""Runs Python in a room like the one a function gets on Lambda, and tells what failed there."""

from sandbox.job import Job, Outcome, Raised
from sandbox.room import Sandbox, SandboxError, unavailable_because

__all__ = ["Job", "Outcome", "Raised", "Sandbox", "SandboxError", "unavailable_because"]
