"""A file that states what another one holds, as the author of a chain describes it."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from pydantic import BeforeValidator

from harness.chain.rules import beside_mistake
from harness.formats.control_file import FIELDS, fields_of, stated
from harness.values.strict import Strict


def _name_mistake(pattern: Any) -> Any:
    return beside_mistake(pattern, "{name}.ctl", "control file")


def _text_mistake(template: Any) -> Any:
    """A template of what can be stated."""
    if not isinstance(template, str):
        return template
    expected = f"expected text with some of {{{'}, {'.join(FIELDS)}}} in it"
    try:
        fields = fields_of(template)
        if fields and fields <= {*FIELDS}:
            stated(
                template, name="f.csv", records=1, control_total=1, size=1, sha256="0" * 64, md5="0" * 32,
                date=dt.date(2026, 11, 23),
            )  # fmt: skip
            return template
    except (ValueError, IndexError, KeyError, AttributeError) as error:
        raise ValueError(f"found {template!r} ({error}), {expected}") from error
    raise ValueError(f"found {template!r}, {expected}")


class ControlFile(Strict):
    """It comes with the file and its manifest, next after the file itself, and states what that holds.

    text: what is in it. Of a file that a fault damages it states what the manifest states: the true file, or what is
    served.
    """

    name: Annotated[str, BeforeValidator(_name_mistake)]
    text: Annotated[str, BeforeValidator(_text_mistake)]
