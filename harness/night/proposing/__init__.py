"""What a chain may declare of its consumers' rows, as a calm night shows it: `harness lint --night`."""
