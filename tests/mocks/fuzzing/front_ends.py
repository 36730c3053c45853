"""Every HTTP front end with the requests that real clients send to it: where fuzzing begins."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from harness.contract.addresses import DerivedAddresses, desk_places
from harness.contract.consumers import HTTP_GRANTS
from harness.contract.endpoints import DESK, GRANTS, HTTP, SNOWFLAKE
from harness.mocks.source.s3.signature import Scope, Signer, canonical_request, query_pairs
from tests.mocks.conftest import BEGINS_NS, NightOfMocks, Played
from tests.mocks.fuzzing.requests import Request
from tests.mocks.fuzzing.target import Target

NAME = "forecast.csv"
GRANT = GRANTS["s3"]


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


def _target(night: NightOfMocks, played: Played, endpoint: str, valid: list[Request], **more: Any) -> Target:
    history = night.dir / "history" / f"{played.component}.jsonl"
    more.setdefault("sound", valid[0])
    return Target(played.endpoints[endpoint], played.process.pid, history, valid, **more)


def http(night: NightOfMocks) -> Target:
    """The source over HTTP, for a chain that shows credentials."""
    night.publish(NAME)
    night.plan["takes"] = ["source.token"]
    bearer = {"Authorization": f"Bearer {HTTP['token']}"}
    form = f"grant_type=client_credentials&client_id={HTTP['user']}&client_secret={HTTP['password']}"
    valid = [
        Request("GET", f"/files/{NAME}", headers=bearer),
        Request("GET", f"/files/{NAME}", headers=bearer | {"Range": "bytes=5-99", "If-Range": '"x"'}),
        Request("HEAD", f"/files/{NAME}.manifest.json", headers=bearer),
        Request("GET", f"/files/{NAME}", headers=bearer | {"If-Modified-Since": "Mon, 23 Nov 2026 00:00:00 GMT"}),
        Request("GET", "/files/?prefix=fore&limit=2&after=a", headers=bearer),
        Request("POST", "/token", form.encode(), {"Content-Type": "application/x-www-form-urlencoded"}),
    ]
    again = Request("PUT", f"/files/{NAME}", b"key\na\n", bearer)  # for a DELETE that was one takes the file away
    return _target(night, night.start("source"), "source", valid, sound=again)


def s3(night: NightOfMocks) -> Target:
    """The bucket, with each request signed for what it says."""
    night.publish(NAME, source="s3")
    part = "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>x</ETag></Part></CompleteMultipartUpload>"
    delete = "<Delete><Object><Key>a</Key></Object><Object><Key>b</Key></Object></Delete>"
    chunked = {"X-Amz-Content-Sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "Content-Encoding": "aws-chunked"}
    chunked |= {"X-Amz-Trailer": "x-amz-checksum-crc32", "X-Amz-Decoded-Content-Length": "5"}
    sts = b"Action=AssumeRole&RoleArn=arn:aws:iam::1:role/r&RoleSessionName=s&DurationSeconds=900"
    valid = [
        Request("GET", "/feeds?list-type=2&max-keys=3&prefix=f&start-after=a"),
        Request("GET", f"/feeds/{NAME}", headers={"Range": "bytes=0-4", "x-amz-checksum-mode": "ENABLED"}),
        Request("HEAD", f"/feeds/{NAME}", headers={"If-Match": '"x"'}),
        Request("GET", "/feeds?versions&key-marker=a&delimiter=/&encoding-type=url"),
        Request("GET", "/feeds?list-type=2&continuation-token=Zm9yZQ=="),
        Request("GET", f"/feeds/{NAME}?versionId=abc&response-content-type=text/plain"),
        Request("PUT", "/feeds/put.csv", b"hello", {"Content-MD5": "XUFAKrxLKna5cZ2REBfFkg=="}),
        Request("PUT", "/feeds/chunked.csv", b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n", chunked),
        Request("POST", "/feeds/many.csv?uploads"),
        Request("PUT", "/feeds/many.csv?partNumber=1&uploadId=x", b"part"),
        Request("POST", "/feeds/many.csv?uploadId=x", part.encode()),
        Request("POST", "/feeds?delete", delete.encode()),
        Request("DELETE", "/feeds/put.csv"),
        Request("POST", "/", sts, {"Content-Type": "application/x-www-form-urlencoded"}),
    ]
    begun: dict[str, str] = {}

    def finish(request: Request, host: str) -> Request:
        if begun and "uploadId=x" in request.target:
            request = replace(request, target=request.target.replace("uploadId=x", f"uploadId={begun['id']}"))
        return _signed(request, host)

    found = _target(night, night.start("source"), "s3", valid, finish=finish)
    played = night.played["source"]
    begin = _signed(Request("POST", "/feeds/many.csv?uploads"), found.host)
    answer = played.http.request("POST", played.url(begin.target, "s3"), headers=begin.headers)
    begun["id"] = answer.data.decode().partition("<UploadId>")[2].partition("<")[0]
    assert begun["id"], answer.data
    return found


def _signed(request: Request, host: str) -> Request:
    """Sign it as a client would that means every byte of it."""
    path, _, query = request.target.partition("?")
    moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(BEGINS_NS // 10**9))
    headers = {"X-Amz-Date": moment, "X-Amz-Content-Sha256": hashlib.sha256(request.body).hexdigest()} | request.headers
    service = "sts" if path == "/" and request.method == "POST" else "s3"
    scope = Scope(GRANT["access_key"], moment[:8], GRANT["region"], service)
    if "Authorization" in headers:
        return replace(request, headers=headers)
    named = {"host": headers.get("Host", host)} | {name.lower(): value for name, value in sorted(headers.items())}
    try:
        canonical = canonical_request(
            request.method, path, query_pairs(query), dict(sorted(named.items())), headers["X-Amz-Content-Sha256"]
        )
        signature = Signer.of(scope, headers["X-Amz-Date"], GRANT["secret_key"]).request(canonical)
    except UnicodeError:
        signature = "0" * 64
    said = (
        f"Credential={GRANT['access_key']}/{scope.text}, SignedHeaders={';'.join(sorted(named))}, Signature={signature}"
    )
    return replace(request, headers=headers | {"Authorization": f"AWS4-HMAC-SHA256 {said}"})


def snowflake(night: NightOfMocks) -> Target:
    """The account, with a session of its own, and its blob storage."""
    night.publish(NAME, source="snowflake")
    source = night.start("source")
    data: dict[str, Any] = {"LOGIN_NAME": SNOWFLAKE["user"], "PASSWORD": SNOWFLAKE["password"]}
    data |= {"ACCOUNT_NAME": SNOWFLAKE["account"], "SESSION_PARAMETERS": {"TIMEZONE": "Europe/Paris"}}
    data["SESSION_PARAMETERS"] |= {"STATEMENT_TIMEOUT_IN_SECONDS": 60}
    login = Request("POST", "/session/v1/login-request?databaseName=FEEDS&schemaName=PUBLIC", _json({"data": data}))
    told = source.post(login.target, login.body, "snowflake").json()["data"]
    token = {"Authorization": f'Snowflake Token="{told["token"]}"'}
    master = {"Authorization": f'Snowflake Token="{told["masterToken"]}"'}

    def asked(sql: str, **more: Any) -> Request:
        return Request("POST", "/queries/v1/query-request?requestId=1", _json({"sqlText": sql, **more}), token)

    statements = (
        "select 1", "list @inbox pattern='.*csv'", "get @inbox/forecast.csv file:///tmp parallel=4",
        "put file:///tmp/a.csv @inbox_s3 overwrite=true", "use schema FEEDS.PUBLIC", "show parameters like 'T%'",
        "select current_date(), system$wait(0, 'SECONDS'), get_presigned_url(@inbox, 'forecast.csv', 99)",
        "alter session set TIMEZONE='Europe/Paris' STATEMENT_TIMEOUT_IN_SECONDS=9", "remove @inbox/none",
        "select * from table(result_scan('x'))",
    )  # fmt: skip
    link = source.post("/queries/v1/query-request", asked("get @inbox file:///tmp").body, "snowflake", **token).json()[
        "data"
    ]["presignedUrls"][0]
    valid = [
        *map(asked, statements),
        login,
        Request("POST", "/session/heartbeat", b"{}", token),
        Request("POST", "/session/token-request", b"{}", master),
        Request("POST", "/queries/v1/abort-request", _json({"requestId": "1", "queryId": "x"}), token),
        Request("GET", "/queries/01b00000-0000-0000-0000-000000000001/result", headers=token),
        Request("GET", "/monitoring/queries//01b00000-0000-0000-0000-000000000001", headers=token),
        Request("GET", "/" + link.partition("://")[2].partition("/")[2], headers={"Range": "bytes=0-9"}),
        Request(
            "PUT",
            "/s3-night-stages/a.csv",
            b"hello",
            {"Authorization": "Credential=ASIAx/", "X-Amz-Security-Token": "x"},
        ),
        Request("POST", "/telemetry/send", b"{}", token),
    ]
    return _target(night, source, "snowflake", valid, sound=login)


def consumers(night: NightOfMocks) -> Target:
    """A consumer with key columns, one without, one that has agreed all that it can, and one of users' own kind."""
    agreed = {"kind": "http", "versions": True, "auth": "basic", "required": ["quantity"], "unique": ["sku"]}
    gate = {"kind": "dock", "settings": {"gate": 3, "most_pallets": 9}, "key": ["pallet"]}
    night.plan["consumers"] = {"planning": {"kind": "http", "key": ["sku"]}, "archive": {"kind": "http", "key": []}}
    night.plan["consumers"] |= {"agreed": agreed, "gate": gate}
    basic = base64.b64encode(f"{HTTP_GRANTS['user']}:{HTTP_GRANTS['password']}".encode()).decode()
    known = {"Authorization": f"Basic {basic}", "If-Match": '"2026-11-23-0"'}
    rows = [{"sku": "a", "quantity": 1, "price": 1.5}, {"sku": "b", "quantity": 2, "price": None}]
    batch = _json({"business_date": "2026-11-23", "rows": rows, "fallback_of": None})
    valid = [
        Request("GET", "/planning/plan?business_date=2026-11-23"),
        Request("POST", "/planning/batches", batch, {"Idempotency-Key": "one"}),
        Request("POST", "/archive/batches", batch),
        Request("POST", "/agreed/batches", batch, known),
        Request("GET", "/agreed/plan?business_date=2026-11-23", headers=known),
        Request("GET", "/agreed/rows?business_date=2026-11-23&page=1", headers=known),
        Request("DELETE", "/agreed/plan?business_date=2026-11-23", headers=known),
        Request("PUT", "/gate/loads/7", b"0001|40\n0002|50"),
    ]
    return _target(night, night.start("consumers", program="tests.mocks.consumers.with_a_dock"), "consumers", valid)


def desk(night: NightOfMocks, program: str | None = None) -> Target:
    """The incident desk, or a program that plays it."""
    page = {"owner": "data-ops", "job": "retrieve", "cause": "exit 3", "text": "it failed", "runbook": None}
    return _target(
        night,
        night.start("desk", program=program),
        "desk",
        [Request("GET", "/pages"), Request("POST", "/pages", _json(page))],
    )


def channels(night: NightOfMocks) -> Target:
    """The desk's vendors, each as its clients ask it."""
    played = night.start("desk")
    places = desk_places("", "data-ops", DerivedAddresses(()))
    basic = {"Authorization": "Basic " + base64.b64encode(":".join(DESK.values()).encode()).decode()}
    genie = {"Authorization": f"GenieKey {places['desk.jira_key']}"}
    details = {"job": "retrieve", "cause": "exit 3", "log": ["a", {"title": "Job", "value": "publish"}]}
    event = {"routing_key": places["desk.routing_key"], "event_action": "trigger", "dedup_key": "k"}
    event |= {"payload": {"summary": "s", "source": "h", "severity": "info", "custom_details": details}}
    event |= {"links": [{"href": "r.md", "text": "runbook"}]}
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "*Job:*\nretrieve"}, "fields": [{"text": "x"}]}]
    slack = {
        "text": "failed",
        "blocks": blocks,
        "attachments": [{"title": "t", "fields": [{"title": "a", "value": 1}]}],
    }
    facts = [{"type": "TextBlock", "text": "failed"}, {"type": "FactSet", "facts": [{"title": "Job", "value": "x"}]}]
    card = {"content": {"type": "AdaptiveCard", "version": "1.4", "body": facts}}
    alert = {"message": "m", "alias": "a", "details": details, "tags": ["x"], "entity": "e"}
    alert |= {"responders": [{"id": places["desk.jira_team"], "type": "team"}]}
    incident = {"short_description": "s", "assignment_group": "data-ops", "u_job": "retrieve", "state": "2"}
    table, form = places["desk.servicenow_url"], {"Content-Type": "application/x-www-form-urlencoded"}
    query = "sysparm_query=number=INC0010001^ORstateIN1,2^ORDERBYnumber&sysparm_limit=2&sysparm_display_value=all"
    valid = [
        Request("POST", places["desk.slack_url"], _json(slack)),
        Request("POST", places["desk.slack_url"], b"payload=%7B%22text%22%3A%22x%22%7D", form),
        Request("POST", places["desk.pagerduty_url"], _json(event)),
        Request("POST", places["desk.pagerduty_url"], _json(event | {"event_action": "resolve"})),
        Request("POST", "/v2/change/enqueue", _json(event)),
        Request("POST", places["desk.teams_url"], _json({"type": "message", "attachments": [card]})),
        Request("POST", places["desk.webhook_url"], _json({"title": "t", "alias": "a", "labels": details})),
        Request("POST", places["desk.jira_url"], _json(alert), basic),
        Request("GET", f"{places['desk.jira_url']}?query=status:open%20AND%20alias:a", headers=basic),
        Request("POST", places["desk.jira_integration_url"], _json(alert), genie),
        Request("POST", f"{places['desk.jira_integration_url']}/a/close?identifierType=alias", b'{"note": "n"}', genie),
        Request("POST", table, _json(incident), basic),
        Request("GET", f"{table}?{query}", headers=basic),
        Request("GET", "/api/now/table/sys_user_group?sysparm_query=name=data-ops", headers=basic),
        Request("PATCH", f"{table}/{'0' * 32}", _json(incident), basic),
    ]
    return _target(night, played, "desk", valid)


def wire(night: NightOfMocks) -> Target:
    """The wire before a source: bytes pass unread, whatever they are."""
    found = http(night)
    played = night.start("wire", "--route", f"source=0=127.0.0.1:{found.port}")
    return _target(night, played, "source", list(found.valid), sound=found.sound)


FRONT_ENDS: dict[str, Callable[..., Target]] = {
    "http": http, "s3": s3, "snowflake": snowflake, "consumers": consumers, "desk": desk, "channels": channels,
    "wire": wire,
}  # fmt: skip
