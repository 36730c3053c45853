"""The clock by itself: `harness clock run` and `harness clock check`, for any command and without a chain."""
