"""What a chain says of what a file is made of, under ``layout``: its words, what is wrong with them, what they mean."""
