"""A file is whole and wrong, or was damaged in a way that its size may not show."""
