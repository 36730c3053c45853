"""The scheduler's mock: it starts the night's jobs as OpCon would, traps included."""
