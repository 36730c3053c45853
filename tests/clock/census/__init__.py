"""The census: when time may move, who may be woken late, and what happens when processes are killed."""
