"""A file comes late, early, never, twice, in parts, under another name, or is superseded."""
