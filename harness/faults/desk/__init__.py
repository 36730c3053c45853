"""A page is not taken, lost, told twice or to nobody, or who is told is not there."""
