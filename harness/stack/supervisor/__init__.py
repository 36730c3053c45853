"""The supervisor of a stack: its clock, its door, its mocks, and its end."""

UNIX = "unix://"
"""How the URL of a door begins that is a Unix socket; its path follows."""

UP_WITHIN_S = 30.0
"""How long the mocks of a stack may take until they answer."""

SETTLED_WITHIN_S = 600.0
"""How long the end of a night may take: a consumer tells all its rows, of which a million take half a minute."""
