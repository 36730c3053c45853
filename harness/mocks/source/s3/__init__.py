"""The source's S3 front end: one bucket, signed requests, XML answers, and the bytes as faults leave them."""
