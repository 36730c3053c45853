"""How a chain's file is laid out, as far as that is known before the night: by its words, or by who writes it."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from harness.chain.model import Chain
from harness.content import factories
from harness.contract.content import FileLayout, SaidLayout
from harness.errors import AuthorError
from harness.formats import FORMATS, Layout, made_layout
from harness.formats.as_said import has_any_bytes, layout_as_said
from harness.formats.by_library.kinds import name_in
from harness.formats.containers.opaque import why_opaque
from harness.formats.finding import find_layout, layout_as_found
from harness.formats.layout import BINARY, Form
from harness.formats.table import PYTHON_TYPES


def laid_out(chain: Chain, file: str) -> list[FileLayout]:
    """Each layout that one of the chain's files may have in the night; none where only the file itself tells.

    A file that is copied is looked at, as far as its first records go where its layout is said, else all of it.
    """
    content = chain.files[file].content
    form = content.form
    if content.factory is not None:
        try:
            factory = factories.find(content.factory, chain.folder)
        except AuthorError:
            return []  # told where the chain is loaded
        form = factory.form(content.given)
        if factory.records is not None:
            return [made_layout(form, factory.columns, form.control or factory.control).described()]
    if opaque_because(chain, file) is not None:
        # In its container there may be a place for a cut.
        packed = (form.compress, form.compress or "gzip")
        return [Layout(format=BINARY, compress=one, encoding=None, line_end=None).described() for one in packed]
    if form.layout is not None:
        if content.copy_of is None:
            return [layout.described() for layout in _to_be_written(form, form.layout)]
        try:
            return [layout_as_found(chain.folder / content.copy_of, form, form.layout).described()]
        except (OSError, ValueError):
            return []  # told when the file is copied
    if form.format is None or FORMATS[form.format].text:
        return [] if content.copy_of is None else _as_it_lies_there(chain.folder / content.copy_of, form)
    bytes_alone = Layout(format=form.format, encoding=None, line_end=None)
    return [FORMATS[form.format].with_units(bytes_alone).described()]


def opaque_because(chain: Chain, file: str) -> str | None:
    """Why nobody here can read records of a file that is copied; a format that is said is believed."""
    content = chain.files[file].content
    if content.copy_of is None or content.format is not None:
        return None
    said = content.form.layout
    any_bytes = said is not None and has_any_bytes(said)
    try:
        return why_opaque(chain.folder / content.copy_of, content.member, any_bytes=any_bytes)
    except OSError:
        return None  # told when the file is copied


def _as_it_lies_there(path: Path, form: Form) -> list[FileLayout]:
    """What a file is taken for whose layout nobody has said."""
    try:
        if form.format is None and (found := name_in(path, form.member)) is not None:
            name, compress = found
            return [Layout(format=name, compress=compress, encoding=None, line_end=None).described()]
        state = path.stat()
        return [_taken_for(path.absolute(), form, (state.st_size, state.st_mtime_ns))]
    except (OSError, ValueError):
        return []  # told when the file is copied


@functools.lru_cache(maxsize=64)
def _taken_for(path: Path, form: Form, _state: tuple[int, int]) -> FileLayout:
    """Read once for all scenarios, as long as the file has this size and was written then."""
    return find_layout(path, form)[0].described()


def _to_be_written(form: Form, said: SaidLayout) -> Iterator[Layout]:
    """A file that a factory will write by itself: what its author does not say of it may be anything."""
    if not said.columns:
        return
    kinds = ["text"] if all(column.type for column in said.columns) else [*PYTHON_TYPES]
    for kind, compress in itertools.product(kinds, dict.fromkeys([form.compress, form.compress or "gzip"])):
        columns = tuple(replace(one, type=one.type or kind) for one in said.columns)
        yield replace(layout_as_said(form, replace(said, columns=columns)), compress=compress)
