"""A job does not start, or its start or end is told wrongly."""
