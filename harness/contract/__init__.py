"""What the harness and its mocks say to each other: the plan of a night, orders, effects, events and protocols.

Both sides import it, and it imports nothing of either: the standard library is all that it needs.
"""
