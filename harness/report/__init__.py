"""What people and machines read of a night: timeline, answers, terminal, JSON, JUnit properties."""
