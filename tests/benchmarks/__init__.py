"""What the project promises in figures, measured: one script for each figure; README.md has the last ones."""
