"""The protocols of the file source, what clients ask for in each, and the ways in which a request can be refused."""

from __future__ import annotations

from typing import Literal, get_args

Protocol = Literal["http", "s3", "sftp", "snowflake"]
"""How a file of the chain is retrieved: a front end of the source each."""

PROTOCOLS: tuple[Protocol, ...] = get_args(Protocol)

CARRIED_BY_HTTP: frozenset[Protocol] = frozenset({"http", "s3", "snowflake"})
"""Those in which an answer can say when to come again."""

Operation = Literal["login", "query", "list", "stat", "get", "put", "remove", "rename"]
"""What a client asks for, in words that all protocols share."""

OPERATIONS: dict[Protocol, tuple[Operation, ...]] = {
    "http": ("list", "stat", "get", "put", "remove"),
    "s3": ("list", "stat", "get", "put", "remove"),
    "sftp": ("login", "list", "stat", "get", "put", "remove", "rename"),
    "snowflake": ("login", "query", "list", "get", "put", "remove"),
}
"""What a client can ask for, by protocol."""

Refusal = Literal[
    "unavailable",
    "internal_error",
    "throttled",
    "forbidden",
    "login_refused",
    "session_expired",
    "token_expired",
    "endless_listing",
]
"""What a request may meet; what that becomes in a protocol's own words is each front end's to know."""

REFUSALS: tuple[Refusal, ...] = get_args(Refusal)

SPOKEN_BY: dict[Refusal, tuple[Protocol, ...]] = dict.fromkeys(REFUSALS, PROTOCOLS) | {
    "token_expired": ("http", "s3", "snowflake"),  # SFTP knows keys and passwords, and no tokens
}
"""Which protocols have words for a refusal."""
