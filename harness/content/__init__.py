"""What the files of a night hold: the factories that make it, the store that keeps it, and what is shipped."""
