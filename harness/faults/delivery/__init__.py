"""A file is not what its sender wrote, because a part of it is missing."""
