"""What can be wrong with a file's bytes: one damage a file, each a function from bytes to other bytes."""

from harness.mocks.source.damage import (
    columns,
    cut,
    decimal_comma,
    delimiter,
    drop_trailer,
    empty,
    encode,
    flip,
    line_ends,
    nuls,
    part,
    repeat,
    replace,
    revise,
    totals,
    zone,
)
from harness.mocks.source.damage.damage import DAMAGES, apply_damage
from harness.mocks.source.damage.nothing import NothingToDamage

__all__ = [
    "DAMAGES",
    "NothingToDamage",
    "apply_damage",
    "columns",
    "cut",
    "decimal_comma",
    "delimiter",
    "drop_trailer",
    "empty",
    "encode",
    "flip",
    "line_ends",
    "nuls",
    "part",
    "repeat",
    "replace",
    "revise",
    "totals",
    "zone",
]
