"""Virtual time for real processes: a preloaded C library, a shared page, and a controller that jumps."""
