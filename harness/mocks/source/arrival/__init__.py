"""When files arrive, and how a fault has them arrive otherwise."""
