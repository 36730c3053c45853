"""The source's HTTP front end: a listing, files, and the manifests and flags that their senders put beside them.

It takes no uploads, removals or renames: its routes are GET and HEAD, and ``POST /token``. So it has no `writing`.
"""

from harness.contract.protocols import Protocol

VIA: Protocol = "http"
"""What events and orders call this front end."""
