"""When files arrive, and how a fault changes their arrival."""
