"""STS, beside S3: GetSessionToken and AssumeRole, whose credentials expire in the night's time.

It is at the same address as S3, as MinIO has it; the form of calls and answers is that of
https://docs.aws.amazon.com/STS/latest/APIReference/.
"""

from __future__ import annotations

from collections.abc import Mapping

from harness.mocks.core.documents import whole_number
from harness.mocks.source.s3.errors import S3Error
from harness.mocks.source.s3.session import Sessions
from harness.mocks.source.s3.xml import STS_NAMESPACE, document, element, moment, texts

SHORTEST_S = 900
LASTS_S = {"GetSessionToken": 43_200, "AssumeRole": 3600}
"""How long each one's credentials are good when the call does not say."""

LONGEST_S = {"GetSessionToken": 129_600, "AssumeRole": 43_200}


def answer(form: Mapping[str, str], sessions: Sessions, request_id: str) -> str:
    """The XML that answers a call; S3Error for one that cannot be answered."""
    action = form.get("Action", "")
    if action not in LASTS_S:
        raise S3Error("NotImplemented", f"STS: found Action={action!r}, expected one of {', '.join(LASTS_S)}")
    asked = form.get("DurationSeconds", str(LASTS_S[action]))
    lasts_s = whole_number(asked, LONGEST_S[action])
    if lasts_s is None or lasts_s < SHORTEST_S:
        expected = f"{SHORTEST_S} to {LONGEST_S[action]}"
        raise S3Error("InvalidArgument", f"DurationSeconds: found {asked!r}, expected {expected}")
    session = sessions.begin(lasts_s)
    found = element(
        "Credentials",
        texts(
            AccessKeyId=session.access_key,
            SecretAccessKey=session.secret_key,
            SessionToken=session.token,
            Expiration=moment(session.ends_s * 1_000_000_000),
        ),
    )
    if action == "AssumeRole":
        role, name = form.get("RoleArn", ""), form.get("RoleSessionName", "")
        arn = role.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/")
        found += element("AssumedRoleUser", texts(Arn=f"{arn}/{name}", AssumedRoleId=f"{session.access_key}:{name}"))
    metadata = element("ResponseMetadata", texts(RequestId=request_id))
    return document(f"{action}Response", element(f"{action}Result", found) + metadata, STS_NAMESPACE)
