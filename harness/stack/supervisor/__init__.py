"""The supervisor of a stack: its clock, its door, its mocks, and its end."""

TOKEN = "NIGHT_DOOR_TOKEN"  # noqa: S105 - the variable's name
"""The environment variable with the token that callers at the door must show."""

UP_WITHIN_S = 30.0
"""How long the mocks of a stack may take until they answer."""
