"""What boto3 notices of each fault by itself: it tries again what is loud, and lets what is silent pass."""

from __future__ import annotations

import base64
import zlib
from typing import Any

import pytest

from tests.mocks.conftest import CONTENT, NightOfMocks, Played
from tests.mocks.source.s3.asked import Asked, connected
from tests.sample import sample

SIZE = len(CONTENT)
CUT = SIZE // 2
WHERE = {"file": "forecast", "what": "file"}
GET = "found = raw(get()['Body'].read())"
DOWNLOAD = "found = raw(download())"
OK, WRONG = "ok", "wrong"


def how(boto3: Asked, code: str) -> str:
    """The exception's name; or that it is right, or that what is wrong was taken for right."""
    told = boto3.tries(code)
    return told.error or (OK if told.value == CONTENT.decode() else WRONG)


def cut(length: str, **more: Any) -> dict[str, Any]:
    return {"cut": {"bytes": CUT, "where": "exact"}, "length": length} | more


ONCE = {"times": 1}
FOR_EVER: dict[str, Any] = {}
REFUSED = {"refuse": "unavailable"}
ROWS = {
    "503 twice": ("request", REFUSED, {"times": 2}, OK, OK),
    "503 for ever": ("request", REFUSED, FOR_EVER, "ClientError", "ClientError"),
    "500 twice": ("request", {"refuse": "internal_error"}, {"times": 2}, OK, OK),
    "slow down for ever": ("request", {"refuse": "throttled"}, FOR_EVER, "ClientError", "ClientError"),
    "forbidden once": ("request", {"refuse": "forbidden"}, ONCE, "AccessDenied", "AccessDenied"),
    "token expired once": ("request", {"refuse": "token_expired"}, ONCE, "ClientError", "ClientError"),
    "shorter than its length once": ("serve", cut("declared"), ONCE, "ResponseStreamingError", OK),
    "shorter than its length for ever": (
        *("serve", cut("declared"), FOR_EVER),
        *("ResponseStreamingError", "RetriesExceededError"),
    ),
    "no length, short": ("serve", cut("missing", checksum="off"), FOR_EVER, WRONG, WRONG),
    "a short object": ("serve", cut("consistent", checksum="off"), FOR_EVER, WRONG, WRONG),
    "an empty object": ("serve", {"cut": {"bytes": 0, "where": "exact"}, "checksum": "off"}, FOR_EVER, WRONG, WRONG),
    "no length, short, with a checksum": ("serve", cut("missing"), FOR_EVER, *["FlexibleChecksumError"] * 2),
    "a short object with a checksum": ("serve", cut("consistent"), FOR_EVER, *["FlexibleChecksumError"] * 2),
    "an empty object with a checksum": (
        *("serve", {"cut": {"bytes": 0, "where": "exact"}}, FOR_EVER),
        *["FlexibleChecksumError"] * 2,
    ),
    "its sender's own short file with its checksum": (
        *("serve", cut("consistent", manifest="follows"), FOR_EVER),
        *(WRONG, WRONG),
    ),
}


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("call", sample(["get_object", "download_file"]))
def test_boto3_by_itself(boto3: Asked, night: NightOfMocks, source: Played, row: str, call: str) -> None:
    point, effect, trigger, get, download = ROWS[row]
    # download_file asks for the head first, and a trigger counts what it is armed for.
    where = {"via": "s3", "operation": "get"} if point == "request" else WHERE
    source.arm(point, effect, where=where, **trigger)
    assert how(boto3, GET if call == "get_object" else DOWNLOAD) == (get if call == "get_object" else download)
    assert night.events("fault")


@pytest.mark.parametrize(("call", "expected"), [(GET, "ResponseStreamingError"), (DOWNLOAD, OK)])
def test_a_body_in_chunks_that_breaks_off_once(night: NightOfMocks, client: Asked, call: str, expected: str) -> None:
    night.publish("forecast.csv", source="s3", chunked=True)
    source = night.start("source")
    boto3 = connected(client, source)
    assert how(boto3, GET) == OK
    assert "ContentLength" not in boto3.does("found = get()")
    source.arm("serve", cut("declared"), where=WHERE, times=1)
    assert how(boto3, call) == expected


@pytest.mark.parametrize(("call", "expected"), [(GET, "ReadTimeoutError"), (DOWNLOAD, OK)])
def test_a_stall_in_the_body_once(night: NightOfMocks, client: Asked, source: Played, call: str, expected: str) -> None:
    wire = night.start("wire", "--route", f"s3=0=127.0.0.1:{source.endpoints['s3']}")
    client.does(f"s3 = connect({wire.url('', 's3')!r}, read_timeout=5)")
    client.does("s3.head_object(Bucket='feeds', Key='forecast.csv'); s3.close()")
    client.does(f"s3 = connect({wire.url('', 's3')!r}, read_timeout=5)")
    # A connection that was kept would not be seen as another one: download's head has one, its get has the same.
    wire.arm("connect", {"hang": "body", "after_bytes": 1200 if call == DOWNLOAD else 800}, times=1)
    before = client.does("found = time.monotonic()")
    assert how(client, call) == expected
    assert 5 <= client.does("found = time.monotonic()") - before < 6


def test_no_checksum_where_the_file_has_none(night: NightOfMocks, client: Asked) -> None:
    night.publish("forecast.csv", source="s3", checksums=False)
    source = night.start("source")
    boto3 = connected(client, source)
    assert boto3.does("found = 'ChecksumCRC32' in get()") is False
    source.arm("serve", cut("consistent"), where=WHERE)
    assert how(boto3, GET) == WRONG


def test_the_checksum_is_told_to_who_asks_for_it(boto3: Asked) -> None:
    crc32 = base64.b64encode(zlib.crc32(CONTENT).to_bytes(4)).decode()
    assert boto3.does("found = get(ChecksumMode='ENABLED')['ChecksumCRC32']") == crc32
    quiet = "connect(url, response_checksum_validation='when_required')"
    assert boto3.does(f"found = 'ChecksumCRC32' in {quiet}.get_object(Bucket='feeds', Key='forecast.csv')") is False


def test_retry_after_is_told_and_boto3_does_not_heed_it(boto3: Asked, source: Played) -> None:
    source.arm("request", {"refuse": "throttled", "retry_after_s": 600}, where={"operation": "get"})
    told = boto3.does(
        "before = time.monotonic()\n"
        "try: get()\n"
        "except ClientError as error: found = [error.response['Error']['Code'],"
        " error.response['ResponseMetadata']['HTTPHeaders']['retry-after'], time.monotonic() - before]"
    )
    assert told[:2] == ["SlowDown", "600"]
    assert told[2] < 60


# --- one download in many ranges ------------------------------------------------------------------------------------

PART = 1 << 18
LARGE = bytes(range(256)) * (10 * PART // 256)
RANGES = f"multipart_threshold={PART}, multipart_chunksize={PART}"


@pytest.fixture
def large(night: NightOfMocks, client: Asked) -> Played:
    night.publish("large.bin", LARGE, source="s3", records=0)
    source = night.start("source")
    connected(client, source)
    return source


def test_all_ranges_of_a_download_are_one_retrieval(night: NightOfMocks, client: Asked, large: Played) -> None:
    half = {"cut": {"fraction": 0.5, "where": "exact"}, "checksum": "off"}
    large.arm("serve", half, where={"what": "file"}, times=1)
    told = client.does(f"found = [len(download('large.bin', {RANGES})) for again in range(2)]")
    assert told == [len(LARGE) // 2, len(LARGE)], "the first download is short in itself, the second is whole"
    assert len(night.events("fault")) == 1, "one receipt for one retrieval, however many ranges it has"


def test_a_range_that_is_asked_for_again_is_another_retrieval(
    night: NightOfMocks, client: Asked, large: Played
) -> None:
    large.arm(
        "serve",
        {"cut": {"bytes": 5 * PART + 9, "where": "exact"}, "length": "declared"},
        where={"what": "file"},
        times=1,
    )
    told = client.does(f"found = len(download('large.bin', {RANGES}))")
    assert told == len(LARGE), "what broke off is asked for again, and is whole then"
    assert len(night.events("fault")) == 1


def test_ranges_have_no_checksum_so_a_large_download_that_is_wrong_passes(client: Asked, large: Played) -> None:
    large.arm("serve", {"cut": {"fraction": 0.5, "where": "exact"}}, where={"what": "file"})
    assert client.does(f"found = len(download('large.bin', {RANGES}))") == len(LARGE) // 2


def test_what_is_replaced_under_a_download_ends_it(night: NightOfMocks, client: Asked) -> None:
    night.publish("large.bin", LARGE, source="s3", records=0)
    connected(client, night.start("source"))
    told = client.tries(
        "etag = s3.head_object(Bucket='feeds', Key='large.bin')['ETag']\n"
        f"first = get('large.bin', Range='bytes=0-{PART - 1}', IfMatch=etag)['Body'].read()\n"
        "s3.put_object(Bucket='feeds', Key='large.bin', Body=b'other')\n"
        f"get('large.bin', Range='bytes={PART}-', IfMatch=etag)"
    )
    assert "(PreconditionFailed)" in told.said


def test_an_object_that_is_hidden_once_is_not_there_that_once(source: Played, boto3: Asked) -> None:
    source.arm("look", {"hide": True}, where={"file": "forecast", "what": "file", "by": "name"}, times=1)
    assert "NoSuchKey" in boto3.tries("get()").said
    assert boto3.tries("get()").error is None
