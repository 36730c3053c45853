"""Values that people write: spans, times of day, instants, and how strictly they are read."""
