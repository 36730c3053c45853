"""What the package adds keeps what everything in Night Harness promises."""

from pathlib import Path

from pallets.refuse_every import RefuseEvery
from pallets.swapped_digits import SwappedDigits

from harness.formats import Column
from harness.testing import CheckContract, FaultContract, FormatContract, history_of

CHAIN = str(Path(__file__).parent / "chain/chain.yaml")
ASKED = ("01:00:00", "wire", "connect info", {"endpoint": "source"})
BASELINE = history_of(ASKED)


class TestSwappedDigits(FaultContract):
    example = SwappedDigits(file="pallets", record=3)
    chain = CHAIN


class TestRefuseEvery(FaultContract):
    example = RefuseEvery(nth=2)
    chain = CHAIN


class TestFewRequests(CheckContract):
    name = "few_requests"
    examples = {
        "holds": (history_of(ASKED), BASELINE),
        "violated": (history_of(*[ASKED] * 11), BASELINE),
        "unknown": (history_of(), BASELINE),
    }


class TestBars(FormatContract):
    name = "bars"
    columns = (Column("pallet", "text"), Column("weight", "text"))
    rows = [["3270000", "40"], ["3270011", "899"]]

    def read(self, data):
        header, *rows, last = data.decode().splitlines()
        assert (header, last) == ("pallet|weight", f"={len(rows)}")
        return [row.split("|") for row in rows]
