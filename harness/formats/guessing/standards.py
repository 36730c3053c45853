"""Files that are of a standard: told by how they begin, as the standard has it."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from harness.formats.guessing.proposed import Proposed
from harness.formats.guessing.sample import Sample
from harness.formats.known import KNOWN

_NACHA_LINE = 94

_ISO_20022 = re.compile(r"urn:iso:std:iso:20022:tech:xsd:(camt\.053|pain\.001)\.")
_MT940 = re.compile(r"\A(?:\{1:|:20:)")
_MT940_BALANCE = re.compile(r"^:60[FM]:", re.M)


def _is_nacha(sample: Sample) -> bool:
    lines = [line for line in sample.lines if line.strip()]
    return (
        bool(lines)
        and lines[0].startswith("101")
        and all(len(line.rstrip("\r")) == _NACHA_LINE and line[0] in "156789" for line in lines)
    )


def _is_bai2(sample: Sample) -> bool:
    first = [line.strip() for line in sample.lines[:3]]
    if len(first) < 3:
        return False
    return first[0].startswith("01,") and first[0].endswith("/") and first[1].startswith(("02,", "88,"))


def _is_edifact(sample: Sample) -> bool:
    return re.match(r"\s*(?:UNA.{6}\s*)?UNB[^A-Za-z0-9\s]", sample.text.lstrip("\ufeff"), re.S) is not None


def _is_x12(sample: Sample) -> bool:
    text = sample.text.lstrip("\ufeff \r\n")
    return text.startswith("ISA") and len(text) > 105 and text[:105].count(text[3]) == 16


def _is_mt940(sample: Sample) -> bool:
    return _MT940.match(sample.text.lstrip()) is not None and _MT940_BALANCE.search(sample.text) is not None


def _of_iso_20022(name: str) -> Callable[[Sample], bool]:
    def is_it(sample: Sample) -> bool:
        found = _ISO_20022.search(sample.text[:4096])
        return found is not None and found[1] == name

    return is_it


STANDARDS: Mapping[str, Callable[[Sample], bool]] = {
    "nacha": _is_nacha,
    "bai2": _is_bai2,
    "edifact": _is_edifact,
    "x12": _is_x12,
    "mt940": _is_mt940,
    "camt053": _of_iso_20022("camt.053"),
    "pain001": _of_iso_20022("pain.001"),
}


def by_standard(sample: Sample) -> Proposed | None:
    """The known layout that a file begins like."""
    name = next((name for name, is_it in STANDARDS.items() if is_it(sample)), None)
    if name is None:
        return None
    known = KNOWN[name]
    guessed = (f"all of it: it begins like {name}",)
    return Proposed(replace(known, units=replace(known.units, guessed=guessed), encoding=encoding_of(sample)), name)


_DECLARED = re.compile(rb"""\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")


def encoding_of(sample: Sample) -> str | None:
    """What an XML declaration says, else what the bytes show."""
    declared = _DECLARED.match(sample.head.removeprefix(b"\xef\xbb\xbf"))
    try:
        return sample.encoding if declared is None else codecs.lookup(declared[1].decode()).name
    except LookupError:
        return sample.encoding
