"""The source's SFTP front end, over asyncssh, which is imported only for a night that has a file of it."""

from harness.contract.protocols import Protocol

VIA: Protocol = "sftp"
"""What events and orders call this front end."""
