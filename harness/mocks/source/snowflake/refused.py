"""How Snowflake says no: an error with a code of six digits, as a success would come, with HTTP status 200."""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """A request that is understood and refused; ``data`` is what the answer carries beside code and message."""

    def __init__(self, code: str, message: str, **data: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class SqlRefused(Refused):
    """A statement that cannot be carried out; ``line`` counts from 1 and ``position`` from 0, as Snowflake's do."""

    def __init__(self, code: str, state: str, message: str, *, line: int = -1, position: int = -1) -> None:
        told = {"internalError": False, "errorCode": code, "age": 0, "sqlState": state, "line": line, "pos": position}
        super().__init__(code, f"SQL compilation error:\n{message}", **told, type="COMPILATION")


def unexpected(found: str, line: int, position: int) -> SqlRefused:
    """A syntax error at a token, in Snowflake's words."""
    message = f"syntax error line {line} at position {position} unexpected '{found}'."
    return SqlRefused("001003", "42000", message, line=line, position=position)
