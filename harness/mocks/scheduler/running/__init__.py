"""A job while it runs: its start, its process, its end, and what follows."""
