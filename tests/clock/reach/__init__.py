"""Whether the clock can enter a program."""
