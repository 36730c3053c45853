"""What users add to the harness."""
