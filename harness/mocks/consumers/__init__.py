"""The chain's consumers: what each of them holds, and a package for each kind, by which they take it in."""
