"""What every fault is made of."""
