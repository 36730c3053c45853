"""Where faults act on requests, whatever the protocol: refusals, slowness, and lengths that are wrong."""
