"""The clients that are seen to meet the faults: what each of them is asked to do, by the protocol that it speaks."""

from __future__ import annotations

from collections.abc import Mapping

HTTP: Mapping[str, str] = {
    "curl": "`curl --fail`: without it, the text of an error becomes the file",
    "httpx": "`httpx.stream`, with `raise_for_status`",
    "requests": "`requests.get`, with `raise_for_status`",
    "urllib3": "`PoolManager.request`, whose status is looked at",
}
S3: Mapping[str, str] = {
    "boto3": "`get_object`",
    "boto3_download_file": "`download_file`",
}
SFTP: Mapping[str, str] = {
    "asyncssh": "`SFTPClient.get`",
    "openssh_sftp": "`sftp -b`, as OpenSSH ships it: Debian's asks every five minutes whether the server lives",
    "paramiko": "`SFTPClient.get`",
}
SNOWFLAKE: Mapping[str, str] = {
    "snowflake": "connector 5.2, `GET` of a file from a stage whose files travel by signed links",
}

CLIENTS: Mapping[str, Mapping[str, str]] = {"http": HTTP, "s3": S3, "sftp": SFTP, "snowflake": SNOWFLAKE}
"""All of them, by protocol; each has its own defaults, and no timeout but those."""

REFUSED_TO_ALL: Mapping[str, str] = {client: "refuses" for told in CLIENTS.values() for client in told}
"""What clients do about an answer that is an error, and about a file that is not there."""

TAKEN_BY_ALL: Mapping[str, str] = {client: "accepts" for client in REFUSED_TO_ALL if client not in S3}
"""What clients do about content whose length is right: nothing. None of them looks into what it carries.

Those of S3 are not among them: they compare with the checksum that the store keeps.
"""

SENDERS: Mapping[str, str] = {
    "httpx_post": "`httpx.post` of a batch, with `raise_for_status`",
    "requests_post": "`requests.post` of a batch, with `raise_for_status`",
    "urllib3_post": "`PoolManager.request` with POST, whose status is looked at",
}
"""The clients that are seen to send a batch to a consumer over HTTP: they meet the faults at consumers alone."""

REFUSED_TO_SENDERS: Mapping[str, str] = dict.fromkeys(SENDERS, "refuses")
"""What they do about an error, and about no answer: by itself, none of them sends a POST again."""

TAKEN_BY_SENDERS: Mapping[str, str] = dict.fromkeys(SENDERS, "accepts")
"""What they do about an answer that says that all is well."""

LOADERS: Mapping[str, str] = {
    "psql": "`psql -v ON_ERROR_STOP=1 -1` with `\\copy`",
    "psycopg": "psycopg 3, `with psycopg.connect()` and a COPY",
    "sqlalchemy": "SQLAlchemy 2, an INSERT of many rows in `engine.begin()`, with its pool's defaults",
}
"""The clients that are seen to load a consumer that is a table: they meet the faults at consumers alone."""

REFUSED_TO_LOADERS: Mapping[str, str] = dict.fromkeys(LOADERS, "refuses")
"""What they do about an error, and about a connection that is lost: none of them begins a transaction again."""

WORKERS: Mapping[str, str] = {
    "redis_py": "redis-py: XREADGROUP of one entry and XACK, until none comes; then XADD",
    "valkey_py": "valkey-py, the same",
}
"""The clients that are seen to take from a queue, and to push to it: they meet the faults at consumers alone."""

REFUSED_TO_WORKERS: Mapping[str, str] = dict.fromkeys(WORKERS, "refuses")
"""What they do about an error of the queue."""

TAKEN_BY_WORKERS: Mapping[str, str] = dict.fromkeys(WORKERS, "accepts")
"""What they do about what they are handed: it is the program's to know it."""
