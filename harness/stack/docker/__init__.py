"""The docker stack: containers that share one PID namespace."""
