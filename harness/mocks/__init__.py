"""Programs that play a chain's neighbours: file source, wire, scheduler, consumers, desk, folder watch."""
