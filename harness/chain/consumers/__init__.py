"""What a chain says of its consumers: what is the same of all of them, and a file for each kind of them."""
