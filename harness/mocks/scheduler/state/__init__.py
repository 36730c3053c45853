"""What the scheduler remembers when it is killed."""
