"""What a copied file is taken for whose layout nobody has said: as words that its author can paste, and make right."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from harness.chain.layout_misfits import misfits
from harness.chain.layouts.as_words import as_yaml
from harness.chain.model import Chain
from harness.formats.finding import looks_like_ebcdic, proposal
from harness.formats.guessing.proposed import Proposed
from harness.formats.layout import BINARY, Form, Mismatch
from harness.values.strict import Location

Said = Iterator[tuple[Location, Literal["error", "warning", "note"], str, str]]

_PASTE = "if that is so, paste it under its 'content', and say there what is missing"
_MEND = "make the layout say what the file is, unless the file is meant to be wrong"
_OPAQUE = "say under its 'content' what it is made of ('layout'), if it is made of records"
_NO_LENGTH = (
    "say under its 'content' how long a record is, such as layout: {encoding: cp037, length: 80}, with its columns"
)
_SAY = "say what it is, or copy another file"
_TODO = {
    "control": "add up numbers, or say under 'layout' that they are: columns: {qty: {field: 4, type: integer}}",
    "member": "name the member that has the records, or drop it",
    "compress": "drop it: it is told by the file's bytes",
}
_NO_BYTES = "only damages that act on any bytes can act on it"


def layout_findings(chain: Chain) -> Said:
    """Each file that is copied without a layout, with what it is taken for; each that is not what is said of it."""
    for name, file in chain.files.items():
        if file.content.copy_of is None:
            continue
        location: Location = ("files", name, "content")
        path = chain.folder / file.content.copy_of
        try:
            if file.content.layout is not None:
                yield from misfits(path, file.content, name, location)
            else:
                yield from _taken_for(path, file.content.form, name, location)
        except Mismatch as error:
            yield (*location, error.key), "error", f"the file '{name}': {error}", _TODO.get(error.key, _SAY)
        except (ValueError, OSError) as error:
            text = f"the file '{name}' cannot be read: {error}"
            yield (*location, "copy"), "error", text, "copy a file that is whole, and that you may read"


def _taken_for(path: Path, form: Form, name: str, location: Location) -> Said:
    found = proposal(path, form)
    if isinstance(found, Proposed):
        if not found.said.units.guessed:
            return
        guessed = "; ".join(found.said.units.guessed)
        words = "".join(f"\n    {line}" for line in as_yaml(found.said, found.like))
        yield (*location, "copy"), "note", f"the file '{name}' is taken for this: {guessed}", f"{_PASTE}:{words}"
    elif form.format is None and found.format == BINARY:
        is_ebcdic = looks_like_ebcdic(path, form)
        kind, todo = ("EBCDIC without line ends", _NO_LENGTH) if is_ebcdic else ("bytes", _OPAQUE)
        yield (*location, "copy"), "note", f"the file '{name}' is taken for {kind}: {_NO_BYTES}", todo
