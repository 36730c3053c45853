"""The census: who belongs to a night, whether all of them sleep, and what each waits for."""
