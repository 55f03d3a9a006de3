"""What the command line refuses to do."""

from __future__ import annotations


class Refused(RuntimeError):
    """A command cannot do what it was asked; the message is for the operator."""
