"""A reason not to start, in one line for the person at the terminal."""


class RefusalError(Exception):
    """What stands in the way and what to do about it. Shown as it is, without a traceback."""


class OwnFailureError(Exception):
    """A failure of ours, in one line that holds nothing personal and says where more is written."""
