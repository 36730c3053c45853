"""Where faults act in the scheduler."""
