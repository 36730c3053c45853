"""One night: its plan, its faults, how it runs, and what came of it."""
