"""What a fault makes a mock do at a point: one dataclass an effect, a file for each mock."""
