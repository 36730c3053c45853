"""`harness new`: the beginning of a fault, a check or a format of your own, which works as it is written."""
