"""What a simulator refuses when it is steered wrongly."""


class Missing(LookupError):
    """What was asked for does not exist."""


class Invalid(ValueError):
    """What was asked for makes no sense."""
