"""Who may read the bucket: signatures, presigned addresses, temporary credentials, clocks that are off."""

from __future__ import annotations

import hashlib

import pytest

from harness.mocks.source.s3.signature import Scope, Signer
from tests.mocks.conftest import CONTENT, NightOfMocks, Played
from tests.mocks.source.s3.asked import GRANT, Asked


def code_of(boto3: Asked, code: str) -> str:
    told = boto3.tries(f"try: {code}\nexcept ClientError as error: found = error.response['Error']['Code']")
    assert told.error is None, told
    return str(told.value)


@pytest.mark.parametrize(
    ("connection", "code"),
    [
        ("connect(url, key='AKIAOTHER')", "InvalidAccessKeyId"),
        ("connect(url, secret='wrong')", "SignatureDoesNotMatch"),
        ("connect(url, token='made-up')", "InvalidToken"),
        ("connect(url, key='ASIAOTHER', token='made-up')", "InvalidAccessKeyId"),
        ("connect(url, signature_version=botocore.UNSIGNED)", "AccessDenied"),
        ("connect(url, signature_version='s3')", "InvalidRequest"),
    ],
)
def test_wrong_credentials_get_the_words_of_s3(boto3: Asked, night: NightOfMocks, connection: str, code: str) -> None:
    assert code_of(boto3, f"{connection}.get_object(Bucket='feeds', Key='forecast.csv')") == code
    if code != "InvalidRequest":
        (login,) = night.events("login")
        assert (login[0], login[1]["via"], login[2].split(": ")[1]) == ("fail", "s3", code)


def test_the_canonical_request_that_was_expected_is_told(boto3: Asked) -> None:
    told = boto3.does(
        "try: connect(url, secret='wrong').get_object(Bucket='feeds', Key='a b')\n"
        "except ClientError as error: found = error.response['Error']"
    )
    assert told["CanonicalRequest"].startswith("GET\n/feeds/a%20b\n")
    assert told["AWSAccessKeyId"] == GRANT["access_key"]


def test_a_wrong_region_is_told_and_boto3_follows(boto3: Asked) -> None:
    refused = "connect(url, region='eu-west-9').list_buckets()"
    assert code_of(boto3, refused) == "AuthorizationHeaderMalformed"
    told = boto3.does("answer = connect(url, region='eu-west-9').get_object(Bucket='feeds', Key='forecast.csv')\n"
                      "found = raw(answer['Body'].read())")  # fmt: skip
    assert told == CONTENT.decode()


@pytest.mark.parametrize(("off_s", "code"), [(-960, "RequestTimeTooSkewed"), (960, "RequestTimeTooSkewed"), (840, "")])
def test_a_clock_that_is_off_by_more_than_a_quarter_of_an_hour_is_refused(boto3: Asked, off_s: int, code: str) -> None:
    told = boto3.does(
        "import botocore.auth, datetime\n"
        f"off = datetime.timedelta(seconds={off_s})\n"
        "def signed(request, **_):\n"
        "    now = botocore.auth.get_current_datetime\n"
        "    botocore.auth.get_current_datetime = lambda *more, **named: now(*more, **named) + off\n"
        "    try: botocore.auth.S3SigV4Auth(one._request_signer._credentials, 's3', 'eu-central-1').add_auth(request)\n"
        "    finally: botocore.auth.get_current_datetime = now\n"
        "one = connect(url); one.meta.events.register_last('request-created', signed)\n"
        "try: one.list_objects_v2(Bucket='feeds'); found = ''\n"
        "except ClientError as error: found = error.response['Error']['Code']"
    )
    assert told == code


PRESIGN = "address = s3.generate_presigned_url('get_object', {'Bucket': 'feeds', 'Key': 'forecast.csv'}, ExpiresIn=600)"


def test_a_presigned_address_opens_the_object_until_it_expires(
    boto3: Asked, night: NightOfMocks, source: Played
) -> None:
    address = boto3.does(f"{PRESIGN}\nfound = address")
    assert "X-Amz-Expires=600" in address
    answer = source.http.request("GET", address)
    assert (answer.status, answer.data) == (200, CONTENT)
    night.run(9)
    assert source.http.request("GET", address).status == 200
    night.run(11)
    answer = source.http.request("GET", address)
    assert answer.status == 403
    assert b"<Code>AccessDenied</Code><Message>Request has expired</Message>" in answer.data
    assert b"<Expires>2026-11-22T21:10:" in answer.data


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("forecast.csv?", "other.csv?"), b"SignatureDoesNotMatch"),
        (("X-Amz-Expires=600", "X-Amz-Expires=6000"), b"SignatureDoesNotMatch"),
        (("X-Amz-Expires=600", "X-Amz-Expires=604801"), b"AuthorizationQueryParametersError"),
        (("X-Amz-Date=2026", "X-Amz-Day=2026"), b"AuthorizationQueryParametersError"),
        (("X-Amz-Date=2026", "X-Amz-Date=2027"), b"Request is not yet valid"),
    ],
)
def test_a_presigned_address_that_was_changed_is_refused(
    boto3: Asked, source: Played, change: tuple[str, str], code: bytes
) -> None:
    address = boto3.does(f"{PRESIGN}\nfound = address")
    answer = source.http.request("GET", address.replace(*change))
    assert code in answer.data


def test_an_answers_headers_can_be_chosen_by_who_signs(boto3: Asked, source: Played) -> None:
    address = boto3.does(
        "found = s3.generate_presigned_url('get_object', {'Bucket': 'feeds', 'Key': 'forecast.csv',"
        " 'ResponseContentType': 'text/csv', 'ResponseContentDisposition': 'attachment; filename=\"f.csv\"'})"
    )
    headers = source.http.request("GET", address).headers
    assert (headers["Content-Type"], headers["Content-Disposition"]) == ("text/csv", 'attachment; filename="f.csv"')


@pytest.mark.parametrize(
    ("call", "lasts_min"),
    [
        ("get_session_token(DurationSeconds=900)", 15),
        ("assume_role(RoleArn='arn:aws:iam::1:role/feed', RoleSessionName='night')", 60),
    ],
    ids=["session token", "role"],
)
def test_temporary_credentials_are_good_for_their_time(
    boto3: Asked, night: NightOfMocks, call: str, lasts_min: int
) -> None:
    boto3.does(
        f"given = connect(url, service='sts').{call}['Credentials']\n"
        "one = connect(url, given['AccessKeyId'], given['SecretAccessKey'], token=given['SessionToken'])\n"
        "found = raw(one.get_object(Bucket='feeds', Key='forecast.csv')['Body'].read())"
    )
    night.run(lasts_min - 1)
    assert boto3.does("found = one.list_objects_v2(Bucket='feeds')['KeyCount']") == 2
    night.run(lasts_min + 1)
    assert code_of(boto3, "one.list_objects_v2(Bucket='feeds')") == "ExpiredToken"
    assert code_of(boto3, "one.get_object(Bucket='feeds', Key='forecast.csv')") == "ExpiredToken"
    kinds = [(kind, error) for kind, _, error in night.events("login")]
    assert kinds == [("ok", None), ("fail", "400: ExpiredToken"), ("fail", "400: ExpiredToken")]


def test_sts_is_signed_too_and_says_what_it_does_not_know(boto3: Asked) -> None:
    assert code_of(boto3, "connect(url, secret='wrong', service='sts').get_session_token()") == "SignatureDoesNotMatch"
    assert code_of(boto3, "connect(url, service='sts').get_caller_identity()") == "NotImplemented"
    assert code_of(boto3, "connect(url, service='sts').get_session_token(DurationSeconds=900000)") == "InvalidArgument"


def test_chunks_are_signed_as_in_the_example_of_the_documentation() -> None:
    scope = Scope("AKIAIOSFODNN7EXAMPLE", "20130524", "us-east-1", "s3")
    signer = Signer.of(scope, "20130524T000000Z", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    signature = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"
    made = []
    for chunk in (b"a" * 65_536, b"a" * 1024, b""):
        signature = signer.chunk(signature, hashlib.sha256(chunk).hexdigest())
        made.append(signature)
    assert made == [
        "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
        "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
        "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
    ]
