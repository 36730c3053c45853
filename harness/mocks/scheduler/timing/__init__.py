"""When things happen: one agenda for all that is due, the hold on the clock, and times as people write them."""
