"""Containers: what a file's text lies in (gzip, zip, tar, ...), read, and written back with all else as it was.

What was deflated by another program cannot be deflated alike: the bytes of a part whose text is another one are this
library's own, and unpack to exactly that text. Every other byte of the container is copied.
"""
