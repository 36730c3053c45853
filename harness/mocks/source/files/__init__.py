"""The files that the source has: what each is, its bytes, and their checksums."""
