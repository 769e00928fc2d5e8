"""Runs Python in a room like the one a function gets on Lambda, and tells what failed there."""

from sandbox.job import Invocation, Job, Outcome, Raised
from sandbox.room import Sandbox, SandboxError, unavailable_because

__all__ = ["Invocation", "Job", "Outcome", "Raised", "Sandbox", "SandboxError", "unavailable_because"]
