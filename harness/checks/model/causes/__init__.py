"""What the pages of a night say of its causes."""
