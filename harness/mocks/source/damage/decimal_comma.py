"""Numbers are written with a decimal comma, as half of Europe writes them."""

from __future__ import annotations

import re

from harness.contract.effects.damages import DecimalComma
from harness.mocks.source.damage.damage import damage
from harness.mocks.source.damage.fields import in_columns
from harness.mocks.source.damage.nothing import NothingToDamage
from harness.mocks.source.damage.units import layout_of
from harness.mocks.source.files.body import Body
from harness.mocks.source.files.source_file import SourceFile

_POINT = re.compile(r"(?<=\d)\.(?=\d)|(?<![\d.])\.(?=\d)")
_WHOLE = re.compile(r"[+-]?\d+")


@damage(DecimalComma)
def decimal_comma(body: Body, source_file: SourceFile, _: DecimalComma) -> Body:
    """A comma for the point of every decimal; where a file has no column of them, whole numbers get ``,00``.

    That is what an export does whose locale has changed. Where the comma is the delimiter, the value is quoted.
    """
    has_decimals = any(column.type == "decimal" for column in layout_of(source_file).columns)

    def with_comma(text: str) -> str:
        if has_decimals:
            return _POINT.sub(",", text)
        return f"{text},00" if _WHOLE.fullmatch(text) else text

    types = ("decimal",) if has_decimals else ("integer",)
    return in_columns(body, source_file, ("decimal_comma", has_decimals), types, with_comma, _none)


def _none() -> NothingToDamage:
    return NothingToDamage("no number of the file has a decimal point, or room for a comma")
