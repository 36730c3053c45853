"""The wire: a TCP proxy in front of the chain's endpoints, where network faults act."""
