"""What the package adds keeps what everything in Night Harness promises."""

from pathlib import Path

import pytest
from pallets.dock_in_mocks import Dock
from pallets.ntfy_in_mocks import Ntfy
from pallets.refuse_every import RefuseEvery
from pallets.swapped_digits import SwappedDigits

from harness.formats import Column
from harness.mocks.consumers.own.takers import Sent
from harness.mocks.core.own_http import Asked
from harness.mocks.core.refusal import Refusal
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


def asked(body, method="PUT", path="/loads/7", **headers):
    return Asked(method=method, path=path, query={}, headers=headers, body=body)


def test_a_terminal_reads_a_load_and_refuses_what_is_none():
    dock = Dock({"gate": 3, "most_pallets": 2})
    assert dock.read(asked(b"1|40\n2|50")) == Sent(
        rows=[{"pallet": "1", "weight": "40"}, {"pallet": "2", "weight": "50"}], key="7"
    )
    for wrong in (asked(b"1|forty"), asked(b"1|1\n2|2\n3|3"), asked(b"1|1", path="/loads")):
        with pytest.raises(Refusal):
            dock.read(wrong)


def test_ntfy_takes_its_title_from_a_header_or_the_first_line():
    assert Ntfy().read(asked(b"Job: load\nCause: a digit", "POST")).title == "Job: load"
    assert Ntfy().read(asked(b"Cause: a digit", "POST", Title="load")).title == "load"
