"""The source's store: the files of the night, what a fault lets a client see of each, and uploads of clients."""
