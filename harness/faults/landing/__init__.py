"""The disk on which files land is full or read-only."""
