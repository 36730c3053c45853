"""S3, written with boto3: objects put whole, in chunks and in parts, and taken away."""

from __future__ import annotations

import hashlib

import pytest

from tests.mocks.conftest import NightOfMocks
from tests.mocks.source.s3.asked import Asked

PART_BYTES = 5 << 20


def test_what_is_put_is_there_with_its_tag(boto3: Asked, night: NightOfMocks) -> None:
    told = boto3.does(
        "told = s3.put_object(Bucket='feeds', Key='up/a b+c.csv', Body=b'one\\ntwo\\n')\n"
        "answer = get('up/a b+c.csv'); found = [told['ETag'], answer['ETag'], raw(answer['Body'].read())]"
    )
    content = b"one\ntwo\n"
    tag = f'"{hashlib.md5(content).hexdigest()}"'
    assert told == [tag, tag, "one\ntwo\n"]
    put = {"name": "up/a b+c.csv", "via": "s3"}
    sha256 = hashlib.sha256(content).hexdigest()
    assert night.events("put") == [
        ("invoke", put, None),
        ("ok", put | {"size": 8, "sha256": sha256}, None),
    ]


@pytest.mark.parametrize("algorithm", ["CRC32", "SHA1", "SHA256"])
def test_a_body_is_checked_against_its_checksum(boto3: Asked, algorithm: str) -> None:
    boto3.does(f"s3.put_object(Bucket='feeds', Key='sound', Body=b'sound', ChecksumAlgorithm={algorithm!r})")
    wrong = {"CRC32": "AAAAAA==", "SHA1": "A" * 27 + "=", "SHA256": "A" * 43 + "="}[algorithm]
    told = boto3.tries(f"s3.put_object(Bucket='feeds', Key='wrong', Body=b'sound', Checksum{algorithm}={wrong!r})")
    assert "(BadDigest)" in told.said
    assert boto3.tries("get('wrong')").error == "NoSuchKey", "nothing of it is there"


def test_a_body_that_is_not_what_was_signed_is_refused(boto3: Asked) -> None:
    told = boto3.tries(
        "def spoil(request, **_): request.body = b'other'\n"
        "one = connect(url); one.meta.events.register('before-send', spoil)\n"
        "one.put_object(Bucket='feeds', Key='spoiled', Body=b'sound')"
    )
    assert told.error == "ClientError"
    assert "(XAmzContentSHA256Mismatch)" in told.said


def test_a_put_may_ask_that_nothing_is_there(boto3: Asked) -> None:
    put = "s3.put_object(Bucket='feeds', Key='once', Body=b'1', IfNoneMatch='*')"
    boto3.does(put)
    assert "(PreconditionFailed)" in boto3.tries(put).said


def test_an_object_can_be_taken_away_and_what_is_not_there_too(boto3: Asked, night: NightOfMocks) -> None:
    boto3.does("s3.delete_object(Bucket='feeds', Key='forecast.csv')")
    assert boto3.tries("get()").error == "NoSuchKey"
    boto3.does("s3.delete_object(Bucket='feeds', Key='forecast.csv')")
    assert night.events("remove") == [("info", {"name": "forecast.csv", "via": "s3"}, None)]


def test_an_object_is_copied_which_is_how_everybody_renames_one(boto3: Asked, night: NightOfMocks) -> None:
    told = boto3.does(
        "s3.put_object(Bucket='feeds', Key='a b.part', Body=b'one')\n"
        "of = {'Bucket': 'feeds', 'Key': 'a b.part'}\n"
        "told = s3.copy_object(Bucket='feeds', Key='a b', CopySource=of)\n"
        "s3.delete_object(**of)\n"
        "found = [raw(get('a b')['Body'].read()), told['CopyObjectResult']['ETag'] == get('a b')['ETag']]"
    )
    assert told == ["one", True]
    assert [value["name"] for kind, value, _ in night.events("put") if kind == "ok"] == ["a b.part", "a b"]
    assert boto3.tries("get('a b.part')").error == "NoSuchKey"
    nothing = boto3.tries("s3.copy_object(Bucket='feeds', Key='x', CopySource='feeds/nothing')")
    assert nothing.error == "NoSuchKey" or "(NoSuchKey)" in nothing.said
    parts = "of['UploadId'] = s3.create_multipart_upload(Bucket='feeds', Key='c')['UploadId']; of['Key'] = 'c'\n"
    part = parts + "s3.upload_part_copy(**of, PartNumber=1, CopySource='feeds/a b')"
    assert "UploadPartCopy is not implemented" in boto3.tries(part).said


def test_several_objects_go_at_once(boto3: Asked) -> None:
    boto3.does("for name in 'abc': s3.put_object(Bucket='feeds', Key=name, Body=b'x')")
    told = boto3.does(
        "told = s3.delete_objects(Bucket='feeds', Delete={'Objects': [{'Key': 'a'}, {'Key': 'b'}]})\n"
        "left = s3.list_objects_v2(Bucket='feeds')['Contents']\n"
        "found = [[one['Key'] for one in told['Deleted']], [one['Key'] for one in left]]"
    )
    assert told == [["a", "b"], ["c", "forecast.csv", "forecast.csv.manifest.json"]]


@pytest.mark.exhaustive
def test_a_large_file_goes_up_in_parts_and_comes_down_in_ranges(boto3: Asked, night: NightOfMocks) -> None:
    size = 3 * PART_BYTES + 17
    told = boto3.does(
        f"import hashlib; content = bytes(range(251)) * ({size} // 251 + 1); content = content[:{size}]\n"
        f"config = TransferConfig(multipart_threshold={PART_BYTES}, multipart_chunksize={PART_BYTES})\n"
        "s3.upload_fileobj(io.BytesIO(content), 'feeds', 'large.bin', Config=config)\n"
        f"again = download('large.bin', multipart_threshold={PART_BYTES}, multipart_chunksize={PART_BYTES})\n"
        "found = [again == content, s3.head_object(Bucket='feeds', Key='large.bin')['ETag']]"
    )
    assert told[0] is True
    assert told[1].endswith('-4"'), "the tag of an object of four parts"
    assert not [path for path in (night.dir / "store").iterdir() if path.name.startswith(".")], "no part is left"


def test_parts_are_listed_checked_and_given_up(boto3: Asked, night: NightOfMocks) -> None:
    boto3.does(
        "of = {'Bucket': 'feeds', 'Key': 'parts'}\n"
        "of['UploadId'] = s3.create_multipart_upload(Bucket='feeds', Key='parts')['UploadId']\n"
        "tags = [s3.upload_part(**of, PartNumber=number, Body=b'small')['ETag'] for number in (1, 2)]\n"
        "parts = [{'PartNumber': number, 'ETag': tag} for number, tag in enumerate(tags, 1)]"
    )
    assert boto3.does("found = [one['PartNumber'] for one in s3.list_parts(**of)['Parts']]") == [1, 2]
    assert boto3.does("found = [one['Key'] for one in s3.list_multipart_uploads(Bucket='feeds')['Uploads']]") == [
        "parts"
    ]
    complete = "s3.complete_multipart_upload(**of, MultipartUpload={'Parts': %s})"
    assert (
        boto3.tries(complete % "parts").error == "EntityTooSmall"
        or "(EntityTooSmall)" in boto3.tries(complete % "parts").said
    )
    assert "(InvalidPartOrder)" in boto3.tries(complete % "parts[::-1]").said
    assert "(InvalidPart)" in boto3.tries(complete % "[{'PartNumber': 9, 'ETag': tags[0]}]").said
    assert boto3.tries("get('parts')").error == "NoSuchKey", "nothing is there before all of it is"
    boto3.does("s3.abort_multipart_upload(**of)")
    assert boto3.tries(complete % "parts").error == "NoSuchUpload"
    assert not [path for path in (night.dir / "store").iterdir() if path.name.startswith(".")], "no part is left"
