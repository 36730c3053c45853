"""The census: which threads belong to a night, whether all of them sleep, and what each waits for."""
