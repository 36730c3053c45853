"""One bit of a file is another one."""

from __future__ import annotations

import re

from harness.contract.effects.damages import Flip
from harness.mocks.source.damage.damage import chosen, damage
from harness.mocks.source.damage.fields import Form, Values, in_records
from harness.mocks.source.files.body import Body
from harness.mocks.source.files.source_file import SourceFile

_CASE, _LOWEST = 0x20, 0x01
"""The bit that makes an ASCII letter another letter, and the one that makes a digit another digit."""

_LETTER = re.compile(r"[A-Za-z]")
_LAST_DIGIT = re.compile(r"[0-9](?=[^0-9]*$)")


@damage(Flip)
def flip(body: Body, source_file: SourceFile, given: Flip) -> Body:
    """One bit at a place that the content decides.

    ``text``: in the first letter of a text, which stays a letter. ``number``: in the last digit of a number (of the
    column that is added up, if there is one), which stays a digit. ``anywhere``: the lowest bit of any byte.
    """
    where = given.where
    if where == "anywhere":
        return _anywhere(body, chosen(source_file, "flip", body.size))
    first = chosen(source_file, "flip", source_file.records)
    done = False

    def flipped(form: Form, number: int, values: Values) -> Values | None:
        nonlocal done
        if done or number < first:
            return None
        for column in _columns(form, where):
            value = values.get(column, "")
            if found := (_LETTER if where == "text" else _LAST_DIGIT).search(value):
                done = True
                other = chr(ord(found[0]) ^ (_CASE if where == "text" else _LOWEST))
                return values | {column: value[: found.start()] + other + value[found.end() :]}
        return None

    return in_records(body, source_file, ("flip", where), flipped)


def _columns(form: Form, where: str) -> list[str]:
    if where == "text":
        return form.of_type("text")
    return [form.control] if form.control else form.of_type("integer", "decimal")


def _anywhere(body: Body, at: int) -> Body:
    if not body.size:
        return body
    other = bytes([body.read(at, 1)[0] ^ _LOWEST])
    return body.part(0, at) + Body.of_bytes(other) + body.part(at + 1)
