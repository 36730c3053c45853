"""Mail, by the standard library's own client, by curl, and byte by byte."""

from __future__ import annotations

import shutil
import smtplib
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from pathlib import Path
from typing import Any

import pytest

from harness.contract.endpoints import DESK
from tests.calibration import patience_s
from tests.mocks.desk.conftest import OWNER, Desk

SENDER = "batch@night.example"


def mail(to: str = "data-ops@night.example", subject: str = "retrieve failed", text: str = "exit 3") -> EmailMessage:
    written = EmailMessage()
    written["From"], written["To"], written["Subject"] = SENDER, to, subject
    written.set_content(text)
    return written


@pytest.fixture
def client(desk: Desk) -> Iterator[smtplib.SMTP]:
    with smtplib.SMTP("127.0.0.1", desk.played.endpoints["smtp"], timeout=patience_s()) as client:
        yield client


def test_a_mail_pages_the_owner_each_time(desk: Desk, client: smtplib.SMTP) -> None:
    text = "Job: retrieve\nCause: no answer within 30 s\nRunbook: runbooks/retrieve.md\n"
    for _ in range(2):
        client.send_message(mail(text=text))
    first, second = desk.told()
    assert first == second, "mail knows no duplicates"
    assert first == {
        "owner": OWNER,
        "job": "retrieve",
        "cause": "no answer within 30 s",
        "text": f"retrieve failed\n\n{text.strip()}",
        "runbook": "runbooks/retrieve.md",
        "channel": "mail",
        "to": "data-ops@night.example",
        "key": None,
    }


def test_the_server_says_what_it_can(client: smtplib.SMTP) -> None:
    client.ehlo()
    assert {"size", "8bitmime", "smtputf8", "starttls", "auth"} <= set(client.esmtp_features)
    assert client.esmtp_features["size"] == "10240000"


@pytest.mark.parametrize(
    "address", ["data-ops@night.example", "Data-Ops@NIGHT.example", "data-ops+nightly@corp.example"]
)
def test_the_local_part_is_the_owner(desk: Desk, client: smtplib.SMTP, address: str) -> None:
    client.sendmail(SENDER, [address], mail().as_bytes())
    assert [(page["owner"], page["to"]) for page in desk.told()] == [(OWNER, address)]


def test_a_mailbox_that_is_nobodys_is_refused_and_the_others_are_told_once(desk: Desk, client: smtplib.SMTP) -> None:
    written = mail(to="data-ops@night.example, nobody@night.example")
    written["Cc"] = "data-ops@corp.example"
    refused = client.send_message(written)
    assert set(refused) == {"nobody@night.example"}
    assert refused["nobody@night.example"][0] == 550
    assert [page["to"] for page in desk.told()] == ["data-ops@night.example"]
    ((field, why),) = desk.lost()
    assert field == "recipient"
    assert "550 5.1.1 <nobody@night.example>" in str(why)


def test_when_all_are_refused_the_client_raises(desk: Desk, client: smtplib.SMTP) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        client.send_message(mail(to="nobody@night.example"))
    assert desk.told() == []


def test_a_login_is_not_needed_and_a_wrong_one_is_refused(desk: Desk, client: smtplib.SMTP) -> None:
    with pytest.raises(smtplib.SMTPAuthenticationError) as refused:
        client.login(DESK["user"], "wrong")
    assert refused.value.smtp_code == 535
    client.login(DESK["user"], DESK["password"])
    client.send_message(mail())
    assert [field for field, _ in desk.lost()] == ["login", "login"], "smtplib tries another way"
    assert len(desk.told()) == 1


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_starttls_for_a_client_that_looks_at_certificates(desk: Desk, name: str) -> None:
    trusting = ssl.create_default_context(cafile=desk.night.dir / "desk-authority.pem")
    with smtplib.SMTP(name, desk.played.endpoints["smtp"], timeout=patience_s()) as client:
        client.starttls(context=trusting)
        client.login(DESK["user"], DESK["password"])
        client.send_message(mail())
    assert len(desk.told()) == 1


def test_too_much_is_refused_before_and_after_it_is_sent(desk: Desk, client: smtplib.SMTP) -> None:
    large = mail(text="x" * 70 + "\n").as_bytes() + b"x" * 70 + (b"\r\n" + b"x" * 70) * 150_000
    with pytest.raises(smtplib.SMTPSenderRefused) as refused:
        client.sendmail(SENDER, [desk.places["mail"]], large)
    assert refused.value.smtp_code == 552
    client.ehlo()
    client.esmtp_features.pop("size")  # a client that does not say how much it will be
    with pytest.raises(smtplib.SMTPDataError) as too_much:
        client.sendmail(SENDER, [desk.places["mail"]], large)
    assert too_much.value.smtp_code == 552
    assert [field for field, _ in desk.lost()] == ["size", "size"]
    client.send_message(mail())
    assert len(desk.told()) == 1


def _plain() -> bytes:
    return MIMEText("Job: retrieve\nError: exit 3").as_bytes()


def _latin() -> bytes:
    written = mail(subject="Nächtlicher Abruf: retrieve fehlgeschlagen", text="")
    written.set_content("Job: retrieve\nCause: exit 3, größer als 5 €", charset="iso-8859-15", cte="quoted-printable")
    return written.as_bytes()


def _alternative() -> bytes:
    written = mail(text="Job: retrieve\nCause: exit 3\n")
    written.add_alternative("<p>Job: publish</p>", subtype="html")
    return written.as_bytes()


def _html() -> bytes:
    written = MIMEMultipart()
    written["Subject"] = "nightly"
    page = "<html><head><style>p {}</style></head><body><h1>Oh</h1><p>Job: <b>retrieve</b></p><p>Cause: exit&nbsp;3</p>"
    written.attach(MIMEText(page, "html"))
    return written.as_bytes()


def _attached() -> bytes:
    written = MIMEMultipart()
    written["Subject"] = "=?utf-8?b?cmV0cmlldmU6IGV4aXQgMw==?="
    written.attach(MIMEText("see the log", "plain", "utf-8"))
    log = MIMEText("Traceback: no answer")
    log.add_header("Content-Disposition", "attachment", filename="retrieve.log")
    written.attach(log)
    written.attach(MIMEApplication(b"\x00\x01", Name="core.bin"))
    return written.as_bytes()


@pytest.mark.parametrize("written", [_plain, _latin, _alternative, _html, _attached])
def test_it_is_read_whatever_it_is_made_of(desk: Desk, client: smtplib.SMTP, written: Callable[[], bytes]) -> None:
    client.sendmail(SENDER, [desk.places["mail"]], written())
    (page,) = desk.told()
    assert page["job"] == "retrieve"
    assert "exit 3" in page["cause"].replace("\xa0", " ")
    if written is _attached:
        assert "[retrieve.log]\nTraceback: no answer" in page["text"]
        assert "[core.bin]" in page["text"]


def test_an_address_and_a_subject_beyond_ascii(desk: Desk, client: smtplib.SMTP) -> None:
    client.send_message(mail(to="dätä@night.example, data-ops@night.example", subject="retrieve: größer als 5 µs"))
    assert [page["cause"] for page in desk.told()] == ["retrieve: größer als 5 µs"]
    assert "dätä" in str(desk.lost())


def test_what_is_no_mail_is_a_page_all_the_same(desk: Desk, client: smtplib.SMTP) -> None:
    for content in (
        b"",
        b"just a line",
        b"\xff\xfe\x00",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--y",
        b"a: b",
    ):
        client.sendmail(SENDER, [desk.places["mail"]], content)
    assert len(desk.told()) == 5
    assert "just a line" in [page["text"] for page in desk.told()]


@pytest.mark.parametrize("verb", ["GET", "POST", "OPTIONS"])
def test_a_web_page_that_knows_the_port_sends_no_mail(desk: Desk, verb: str) -> None:
    body = f"MAIL FROM:<a@b.example>\r\nRCPT TO:<{desk.places['mail']}>\r\nDATA\r\nSubject: x\r\n\r\n.\r\n"
    with socket.create_connection(("127.0.0.1", desk.played.endpoints["smtp"]), timeout=patience_s()) as line:
        line.sendall(f"{verb} / HTTP/1.1\r\nHost: x\r\n\r\nEHLO x\r\n{body}".encode())
        got = b""
        try:
            while piece := line.recv(4096):
                got += piece
        except ConnectionResetError:
            pass
    assert b"250" not in got
    assert desk.told() == []
    assert desk.lost() == [("command", "a request of HTTP")]


def test_reset_ends_the_connections_of_the_last_night(desk: Desk, client: smtplib.SMTP) -> None:
    client.noop()
    desk.played.done("POST", "reset", desk.night.plan)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        client.noop()


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl here, which sends mail as a shell script does")
def test_a_shell_script_sends_by_curl(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "mail.txt").write_text("Subject: retrieve failed\n\nCause: exit 3\n")
    url = f"smtp://127.0.0.1:{desk.played.endpoints['smtp']}"
    command = ["curl", "-sS", url, "--mail-from", SENDER, "--mail-rcpt", desk.places["mail"], "-T", "mail.txt"]
    subprocess.run(command, cwd=tmp_path, check=True, timeout=patience_s())
    assert [page["cause"] for page in desk.told()] == ["exit 3"]


@pytest.mark.skipif(shutil.which("bsd-mailx") is None, reason="no bsd-mailx here, which is the `mail` of Debian")
def test_a_shell_script_sends_by_mail_and_a_sendmail_that_knows_the_desk(desk: Desk, tmp_path: Path) -> None:
    """As with msmtp: `mail` writes it, and hands it to the sendmail that its rc file names."""
    program = f"""#!{sys.executable}
import email, smtplib, sys
with smtplib.SMTP("127.0.0.1", {desk.played.endpoints["smtp"]}) as client:
    client.send_message(email.message_from_binary_file(sys.stdin.buffer), from_addr="{SENDER}")
"""
    (tmp_path / "sendmail").write_text(program)
    (tmp_path / "sendmail").chmod(0o755)
    (tmp_path / "mailrc").write_text(f"set sendmail={tmp_path}/sendmail\nset sendwait\n")
    environment = {"MAILRC": str(tmp_path / "mailrc"), "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    command = ["bsd-mailx", "-n", "-s", "retrieve failed", desk.places["mail"]]
    subprocess.run(command, input=b"Cause: exit 3\n", env=environment, check=True, timeout=patience_s())
    assert [page["cause"] for page in desk.told()] == ["exit 3"]


def _starttls_and_login(client: smtplib.SMTP, written: EmailMessage) -> None:
    client.ehlo()
    client.starttls()
    client.ehlo()
    client.login(DESK["user"], DESK["password"])
    client.send_message(written)


def _as_string(client: smtplib.SMTP, written: EmailMessage) -> None:
    client.sendmail(written["From"], written["To"].split(", "), written.as_string())


def _by_hand(client: smtplib.SMTP, written: EmailMessage) -> None:
    client.helo()
    client.mail(SENDER)
    client.rcpt(written["To"])
    client.data(written.as_bytes())


def _from_another(client: smtplib.SMTP, written: EmailMessage) -> None:
    client.send_message(written, from_addr="root@batch01", mail_options=["SMTPUTF8"])


def _header_and_text(client: smtplib.SMTP, written: EmailMessage) -> None:
    client.sendmail(SENDER, written["To"], f"Subject: {written['Subject']}\n\n{written.get_content()}")


@pytest.mark.parametrize("send", [_starttls_and_login, _as_string, _by_hand, _from_another, _header_and_text])
def test_as_public_jobs_send_it(desk: Desk, client: smtplib.SMTP, send: Callable[[Any, Any], None]) -> None:
    send(client, mail())
    assert [(page["owner"], page["job"], page["cause"]) for page in desk.told()] == [
        (OWNER, "retrieve", "retrieve failed")
    ]
