"""The local stack: processes of this machine."""
