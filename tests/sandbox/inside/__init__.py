"""The part of the sandbox that runs in the room."""
