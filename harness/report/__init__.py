"""What people and machines read of a night: timeline, the five questions, terminal, JSON, JUnit properties."""
