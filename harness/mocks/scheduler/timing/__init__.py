"""When things happen: one agenda for all that is due, the hand on the clock, and times as people write them."""
