"""The chain's consumers: what each of them holds, and the front ends that take it in."""
