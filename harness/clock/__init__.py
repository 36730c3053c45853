"""Virtual time for real processes: a preloaded C library, the clock page, and a controller that makes time jump."""
