"""A consumer that is a real PostgreSQL: the server inside the night, the front where faults act, and what it holds."""
