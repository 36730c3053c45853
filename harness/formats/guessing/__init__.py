"""What a file is made of that nobody has described: proposed from the file itself, and said in words."""
