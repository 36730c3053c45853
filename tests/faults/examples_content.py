"""One of each fault in what a file holds, for the tests that every fault must pass."""

from __future__ import annotations

from decimal import Decimal

from harness.faults import (
    AnotherCustomer,
    AnotherTimeZone,
    ChangedContent,
    DecimalComma,
    DuplicateRecords,
    EmptyFile,
    Fault,
    FlipBit,
    MissingTrailer,
    NulTail,
    SchemaDrift,
    StaleContent,
    WrongDelimiter,
    WrongEncoding,
    WrongLineEnds,
    WrongPart,
    WrongTotals,
)

EXAMPLES: dict[str, Fault] = {
    "another_customer": AnotherCustomer(file="forecast", customer=7, times=1),
    "another_time_zone": AnotherTimeZone(file="forecast", hours=-2),
    "changed_content": ChangedContent(file="forecast", every=10, call=2),
    "decimal_comma": DecimalComma(file="forecast", manifest="true_one"),
    "duplicate_records": DuplicateRecords(file="forecast", records=3, totals="kept"),
    "empty_file": EmptyFile(file="forecast", leave="no_records"),
    "flip_bit": FlipBit(file="forecast", where="number"),
    "missing_trailer": MissingTrailer(file="forecast", manifest="true_one"),
    "nul_tail": NulTail(file="forecast", keep="90%"),
    "schema_drift": SchemaDrift(file="forecast", how="renamed", column="unit"),
    "stale_content": StaleContent(file="forecast", days_before=7),
    "wrong_delimiter": WrongDelimiter(file="forecast", delimiter="|"),
    "wrong_encoding": WrongEncoding(file="forecast", encoding="utf-16"),
    "wrong_line_ends": WrongLineEnds(file="forecast", ends="none_last"),
    "wrong_part": WrongPart(file="forecast", part=2, of=3, how="out_of_order", where="exact"),
    "wrong_totals": WrongTotals(file="forecast", by=Decimal("0.01")),
}
