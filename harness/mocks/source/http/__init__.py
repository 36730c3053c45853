"""The source's HTTP front end: a listing, files, and what their senders put beside them."""
