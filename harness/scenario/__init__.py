"""What goes wrong in a night and what must hold: the model, its files, and their schemas."""
