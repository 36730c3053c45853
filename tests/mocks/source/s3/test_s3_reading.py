"""S3, read with boto3: objects, heads, ranges, conditions, versions, listings."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

from tests.mocks.conftest import BEGINS_NS, CONTENT, MINUTE_NS, NightOfMocks, Played
from tests.mocks.source.s3.asked import Asked, connected

SIZE = len(CONTENT)
TAG = f'"{hashlib.md5(CONTENT).hexdigest()}"'


def test_an_object_is_read_whole_with_its_tag_date_and_version(boto3: Asked) -> None:
    found = boto3.does("answer = get(); found = [raw(answer.pop('Body').read()), answer]")
    body, answer = found
    assert body.encode() == CONTENT
    assert answer["ETag"] == f'"{hashlib.md5(CONTENT).hexdigest()}"'
    assert answer["ContentLength"] == SIZE
    assert answer["LastModified"] == "2026-11-22 21:00:00+00:00"
    assert answer["ContentType"] == "binary/octet-stream"
    assert len(answer["VersionId"]) == 32
    assert answer["ChecksumCRC32"]


def test_a_head_says_what_a_get_would_and_is_no_event(boto3: Asked, night: NightOfMocks) -> None:
    told = boto3.does(
        "found = s3.head_object(Bucket='feeds', Key='forecast.csv'), get()\n"
        "found = [[a[k] for k in ('ETag', 'ContentLength', 'LastModified', 'VersionId')] for a in found]"
    )
    assert told[0] == told[1]
    assert len(night.events("serve")) == 2, "the get alone"


@pytest.mark.parametrize(
    ("asked", "status", "expected"),
    [
        ("bytes=0-9", 206, CONTENT[:10]),
        ("bytes=10-", 206, CONTENT[10:]),
        ("bytes=-7", 206, CONTENT[-7:]),
        ("bytes=0-", 206, CONTENT),
        ("bytes=5-999999", 206, CONTENT[5:]),
        ("bytes=9-3", 200, CONTENT),
        ("bytes=0-1,4-5", 200, CONTENT),
        ("lines=1-2", 200, CONTENT),
    ],
)
def test_a_range_is_served_and_one_that_is_none_is_not_looked_at(
    boto3: Asked, asked: str, status: int, expected: bytes
) -> None:
    told = boto3.does(
        f"answer = get(Range={asked!r}); code = answer['ResponseMetadata']['HTTPStatusCode']\n"
        "found = [code, raw(answer['Body'].read()), 'ChecksumCRC32' in answer]"
    )
    assert told == [status, expected.decode(), status == 200], "a part of an object has no checksum of its own"


def test_a_range_behind_the_end_is_refused(boto3: Asked) -> None:
    told = boto3.tries(f"get(Range='bytes={SIZE}-')")
    assert (told.error, "InvalidRange" in told.said) == ("ClientError", True)


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ("IfMatch=tag", None),
        ("IfMatch='\"other\"'", "PreconditionFailed"),
        ("IfNoneMatch='\"other\"'", None),
        ("IfNoneMatch=tag", "304"),
        ("IfModifiedSince='2026-11-22T20:59:59Z'", None),
        ("IfModifiedSince='2026-11-22T21:00:00Z'", "304"),
        ("IfUnmodifiedSince='2026-11-22T21:00:00Z'", None),
        ("IfUnmodifiedSince='2026-11-22T20:59:59Z'", "PreconditionFailed"),
        ("IfMatch=tag, IfUnmodifiedSince='2026-11-22T20:59:59Z'", None),
        ("IfNoneMatch='\"other\"', IfModifiedSince='2026-11-22T21:00:00Z'", None),
    ],
)
def test_a_condition_is_held_to(boto3: Asked, condition: str, code: str | None) -> None:
    told = boto3.tries(f"tag = {TAG!r}\nfound = raw(get({condition})['Body'].read())")
    if code is None:
        assert told.value == CONTENT.decode()
    else:
        assert f"({code})" in told.said


@pytest.mark.parametrize("what", ["get('gone.csv')", "s3.head_object(Bucket='feeds', Key='gone.csv')"])
def test_what_is_not_there_is_no_such_key(boto3: Asked, night: NightOfMocks, what: str) -> None:
    told = boto3.tries(what)
    assert "NoSuchKey" in (told.error or "") or "(404)" in told.said
    if what.startswith("get"):
        asked = {"name": "gone.csv", "what": "file", "via": "s3"}
        assert night.events("serve") == [("invoke", asked, None), ("fail", asked, "404: NoSuchKey")]


def test_another_bucket_does_not_exist(boto3: Asked) -> None:
    assert boto3.tries("s3.get_object(Bucket='other', Key='forecast.csv')").error == "NoSuchBucket"


def test_reading_leaves_the_events_of_every_front_end(boto3: Asked, night: NightOfMocks) -> None:
    boto3.does("get()['Body'].read()")
    served = {"name": "forecast.csv", "what": "file", "via": "s3"}
    assert night.events("serve") == [
        ("invoke", served, None),
        ("ok", served | {"bytes": SIZE, "complete": True}, None),
    ]


def test_the_manifest_lies_beside_the_file(boto3: Asked) -> None:
    told = json.loads(boto3.does("found = raw(get('forecast.csv.manifest.json')['Body'].read())"))
    sha256 = hashlib.sha256(CONTENT).hexdigest()
    assert told == {"name": "forecast.csv", "size": SIZE, "sha256": sha256, "records": 100}


def test_files_of_other_front_ends_are_not_in_the_bucket(night: NightOfMocks, client: Asked) -> None:
    night.publish("mine.csv", source="s3")
    night.publish("other.csv", source="http")
    boto3 = connected(client, night.start("source"))
    listed = boto3.does("found = [one['Key'] for one in s3.list_objects_v2(Bucket='feeds')['Contents']]")
    assert listed == ["mine.csv", "mine.csv.manifest.json"]


def test_an_object_is_not_there_before_it_arrives(night: NightOfMocks, client: Asked) -> None:
    night.publish("late.csv", source="s3", arrives_ns=BEGINS_NS + 90 * MINUTE_NS)
    boto3 = connected(client, night.start("source"))
    assert boto3.does("found = s3.list_objects_v2(Bucket='feeds')['KeyCount']") == 0
    assert boto3.tries("get('late.csv')").error == "NoSuchKey"
    night.run(91)
    assert boto3.does("found = raw(get('late.csv')['Body'].read())") == CONTENT.decode()


def test_same_name_new_content_is_another_version_and_the_old_one_can_be_asked_for(
    night: NightOfMocks, client: Asked
) -> None:
    night.publish("forecast.csv", b"old\n", source="s3")
    night.publish("forecast.csv", b"new\n", source="s3", arrives_ns=BEGINS_NS + 60 * MINUTE_NS)
    boto3 = connected(client, night.start("source"))
    read = "answer = get(); found = [raw(answer['Body'].read()), answer['VersionId'], answer['ETag']]"
    old = boto3.does(read)
    night.run(61)
    new = boto3.does(read)
    assert (old[0], new[0]) == ("old\n", "new\n")
    assert old[1:] != new[1:]
    assert boto3.does(f"found = raw(get(VersionId={old[1]!r})['Body'].read())") == "old\n"
    assert "(PreconditionFailed)" in boto3.tries(f"get(IfMatch={old[2]!r})").said
    assert boto3.tries("get(VersionId='0' * 32)").said.startswith("An error occurred (NoSuchVersion)")
    versions = boto3.does(
        "found = [[one['Key'], one['VersionId'], one['IsLatest']]"
        " for one in s3.list_object_versions(Bucket='feeds', Prefix='forecast.csv')['Versions']]"
    )
    assert [version for version in versions if version[0] == "forecast.csv"] == [
        ["forecast.csv", new[1], True],
        ["forecast.csv", old[1], False],
    ]


def test_a_bucket_is_reached_by_its_path_and_by_its_host_name(boto3: Asked, source: Played) -> None:
    for style in ("path", "virtual"):
        boto3.does(
            f"one = connect(url.replace('127.0.0.1', 'localhost'), s3={{'addressing_style': {style!r}}})\n"
            "asked = []\n"
            "one.meta.events.register('before-send', lambda request, **_: asked.append(request.url))"
        )
        told = boto3.does("found = [raw(one.get_object(Bucket='feeds', Key='forecast.csv')['Body'].read()), asked[0]]")
        assert told[0] == CONTENT.decode()
        assert ("feeds.localhost" in told[1]) == (style == "virtual")


def test_what_is_asked_about_bucket_and_account(boto3: Asked) -> None:
    assert boto3.does("found = [one['Name'] for one in s3.list_buckets()['Buckets']]") == ["feeds"]
    assert boto3.does("found = s3.get_bucket_location(Bucket='feeds')['LocationConstraint']") == "eu-central-1"
    assert boto3.does("found = s3.get_bucket_versioning(Bucket='feeds')['Status']") == "Enabled"
    assert boto3.does("found = s3.head_bucket(Bucket='feeds')['BucketRegion']") == "eu-central-1"


@pytest.mark.parametrize(
    "call", ["s3.get_bucket_acl(Bucket='feeds')", "s3.get_object_tagging(Bucket='feeds', Key='forecast.csv')"]
)
def test_what_is_not_played_says_so(boto3: Asked, call: str) -> None:
    assert "(NotImplemented)" in boto3.tries(call).said


@pytest.mark.exhaustive
def test_a_large_object_is_streamed_with_flat_memory(night: NightOfMocks, client: Asked) -> None:
    content = b"0123456789abcde\n" * (4 << 20)
    night.publish("large.csv", content, source="s3", records=0)
    source = night.start("source")
    boto3 = connected(client, source)

    def peak_kb() -> int:
        status = Path(f"/proc/{source.process.pid}/status").read_text()
        return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0])

    before = peak_kb()
    digest = boto3.does(
        "import hashlib; digest = hashlib.sha256()\n"
        "for chunk in get('large.csv')['Body'].iter_chunks(1 << 20): digest.update(chunk)\n"
        "found = digest.hexdigest()"
    )
    assert digest == hashlib.sha256(content).hexdigest()
    assert peak_kb() - before < 16 * 1024
