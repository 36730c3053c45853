"""What users add to the harness: packages with entry points, files and modules that a command or a project names."""
