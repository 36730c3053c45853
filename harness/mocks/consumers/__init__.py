"""The chain's consumers: what each of them holds, and the front end that takes it in."""
