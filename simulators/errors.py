"""What a simulator refuses when it is asked wrongly."""


class Missing(LookupError):
    """What was asked for does not exist."""


class Invalid(ValueError):
    """What was asked for makes no sense."""


class Conflict(Exception):
    """What was asked for is at odds with what there is."""
