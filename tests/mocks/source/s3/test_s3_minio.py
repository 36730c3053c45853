"""A second S3 client, of another house: minio reads, writes, lists and signs as boto3 does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.clock.needed import client as installed
from tests.mocks.conftest import CONTENT, NightOfMocks, Played
from tests.mocks.source.s3.asked import GRANT, Asked

pytestmark = pytest.mark.exhaustive

MINIO = """
import minio, datetime
def connect(host, key={access_key!r}, secret={secret_key!r}):
    return minio.Minio(host, access_key=key, secret_key=secret, secure=False)
""".format(**GRANT)


@pytest.fixture(scope="module")
def process(stage: NightOfMocks) -> Iterator[Asked]:
    asked = Asked(stage, MINIO, **installed("minio"))
    yield asked
    asked.close()


@pytest.fixture
def minio(process: Asked, source: Played) -> Asked:
    process.does(f"host = '127.0.0.1:{source.endpoints['s3']}'; one = connect(host)")
    return process


def test_it_reads_and_lists(minio: Asked) -> None:
    assert minio.does("found = raw(one.get_object('feeds', 'forecast.csv').read())") == CONTENT.decode()
    assert minio.does("found = one.stat_object('feeds', 'forecast.csv').size") == len(CONTENT)
    listed = minio.does("found = [[o.object_name, o.size] for o in one.list_objects('feeds', recursive=True)]")
    assert listed[0] == ["forecast.csv", len(CONTENT)]


def test_it_writes_in_one_piece_and_in_parts(minio: Asked) -> None:
    told = minio.does(
        "content = bytes(range(256)) * (48 << 10); size = len(content)\n"
        "one.put_object('feeds', 'small', io.BytesIO(b'small'), 5)\n"
        "one.put_object('feeds', 'large', io.BytesIO(content), size, part_size=5 << 20)\n"
        "found = [raw(one.get_object('feeds', 'small').read()), one.get_object('feeds', 'large').read() == content,"
        " one.stat_object('feeds', 'large').etag]"
    )
    assert told[:2] == ["small", True]
    assert told[2].endswith("-3")


def test_it_signs_addresses(minio: Asked, source: Played) -> None:
    address = minio.does(
        "found = one.presigned_get_object('feeds', 'forecast.csv', expires=datetime.timedelta(minutes=5))"
    )
    assert source.http.request("GET", address).data == CONTENT


@pytest.mark.parametrize(
    ("connection", "code"),
    [("connect(host, key='AKIAOTHER')", "InvalidAccessKeyId"), ("connect(host, secret='x')", "SignatureDoesNotMatch")],
)
def test_its_wrong_keys_are_refused(minio: Asked, connection: str, code: str) -> None:
    told = minio.tries(f"{connection}.get_object('feeds', 'forecast.csv')")
    assert (told.error, code in told.said) == ("S3Error", True)


def test_it_takes_a_short_object_for_whole(minio: Asked, source: Played) -> None:
    source.arm("serve", {"cut": {"bytes": 100, "where": "exact"}}, where={"what": "file"})
    assert len(minio.does("found = raw(one.get_object('feeds', 'forecast.csv').read())")) == 100
