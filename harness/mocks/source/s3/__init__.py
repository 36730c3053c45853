"""The source's S3 front end: one bucket, signed requests, XML answers, and the bytes as faults leave them."""

from harness.contract.protocols import Protocol

VIA: Protocol = "s3"
"""What events and orders call this front end."""
