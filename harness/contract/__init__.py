"""What the harness and the mocks say to each other, in the standard library's terms alone."""
