"""Property expressions: ``[[Region]] = "EU" AND [[Rows]] >= 100``, with the property tokens of OpCon.

Comparisons with =, <>, <, <=, >, >=, joined by AND and OR (AND binds closer), NOT, brackets, and ToInt(), which makes a
number of a text. Both sides compare as numbers where both are some, else as text. What is not that is an
`ExpressionError`, which says where.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any

_LEXEME = re.compile(
    r'\s*(?:(?P<property>\[\[[^\[\]]+\]\])|(?P<text>"[^"]*"|\'[^\']*\')|(?P<number>-?\d+(?:\.\d+)?)|'
    r"(?P<operator><>|<=|>=|=|<|>|\(|\))|(?P<word>[A-Za-z]+))"
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_PROPERTY = re.compile(r"\[\[([^\[\]]+)\]\]")
_DEEPEST = 50

Value = str | float | bool


class ExpressionError(ValueError):
    """An expression that is none, or names a property that is not defined."""


def filled(text: str, properties: Callable[[str], str | None]) -> str:
    """The text with each property token ``[[name]]`` replaced by its value; undefined ones stay as they are."""

    def value(match: re.Match[str]) -> str:
        found = properties(match[1])
        return match[0] if found is None else found

    return _PROPERTY.sub(value, text)


def evaluate(expression: str, properties: Callable[[str], str | None]) -> Value:
    """The expression's value."""
    reader = _Reader(expression, properties)
    value = reader.either()
    if reader.kind:
        raise ExpressionError(f"found {reader.found!r} behind the expression {expression!r}, expected its end")
    return value


class _Reader:
    """Reads an expression from left to right; ``kind`` and ``found`` are what comes next."""

    def __init__(self, expression: str, properties: Callable[[str], str | None]) -> None:
        self._text = expression
        self._properties = properties
        self._at = 0
        self._depth = 0
        self.kind = self.found = ""
        self._next()

    def either(self) -> Value:
        value = self._all()
        while self._word("OR"):
            other = self._all()
            value = _true(value) or _true(other)
        return value

    def _all(self) -> Value:
        value = self._compared()
        while self._word("AND"):
            other = self._compared()
            value = _true(value) and _true(other)
        return value

    def _compared(self) -> Value:
        if self._word("NOT"):
            self._deeper()
            value: Value = not _true(self._compared())
            self._depth -= 1
            return value
        left = self._one()
        compare = _COMPARE.get(self.found) if self.kind == "operator" else None
        if compare is None:
            return left
        self._next()
        right = self._one()
        numbers = _number(left), _number(right)
        if None not in numbers:
            return compare(*numbers)
        return compare(str(left), str(right))

    def _one(self) -> Value:
        kind, found = self.kind, self.found
        if kind == "operator" and found == "(":
            return self._bracketed()
        if kind == "word" and found.lower() == "toint":
            self._next()
            if self.found != "(":
                raise ExpressionError(f"found {self.found or 'nothing'!r} after {found}, expected '('")
            value = self._bracketed()
            number = _number(value)
            if number is None:
                raise ExpressionError(f"{found}({value!r}) is no number")
            return float(int(number))
        self._next()
        if kind == "property":
            value_of = self._properties(found[2:-2])
            if value_of is None:
                raise ExpressionError(f"the property {found} is not defined")
            return value_of
        if kind == "text":
            return found[1:-1]
        if kind == "number":
            return float(found)
        if kind == "word" and found.lower() in ("true", "false"):
            return found.lower() == "true"
        raise ExpressionError(f"found {found or 'the end'!r}, expected a [[property]], a text, a number or a bracket")

    def _bracketed(self) -> Value:
        self._deeper()
        self._next()
        value = self.either()
        if self.found != ")":
            raise ExpressionError(f"found {self.found or 'the end'!r}, expected ')'")
        self._next()
        self._depth -= 1
        return value

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ExpressionError(f"brackets and NOTs within each other, more than {_DEEPEST} deep")

    def _word(self, word: str) -> bool:
        if self.kind == "word" and self.found.upper() == word:
            self._next()
            return True
        return False

    def _next(self) -> None:
        rest = self._text[self._at :]
        if not rest.strip():
            self.kind = self.found = ""
            return
        match = _LEXEME.match(self._text, self._at)
        if match is None:
            raise ExpressionError(f"found {rest.strip()[:20]!r} in {self._text!r}, which is no part of an expression")
        self._at, self.kind = match.end(), match.lastgroup or ""
        self.found = match[self.kind]


def _true(value: Value) -> bool:
    return value if isinstance(value, bool) else str(value).lower() == "true"


def _number(value: Value) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        return float(value)
    except ValueError:
        return None
