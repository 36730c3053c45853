"""The Daily: what was built for a date, how it stands, and what a job waits for."""
