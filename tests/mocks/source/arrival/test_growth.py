"""Files that are not there yet, or are there in part while their sender still writes them."""

from __future__ import annotations

from tests.mocks.conftest import BEGINS_NS, CONTENT, MINUTE_NS, NightOfMocks, Played

NAME = "forecast.csv"
SIZE = len(CONTENT)
WHERE = {"file": "forecast", "what": "file"}


def manifest(source: Played) -> dict[str, object]:
    return source.get(f"/files/{NAME}.manifest.json").json()


def listed(source: Played) -> dict[str, int]:
    return {file["name"]: file["size"] for file in source.get("/files/").json()["files"]}


def test_a_file_is_not_there_before_it_arrives(night: NightOfMocks) -> None:
    night.publish(NAME, arrives_ns=BEGINS_NS + 90 * MINUTE_NS)
    source = night.start("source")
    for path in (f"/files/{NAME}", f"/files/{NAME}.manifest.json"):
        assert source.get(path).status == 404
        assert source.get(path).json() == {"error": f"{NAME} is not there", "name": NAME}
    assert listed(source) == {}
    night.run(89)
    assert night.events("publish") == []
    night.run(91)
    assert listed(source) == {NAME: SIZE}
    (published,) = night.history().of("publish")
    assert 0 <= published.at - (BEGINS_NS + 90 * MINUTE_NS) < 10_000_000


def test_a_growing_file_is_seen_in_steps_while_its_manifest_is_that_of_the_whole(night: NightOfMocks) -> None:
    night.publish(NAME, arrives_ns=BEGINS_NS + 10 * MINUTE_NS)
    source = night.start("source")
    grow = {"grow": {"from": 0.25, "every_ns": 5 * MINUTE_NS, "steps": 3}}
    source.arm("serve", grow, where=WHERE)
    seen = []
    for minutes in (11, 16, 21, 26):
        night.run(minutes)
        body = source.get(f"/files/{NAME}").data
        assert listed(source) == {NAME: len(body)}
        assert CONTENT.startswith(body)
        assert manifest(source)["size"] == SIZE
        seen.append(len(body))
    start = SIZE // 4
    assert seen == [start, start + (SIZE - start) // 3, start + (SIZE - start) * 2 // 3, SIZE]
    assert len(night.events("fault")) == 3, "one receipt for each read of an incomplete file"
    completes = [
        value["complete"] for kind, value, _ in night.events("serve") if kind == "ok" and value["what"] == "file"
    ]
    assert completes == [False, False, False, True]


def test_a_file_grows_from_a_number_of_bytes_and_changes_its_date(night: NightOfMocks) -> None:
    night.publish(NAME)
    source = night.start("source")
    source.arm("serve", {"grow": {"from": 7, "every_ns": 60 * MINUTE_NS, "steps": 1}}, where=WHERE)
    assert source.get(f"/files/{NAME}").data == CONTENT[:7]
    night.run(61)
    answer = source.get(f"/files/{NAME}")
    assert answer.data == CONTENT


def test_a_file_that_began_to_grow_at_a_time_grows_from_then(night: NightOfMocks, source: Played) -> None:
    grow = {"grow": {"from": 0.5, "every_ns": 10 * MINUTE_NS, "steps": 1}}
    source.arm("serve", grow, where=WHERE, at_ns=BEGINS_NS + 30 * MINUTE_NS)
    sizes = []
    for minutes in (29, 31, 41):
        night.run(minutes)
        sizes.append(listed(source)[NAME])
    assert sizes == [SIZE, SIZE // 2, SIZE]
