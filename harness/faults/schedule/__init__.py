"""The schedule, its machine or the people at it go wrong."""
