"""Night Harness: proves that a batch chain recovers."""
