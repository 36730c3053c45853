"""The preload library: each call that it wraps, in real processes."""
