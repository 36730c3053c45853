"""The statements that the mock knows, parsed; any other is a syntax error at the token where it leaves them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from harness.mocks.core.documents import whole_number
from harness.mocks.source.snowflake.errors import SqlRefused
from harness.mocks.source.snowflake.sql_lexer import Reader, SqlToken


@dataclass(frozen=True)
class Get:
    """``GET @stage/path file:///folder [PARALLEL = n] [PATTERN = 'regex']``."""

    stage: str
    local: str
    options: dict[str, str]


@dataclass(frozen=True)
class Put:
    """``PUT file:///path @stage/path [AUTO_COMPRESS = ...] [OVERWRITE = ...] ...``."""

    stage: str
    local: str
    options: dict[str, str]


@dataclass(frozen=True)
class ListFiles:
    """``LIST @stage/path [PATTERN = 'regex']``, or ``LS``."""

    stage: str
    options: dict[str, str]


@dataclass(frozen=True)
class Remove:
    """``REMOVE @stage/path [PATTERN = 'regex']``, or ``RM``."""

    stage: str
    options: dict[str, str]


@dataclass(frozen=True)
class Use:
    """``USE [ROLE | WAREHOUSE | DATABASE | SCHEMA | SECONDARY ROLES] name``."""

    kind: str
    name: tuple[str, ...]


@dataclass(frozen=True)
class AlterSession:
    """``ALTER SESSION SET name = value ...`` or ``ALTER SESSION UNSET name, ...``."""

    values: dict[str, str | None]


@dataclass(frozen=True)
class ShowParameters:
    """``SHOW PARAMETERS [LIKE 'pattern'] [IN SESSION | IN ACCOUNT]``."""

    like: str


@dataclass(frozen=True)
class Transaction:
    """``BEGIN``, ``COMMIT``, ``ROLLBACK``: nothing here is transactional."""


@dataclass(frozen=True)
class Expression:
    """A literal (``function`` empty), or a function with its arguments; ``source`` is how it was written."""

    source: str
    function: str = ""
    kind: str = ""
    value: str | None = None
    arguments: tuple[Expression, ...] = ()
    alias: str | None = None


@dataclass(frozen=True)
class Select:
    """``SELECT expression [AS name], ...``, from no table."""

    columns: tuple[Expression, ...] = field(default_factory=tuple)


@dataclass(frozen=True)
class ResultScan:
    """``SELECT * FROM TABLE(RESULT_SCAN('query id'))``: how 4.x asks for what it has sent off."""

    query_id: str


Statement = Get | Put | ListFiles | Remove | Use | AlterSession | ShowParameters | Transaction | Select | ResultScan

MOST_THREADS = 99
"""The largest PARALLEL that Snowflake takes."""

MOST_DEPTH = 64
"""Calls inside each other."""

MOST_COLUMNS = 1_000
LONGEST_SQL = 1 << 20
"""Characters of a statement: Snowflake takes one of 1 MB."""

WITHOUT_PARENTHESES = frozenset({"CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_USER"})
"""Functions that may be called without any."""


def parse(sql: str) -> Statement:
    """One statement; `SqlRefused` says where it is none that the mock knows."""
    if len(sql) > LONGEST_SQL:
        found = f"found {len(sql):,} characters, expected at most {LONGEST_SQL:,}"
        raise SqlRefused("001795", "42601", f"SQL statement is too long: {found}.")
    reader = Reader(sql)
    if reader.next.kind == "end":
        raise SqlRefused("000900", "42601", "Empty SQL statement.", line=1, position=0)
    form = _FORMS.get(reader.next.word)
    if form is None:
        raise reader.unexpected()
    reader.take()
    statement = form(reader)
    reader.end()
    return statement


def _get(reader: Reader) -> Get:
    return Get(_stage(reader), _file(reader), _options(reader))


def _put(reader: Reader) -> Put:
    local = _file(reader)
    return Put(_stage(reader), local, _options(reader))


def _list(reader: Reader) -> ListFiles:
    return ListFiles(_stage(reader), _options(reader))


def _remove(reader: Reader) -> Remove:
    return Remove(_stage(reader), _options(reader))


def _use(reader: Reader) -> Use:
    kind = reader.next.word
    if kind in ("ROLE", "WAREHOUSE", "DATABASE", "SCHEMA"):
        reader.take()
    elif kind == "SECONDARY":
        reader.take()
        reader.must("ROLES", "ROLE")
    else:
        kind = "DATABASE"
    return Use(kind, _name(reader))


def _alter(reader: Reader) -> AlterSession:
    reader.must("SESSION")
    values: dict[str, str | None] = {}
    if reader.taken("UNSET"):
        while not values or reader.taken(","):
            values[reader.take("word").word] = None
        return AlterSession(values)
    reader.must("SET")
    while not values or reader.next.kind == "word" or reader.taken(","):
        name = reader.take("word").word
        reader.must("=")
        values[name] = reader.take("word", "text", "number").value
    return AlterSession(values)


def _show(reader: Reader) -> ShowParameters:
    reader.must("PARAMETERS")
    like = reader.take("text").value if reader.taken("LIKE") else "%"
    if reader.taken("IN", "FOR"):
        reader.must("SESSION", "ACCOUNT", "USER")
    return ShowParameters(like)


def _transaction(reader: Reader) -> Transaction:
    reader.taken("TRANSACTION", "WORK")
    return Transaction()


def _select(reader: Reader) -> Select | ResultScan:
    if reader.next.text == "*":
        return _result_scan(reader)
    columns = [_column(reader)]
    while reader.taken(","):
        if len(columns) == MOST_COLUMNS:
            raise reader.unexpected()
        columns.append(_column(reader))
    return Select(tuple(columns))


def _result_scan(reader: Reader) -> ResultScan:
    star = reader.take()
    try:
        for word in ("FROM", "TABLE", "(", "RESULT_SCAN", "("):
            reader.must(word)
        query_id = reader.take("text").value
        reader.must(")")
        reader.must(")")
    except SqlRefused:
        reader.back(to=star)  # no other table is known: it is the star that cannot be
        raise reader.unexpected() from None
    return ResultScan(query_id)


def _column(reader: Reader) -> Expression:
    found = _expression(reader)
    if reader.taken("AS") or reader.next.kind == "quoted":
        token = reader.take("word", "quoted")
        alias = token.word or token.value
        return Expression(found.source, found.function, found.kind, found.value, found.arguments, alias)
    return found


def _expression(reader: Reader, depth: int = 1) -> Expression:
    if depth > MOST_DEPTH:
        raise reader.unexpected()
    start = reader.next.start
    minus = reader.taken("-")
    token = reader.take("number") if minus else reader.take("text", "number", "word", "stage")
    if token.kind != "word":
        return _literal(token, minus=minus)
    if token.word in ("NULL", "TRUE", "FALSE"):
        value = {"NULL": None, "TRUE": "1", "FALSE": "0"}[token.word]
        return Expression(token.word, kind="text" if value is None else "boolean", value=value)
    arguments: list[Expression] = []
    if reader.taken("("):
        while reader.next.text != ")":
            arguments.append(_expression(reader, depth + 1))
            if not reader.taken(","):
                break
        reader.must(")")
    elif token.word not in WITHOUT_PARENTHESES:
        where = f"error line 1 at position {token.start}\ninvalid identifier '{token.word}'"
        raise SqlRefused("000904", "42000", where, line=1, position=token.start)
    source = reader.sql[start : reader.taken_to].upper()
    return Expression(source, function=token.word, arguments=tuple(arguments))


def _literal(token: SqlToken, *, minus: bool) -> Expression:
    value = f"-{token.value}" if minus else token.value
    source = f"-{token.text}" if minus else token.text.upper()
    return Expression(source, kind="fixed" if token.kind == "number" else "text", value=value)


def _stage(reader: Reader) -> str:
    """A stage with its path, which may stand in quotes."""
    token = reader.next
    if token.kind == "text" and token.value.startswith("@"):
        return reader.take().value
    return reader.take("stage").text


def _file(reader: Reader) -> str:
    """The path behind ``file://``, which may stand in quotes."""
    token = reader.next
    if token.kind == "text" and token.value.lower().startswith("file://"):
        return reader.take().value[len("file://") :]
    return reader.take("file").text[len("file://") :]


def _options(reader: Reader) -> dict[str, str]:
    options: dict[str, str] = {}
    while reader.next.kind == "word":
        token = reader.take()
        name = token.word
        if name not in _OPTIONS:
            reader.back(to=token)
            raise reader.unexpected()
        reader.must("=")
        if name == "PARALLEL" and whole_number(reader.next.text, MOST_THREADS) is None:
            raise reader.unexpected()
        options[name] = reader.take("word", "text", "number").value
    return options


def _name(reader: Reader) -> tuple[str, ...]:
    parts = [_part(reader)]
    while reader.taken("."):
        parts.append(_part(reader))
    return tuple(parts)


def _part(reader: Reader) -> str:
    token = reader.take("word", "quoted")
    return token.word or token.value


_OPTIONS = frozenset({"PARALLEL", "PATTERN", "AUTO_COMPRESS", "SOURCE_COMPRESSION", "OVERWRITE"})
_FORMS: dict[str, Callable[[Reader], Statement]] = {
    "GET": _get,
    "PUT": _put,
    "LIST": _list,
    "LS": _list,
    "REMOVE": _remove,
    "RM": _remove,
    "USE": _use,
    "ALTER": _alter,
    "SHOW": _show,
    "SELECT": _select,
    **dict.fromkeys(("BEGIN", "COMMIT", "ROLLBACK"), _transaction),
}
