"""Numbers are written with a decimal comma, as half of Europe writes them."""

from __future__ import annotations

from harness.contract.effects.damages import DecimalComma
from harness.mocks.source.damage.damage import damage
from harness.mocks.source.damage.fields import Form, Values, in_records
from harness.mocks.source.files.body import Body
from harness.mocks.source.files.source_file import SourceFile


@damage(DecimalComma)
def decimal_comma(body: Body, source_file: SourceFile, _: DecimalComma) -> Body:
    """A comma for the point of every decimal; where a file has none, whole numbers get ``,00``.

    That is what an export does whose locale has changed. Where the comma is the delimiter, the value is quoted.
    """
    return in_records(body, source_file, "decimal_comma", _with_comma)


def _with_comma(form: Form, _: int, values: Values) -> Values | None:
    decimals = form.of_type("decimal")
    if decimals:
        return values | {name: values[name].replace(".", ",") for name in decimals if name in values}
    whole = form.of_type("integer")
    return values | {name: f"{values[name]},00" for name in whole if name in values} if whole else None
