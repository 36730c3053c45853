"""SQL text as tokens, with what stage statements have and no general dialect knows: ``@stage/path`` and ``file://``.

Written here, because what a stage client says is a dozen statements, and the large SQL parsers take exactly these for
text that they pass on unread.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from harness.mocks.source.snowflake.errors import unexpected

_TOKEN = re.compile(
    r"""
    (?P<blank>   \s+ | --[^\n]* | /\*.*?\*/ )
  | (?P<open>    /\*.* | '(?!(?:[^'\\]|''|\\.)*').* )
  | (?P<file>    file://[^\s;']* )
  | (?P<stage>   @(?:"[^"]*"|[^\s;,()'"])+ )
  | (?P<text>    '(?:[^'\\]|''|\\.)*' )
  | (?P<number>  \d+(?:\.\d*)?(?:[eE][+-]?\d+)? | \.\d+ )
  | (?P<quoted>  "(?:[^"]|"")*" )
  | (?P<word>    [A-Za-z_][\w$]* )
  | (?P<sign>    [^\s] )
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}


@dataclass(frozen=True)
class SqlToken:
    """A piece of a statement: its kind, its text as it was written, and where it begins."""

    kind: str
    text: str
    start: int

    @property
    def word(self) -> str:
        """What it says, as keywords are compared: in capitals, and nothing when it is not a bare word."""
        return self.text.upper() if self.kind == "word" else ""

    @property
    def value(self) -> str:
        """A text without its quotes."""
        if self.kind == "quoted":
            return self.text[1:-1].replace('""', '"')
        if self.kind != "text":
            return self.text
        inner = self.text[1:-1].replace("''", "'")
        return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), inner, flags=re.DOTALL)


class Reader:
    """A statement's tokens, taken from left to right."""

    def __init__(self, sql: str) -> None:
        self.sql = sql
        found = (SqlToken(str(one.lastgroup), one[0], one.start()) for one in _TOKEN.finditer(sql))
        self._tokens = [token for token in found if token.kind != "blank"]
        while self._tokens and self._tokens[-1].text == ";":
            self._tokens.pop()
        self._at = 0

    @property
    def taken_to(self) -> int:
        """Where the last token that was taken ends."""
        last = self._tokens[self._at - 1]
        return last.start + len(last.text)

    @property
    def next(self) -> SqlToken:
        """The next token, or one of kind ``end``."""
        return (
            self._tokens[self._at] if self._at < len(self._tokens) else SqlToken("end", "<EOF>", len(self.sql.rstrip()))
        )

    def take(self, *kinds: str) -> SqlToken:
        """The next token, which must be of one of these kinds if any are named."""
        token = self.next
        if token.kind == "end" or (kinds and token.kind not in kinds):
            raise self.unexpected()
        self._at += 1
        return token

    def taken(self, *words: str) -> bool:
        """Whether the next token is one of these words or signs; if so, it is taken."""
        token = self.next
        if token.kind in ("word", "sign") and token.text.upper() in words:
            self._at += 1
            return True
        return False

    def back(self, *, to: SqlToken) -> None:
        """Undo what was taken from this token on."""
        self._at = self._tokens.index(to)

    def must(self, *words: str) -> None:
        """Take one of these words or signs."""
        if not self.taken(*words):
            raise self.unexpected()

    def end(self) -> None:
        """Nothing may be left."""
        if self.next.kind != "end":
            raise self.unexpected()

    def unexpected(self) -> Exception:
        """The syntax error at the next token."""
        token = self.next
        before = self.sql[: token.start]
        return unexpected(token.text, before.count("\n") + 1, token.start - (before.rfind("\n") + 1))
