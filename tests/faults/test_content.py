"""Faults in what a file holds: which controls can notice each as it is set, and what cannot be meant."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from harness.chain.controls import CONTROLS
from harness.chain.loading import load_chain
from harness.content.shipped import fixtures
from harness.contract.content import Content
from harness.errors import AuthorError
from harness.faults import FAULTS, ContentFault
from harness.mocks.source.damage import DAMAGES
from harness.scenario.model import build_fault, describe_fault
from tests.faults.examples_content import EXAMPLES

CHAIN = load_chain(fixtures() / "chains/planning_feed/chain.yaml")
CONTENT = sorted(name for name, kind in FAULTS.items() if issubclass(kind, ContentFault))

TOTALS = {"trailer record", "control total"}
THE_MANIFESTS = {"size", "checksum", "manifest"}


@pytest.mark.parametrize(
    ("fault", "given", "controls"),
    [
        ("truncate_file", {"keep": "50%"}, THE_MANIFESTS | TOTALS),
        ("truncate_file", {"keep": "50%", "manifest": "follows"}, TOTALS),
        ("truncate_file", {"keep": "50%", "where": "inside_record", "manifest": "follows"}, TOTALS | {"schema"}),
        ("truncate_file", {"keep": "99%", "where": "inside_member", "manifest": "follows"}, {"archive"}),
        ("truncate_file", {"keep": "50%", "length": "declared"}, None),
        ("missing_trailer", {}, {"trailer record"}),
        ("empty_file", {}, {*TOTALS, "volume"}),
        ("empty_file", {"leave": "nothing"}, {*TOTALS, "volume", "schema"}),
        ("empty_file", {"leave": "no_records"}, {"volume"}),
        ("nul_tail", {"keep": "90%"}, {"checksum", "schema", *TOTALS}),
        ("flip_bit", {}, {"checksum", "reference data"}),
        ("flip_bit", {"where": "number"}, {"checksum", "control total"}),
        ("flip_bit", {"where": "number", "manifest": "follows"}, {"control total"}),
        ("wrong_part", {}, THE_MANIFESTS | TOTALS),
        ("wrong_part", {"how": "doubled", "manifest": "follows"}, {*TOTALS, "unique key"}),
        ("wrong_part", {"how": "out_of_order"}, {"checksum"}),
        ("wrong_part", {"how": "out_of_order", "manifest": "follows"}, set()),
        ("stale_content", {}, {"business date"}),
        ("another_customer", {}, {"reference data"}),
        ("changed_content", {}, {"checksum"}),
        ("changed_content", {"manifest": "follows"}, set()),
        ("wrong_totals", {}, {"control total"}),
        ("wrong_totals", {"of": "record_count"}, {"trailer record"}),
        ("duplicate_records", {}, {"unique key"}),
        ("duplicate_records", {"totals": "kept"}, {*TOTALS, "unique key"}),
        ("wrong_encoding", {}, {"schema", "reference data"}),
        ("wrong_encoding", {"encoding": "utf-8-twice"}, {"reference data"}),
        ("wrong_encoding", {"encoding": "utf-8-sig"}, {"schema"}),
        ("wrong_line_ends", {}, {"schema"}),
        ("wrong_line_ends", {"ends": "cr", "manifest": "true_one"}, {"checksum", "schema"}),
        ("wrong_delimiter", {}, {"schema", "trailer record"}),
        ("decimal_comma", {}, {"schema", "control total"}),
        ("schema_drift", {}, {"schema"}),
        ("schema_drift", {"manifest": "true_one"}, {"checksum", "schema"}),
        ("another_time_zone", {}, {"business date"}),
        ("grow_while_read", {"start": "30%", "every": "1m"}, {"size", "checksum", *TOTALS}),
        ("launch_failure", {"job": "retrieve"}, None),
        ("no_fault", {}, None),
    ],
)
def test_which_controls_can_notice_it_depends_on_how_it_is_set(
    fault: str, given: dict[str, Any], controls: set[str] | None
) -> None:
    target = {} if fault in ("launch_failure", "no_fault") else {"file": "forecast"}
    found = build_fault({fault: target | given}).controls
    assert (found if found is None else set(found)) == controls


@pytest.mark.parametrize("name", CONTENT)
def test_it_names_known_controls_and_those_of_an_instance_are_among_them(name: str) -> None:
    assert set(FAULTS[name].detectable_by) <= set(CONTROLS)
    example = build_fault(
        {name: {"file": "forecast"} | ({"keep": "1%"} if name in ("truncate_file", "nul_tail") else {})}
    )
    for manifest in ("true_one", "follows"):
        one = type(example)(**{**example.parameters(), "manifest": manifest})
        assert set(one.controls or ()) <= set(FAULTS[name].detectable_by)
        if manifest == "follows":
            assert not [name for name in one.controls or () if CONTROLS[name].of_the_manifest]


class Bare:
    """A system that has contents, and arms nothing."""

    def content(self, file: str, **_: Any) -> Content:
        return Content(sha256="0" * 64, md5="", size=1, records=1, control_total=None, layout=None)


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_the_source_understands_its_damage(name: str) -> None:
    damage = EXAMPLES[name].damage(Bare())  # type: ignore[attr-defined, arg-type]
    assert type(damage) in DAMAGES


@pytest.mark.parametrize(
    ("fault", "given", "parameter"),
    [
        ("wrong_part", {"part": 6, "of": 5}, "part"),
        ("wrong_totals", {"by": 0}, "by"),
        ("wrong_totals", {"of": "record_count", "by": 0.5}, "by"),
        ("schema_drift", {"how": "renamed", "header": "kept"}, "header"),
        ("another_time_zone", {"hours": 0}, "hours"),
        ("stale_content", {"file": "forecasts"}, "file"),
    ],
)
def test_what_cannot_be_meant_is_a_mistake_of_its_author(fault: str, given: dict[str, Any], parameter: str) -> None:
    [(found, text)] = build_fault({fault: {"file": "forecast"} | given}).mistakes(CHAIN)
    assert found == parameter
    assert "expected" in text or "unknown" in text or "is not renamed" in text


@pytest.mark.parametrize("by", [0.01, "0.01", Decimal("0.01")])
def test_a_cent_is_a_cent_however_it_is_written(by: Any) -> None:
    fault = build_fault({"wrong_totals": {"file": "forecast", "by": by}})
    assert fault.damage(Bare()).by == "0.01"  # type: ignore[attr-defined]
    assert describe_fault(fault) == {"wrong_totals": {"file": "forecast", "by": 0.01}}


@pytest.mark.parametrize("by", [True, "a cent", "1e3", float("nan"), None])
def test_what_is_no_amount_is_refused(by: Any) -> None:
    with pytest.raises(ValueError, match=r"expected a number such as 1, -1 or 0\.01"):
        build_fault({"wrong_totals": {"file": "forecast", "by": by}})


def test_only_a_csv_file_has_a_delimiter() -> None:
    files = {
        "forecast": CHAIN.files["forecast"].model_copy(
            update={"content": type(CHAIN.files["forecast"].content)(factory="forecast", format="jsonl")}
        )
    }
    [(parameter, text)] = build_fault({"wrong_delimiter": {"file": "forecast"}}).mistakes(
        CHAIN.model_copy(update={"files": files})
    )
    assert parameter == "file"
    assert "its values are not separated by a character, as those of a CSV file are" in text


@pytest.mark.parametrize("wrong", [{"how": "lost"}, {"part": 0}, {"of": 1}, {"where": "middle"}])
def test_a_parameter_out_of_its_range_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(AuthorError, match=next(iter(wrong))):
        FAULTS["wrong_part"](file="forecast", **wrong)
