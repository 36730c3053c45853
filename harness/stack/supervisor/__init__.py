"""The supervisor of a stack: its clock, its door, its mocks, and its end."""

UP_WITHIN_S = 30.0
"""How long the mocks of a stack may take until they answer."""
