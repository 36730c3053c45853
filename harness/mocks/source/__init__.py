"""The file source: what has arrived, and the front ends that serve it."""
