"""What SQL a client sends: its statements one by one, and which of them write, begin, commit or roll back.

No parser: the first word says what a statement is, and comments, quotes and dollars say where it ends. A function that
writes when it is selected is not seen to write.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_PIECE = re.compile(
    r"""
      --[^\n]*
    | /\*.*?(?:\*/|\Z)
    | [eE]'(?:[^'\\]|\\.|'')*'?
    | '(?:[^']|'')*'?
    | "(?:[^"]|"")*"?
    | (?P<dollar>\$(?:[^\W\d]\w*)?\$).*?(?:(?P=dollar)|\Z)
    | (?P<word>[^\W\d][\w$]*)
    | (?P<bracket>[()])
    | (?P<end>;)
    | [\s\d,.=<>+*]+
    | .
    """,
    re.VERBOSE | re.DOTALL,
)

BEGINS = {"BEGIN", "START"}
COMMITS = {"COMMIT", "END"}
ROLLS_BACK = {"ROLLBACK", "ABORT"}
READS = {"SELECT", "VALUES", "TABLE", "SHOW", "EXPLAIN", "FETCH", "MOVE", "DECLARE", "CLOSE", "SAVEPOINT", "RELEASE"}
SETS = {"SET", "RESET", "DISCARD", "LISTEN", "UNLISTEN", "LOCK", "PREPARE", "DEALLOCATE", "LOAD", "CHECKPOINT", ""}
DATA = {"INSERT", "UPDATE", "DELETE", "MERGE"}
LONGEST_WORDS = 64
"""What is kept of a statement's words, which tell what it is."""


@dataclass(frozen=True)
class Statement:
    """One statement: its text, and its words in capitals, without those in quotes, comments and brackets."""

    text: str
    words: tuple[str, ...]

    @property
    def verb(self) -> str:
        """Its first word; empty of an empty statement."""
        return self.words[0] if self.words else ""

    @property
    def begins(self) -> bool:
        """Whether a transaction begins with it."""
        return self.verb in BEGINS

    @property
    def commits(self) -> bool:
        """Whether it ends a transaction to its good end, a prepared one included."""
        return self.verb in COMMITS or self.words[:2] == ("PREPARE", "TRANSACTION")

    @property
    def rolls_back(self) -> bool:
        """Whether it ends a transaction, and not only a savepoint."""
        return self.verb in ROLLS_BACK and "TO" not in self.words[1:3] and "PREPARED" not in self.words

    @property
    def copies_in(self) -> bool:
        """Whether rows of the client's follow it."""
        return self.verb == "COPY" and "FROM" in self.words and "STDIN" in self.words

    @property
    def writes(self) -> bool:
        """Whether it changes what the database holds, as far as its words say."""
        if self.verb == "COPY":
            return "FROM" in self.words
        if self.verb == "SELECT":
            return "INTO" in self.words
        if self.verb == "WITH":
            return bool(DATA.intersection(self.words))
        return self.verb not in BEGINS | COMMITS | ROLLS_BACK | READS | SETS


@lru_cache(maxsize=256)
def split(sql: str) -> tuple[Statement, ...]:
    """The statements of a text, without those that are empty."""
    return tuple(one for one in _statements(sql) if one.words)


def _statements(sql: str) -> Iterator[Statement]:
    begins, depth, words = 0, 0, list[str]()
    for piece in _PIECE.finditer(sql):
        if piece["end"] and depth == 0 and not _inside_body(words):
            yield Statement(sql[begins : piece.start()].strip(), tuple(words))
            begins, words = piece.end(), []
        elif piece["bracket"]:
            depth = depth + 1 if piece["bracket"] == "(" else max(0, depth - 1)
        elif piece["word"] and len(words) < LONGEST_WORDS and (depth == 0 or words[:1] == ["WITH"]):
            words.append(piece["word"].upper())
    yield Statement(sql[begins:].strip(), tuple(words))


def _inside_body(words: list[str]) -> bool:
    """Whether a function's body of the SQL standard is open, in which semicolons do not end it."""
    return words[:1] == ["CREATE"] and words.count("ATOMIC") > words.count("END")
