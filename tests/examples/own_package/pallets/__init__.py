"""What a warehouse adds to Night Harness: its file format, its failure modes, and its rules."""
