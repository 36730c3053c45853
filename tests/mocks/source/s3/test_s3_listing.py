"""S3 listings: pages, prefixes, delimiters, tokens, and pages without an end."""

from __future__ import annotations

import pytest

from tests.mocks.conftest import NightOfMocks, Played
from tests.mocks.source.s3.asked import Asked, connected
from tests.sample import sample

NAMES = ["2026/11/22/a b.csv", "2026/11/22/b+c.csv", "2026/11/23/a.csv", "2026/index.txt", "é&<.csv"]


@pytest.fixture
def full(night: NightOfMocks, client: Asked) -> Asked:
    for name in NAMES:
        night.publish(name, name.encode(), source="s3")
    boto3 = connected(client, night.start("source"))
    for name in NAMES:  # the manifests would only be in the way
        boto3.does(f"s3.delete_object(Bucket='feeds', Key={name + '.manifest.json'!r})")
    return boto3


def pages(full: Asked, operation: str, **asked: object) -> list[list[list[str]]]:
    """The keys and the common prefixes of each page."""
    size = asked.pop("size", None)
    return full.does(
        f"found = [[[one['Key'] for one in page.get('Contents', [])],"
        f" [one['Prefix'] for one in page.get('CommonPrefixes', [])]]"
        f" for page in s3.get_paginator({operation!r}).paginate("
        f"Bucket='feeds', PaginationConfig={{'PageSize': {size}}}, **{asked!r})]"
    )


@pytest.mark.parametrize("operation", sample(["list_objects_v2", "list_objects"]))
@pytest.mark.parametrize("size", sample([2, 1, 3, 1000], {2, 1000}))
def test_pages_of_any_size_list_every_key_once_and_in_order(full: Asked, operation: str, size: int) -> None:
    found = pages(full, operation, size=size)
    assert [key for keys, _ in found for key in keys] == NAMES
    assert [len(keys) for keys, _ in found][:-1] == [size] * (len(found) - 1)


@pytest.mark.parametrize("operation", ["list_objects_v2", "list_objects"])
@pytest.mark.parametrize("size", [1, 1000])
def test_a_delimiter_folds_what_lies_below_it(full: Asked, operation: str, size: int) -> None:
    found = pages(full, operation, size=size, Prefix="2026/", Delimiter="/")
    assert [key for keys, _ in found for key in keys] == ["2026/index.txt"]
    assert [prefix for _, prefixes in found for prefix in prefixes] == ["2026/11/"]


def test_a_prefix_and_a_start_choose(full: Asked) -> None:
    assert pages(full, "list_objects_v2", Prefix="2026/11/22/") == [[NAMES[:2], []]]
    assert pages(full, "list_objects_v2", StartAfter=NAMES[2]) == [[NAMES[3:], []]]


def test_a_listed_object_has_its_size_tag_and_date(full: Asked) -> None:
    one = full.does("found = s3.list_objects_v2(Bucket='feeds', Prefix='2026/index')['Contents'][0]")
    told = full.does("answer = get('2026/index.txt'); found = [answer['ETag'], answer['ContentLength']]")
    assert [one["ETag"], one["Size"]] == told
    assert one["LastModified"] == "2026-11-22 21:00:00+00:00"


def test_a_token_that_is_none_and_a_size_that_is_none_are_refused(full: Asked) -> None:
    told = full.tries("s3.list_objects_v2(Bucket='feeds', ContinuationToken='*')")
    assert "(InvalidArgument)" in told.said


def test_a_listing_is_an_event_of_its_own(full: Asked, night: NightOfMocks) -> None:
    full.does("s3.list_objects_v2(Bucket='feeds', Prefix='2026/')")
    kinds = [(kind, value["name"], value["what"]) for kind, value, _ in night.events("serve")]
    assert kinds == [("invoke", "2026/", "listing"), ("ok", "2026/", "listing")]


@pytest.mark.parametrize("operation", sample(["list_objects_v2", "list_objects"]))
def test_a_listing_can_page_for_ever_and_the_paginator_does_not_notice(
    boto3: Asked, source: Played, operation: str
) -> None:
    source.arm("request", {"refuse": "endless_listing"}, where={"via": "s3", "operation": "list"})
    told = boto3.does(
        "import itertools\n"
        f"pages = s3.get_paginator({operation!r}).paginate(Bucket='feeds')\n"
        "found = [[one['Key'] for one in page['Contents']] for page in itertools.islice(pages, 200)]"
    )
    assert told == [["forecast.csv", "forecast.csv.manifest.json"]] * 200
    source.done("DELETE", "arm/0")
    assert boto3.does("found = s3.list_objects_v2(Bucket='feeds')['IsTruncated']") is False
