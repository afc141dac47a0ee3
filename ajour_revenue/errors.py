"""Errors that are written for the person who must act."""


class ActionableError(Exception):
    """Something could not be done; the message says what, where, what was found and what to do, without any secret."""

    transient = False
    """Whether trying again later may help."""
