"""The files that the source holds: their bytes, their checksums, and what a client may see of them."""
