"""Who acts on the scheduler from outside, and whom it tells."""
