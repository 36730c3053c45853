"""One client of the mail server: each recipient that is an owner's is paged, any other is refused before the mail.

It takes mail without a login, as a relay inside a company does, refuses a login that is wrong, and has the words of
Postfix, behind which many a job sends.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, AnyStr

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session, syntax

from harness.contract.endpoints import DESK
from harness.mocks.core.callers import Callers, asking
from harness.mocks.desk.channels.channel import CUT
from harness.mocks.desk.channels.mail_reading import message_in
from harness.mocks.desk.page_book import Door, PageBook
from harness.mocks.desk.reach import Reach

if TYPE_CHECKING:
    from harness.mocks.core.mock import Mock

logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # what aiosmtpd has to say is in the history

NAME = "mail"
MAIL_BYTES = 10_240_000
"""Postfix's ``message_size_limit``."""
MOST_RECIPIENTS = 1_000
"""Postfix's ``smtpd_recipient_limit``."""
DOWN = "421 4.3.2 Service not available, closing transmission channel"
FAILED = "451 4.3.0 Error: queue file write error"
IDLE_CLOSE_S = 300.0
"""RFC 5321, 4.5.3.2.7: a server waits five minutes for the next command."""
_WHILE_WE_ARE_SLOW_S = 86_400.0
_OF = {"421": "desk", "535": "login", "550": "recipient", "552": "size", "553": "sender", "555": "parameters"}
"""Which part of a mail a refusal is about."""


class Connection(SMTP):
    """One client. What is refused is recorded, with the address that was meant."""

    line_length_limit = MAIL_BYTES
    """As Postfix, which takes lines that are longer than RFC 5321 allows, and breaks them."""

    def __init__(
        self,
        mock: Mock,
        book: PageBook,
        callers: Callers,
        among: set[Connection],
        tls: ssl.SSLContext,
        reach: Reach,
    ) -> None:
        self._reach = reach
        self._mock, self._book, self._callers, self._among = mock, book, callers, among
        self._from: str | None = None
        self._to: str | None = None
        self._dropped = False
        super().__init__(
            self,
            data_size_limit=MAIL_BYTES,
            enable_SMTPUTF8=True,
            hostname="desk.night.example",
            ident="ESMTP",
            tls_context=tls,
            timeout=IDLE_CLOSE_S,
            auth_require_tls=False,
            authenticator=_login,
            loop=asyncio.get_running_loop(),
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember who it is: STARTTLS makes a second connection of it, from the same port."""
        if self._from is None:
            self._from = self._callers.of(transport)
        self._among.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Forget it."""
        self._among.discard(self)
        super().connection_lost(error)

    async def _handle_client(self) -> None:
        """Its whole life; that it has gone is nobody's mistake."""
        with suppress(ConnectionError):
            await super()._handle_client()

    def drop(self) -> None:
        """End it at once, and what it was about with it: its night is over."""
        self._dropped = True
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()

    async def push(self, status: AnyStr) -> None:
        """Answer; a refusal is recorded first."""
        text = status.decode(errors="replace") if isinstance(status, bytes) else str(status)
        if text[:1] in ("4", "5"):
            self._ours(lambda: self._refused(text))
        await super().push(status)

    async def handle_exception(self, error: Exception) -> str:  # noqa: ARG002 - the name and shape of aiosmtpd's
        """What a client has said that the library falls over: its address parser does, and its decoding of logins."""
        return "501 5.5.2 Error: command cannot be read"

    def _ours(self, work: Callable[[], str]) -> str:
        """The answer; what it raises is a mistake of the mock's, and must reach the history."""
        try:
            return work()
        except Exception as error:
            self._mock.bug("smtp", error)
            return FAILED

    async def handle_MAIL(  # noqa: N802 - the name that aiosmtpd looks for
        self, _: SMTP, __: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """A mail begins, if the desk can be reached."""
        asking(self._from or "")
        self._reset_timeout(_WHILE_WE_ARE_SLOW_S)  # the five minutes are for a client that says nothing
        if not await self._reach.passes(NAME):
            return DOWN
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd looks for
        self, _: SMTP, __: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """A mailbox of an owner, or nobody's."""
        return self._ours(lambda: self._recipient(envelope, address, options))

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802
        """A whole mail."""
        await self._mock.service_time.request(NAME)
        return self._ours(lambda: self._page(envelope))

    @syntax("DATA")
    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - the name that aiosmtpd looks for
        """The mail, unless its sender is gone before the end of it: nobody is told then."""
        try:
            await super().smtp_DATA(arg)
        except asyncio.CancelledError:
            if not self._dropped and self.envelope is not None and self.envelope.rcpt_tos:
                asking(self._from or "")
                self._book.refused(Door(NAME, self._to), "connection", CUT)
            raise

    def _refused(self, status: str) -> str:
        asking(self._from or "")
        self._book.refused(Door(NAME, self._to), _OF.get(status[:3], "command"), status)
        return status

    def _recipient(self, envelope: Envelope, address: str, options: list[str]) -> str:
        self._to = address
        holder = self._book.addresses.holder(NAME, address)
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 Error: too many recipients"
        if holder is None:
            return f"550 5.1.1 <{_shown(address)}>: Recipient address rejected: User unknown in virtual mailbox table"
        if holder.gone:
            return f"550 5.2.1 <{_shown(address)}>: Recipient address rejected: Mailbox is disabled"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 Ok"

    def _page(self, envelope: Envelope) -> str:
        """Page each owner once, whatever the number of their addresses among the recipients.

        Each of their people to whose own mailbox it goes is told; where the owner's goes beside these, who is on call.
        """
        asking(self._from or "")
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        message = message_in(content)
        owners: dict[str, dict[str | None, str]] = {}
        for address in envelope.rcpt_tos:
            if (holder := self._book.addresses.holder(NAME, address)) is not None:
                owners.setdefault(holder.owner, {}).setdefault(holder.person, address)
        for owner, mailboxes in owners.items():
            first = None if None in mailboxes else next(iter(mailboxes))
            also = tuple(person for person in mailboxes if person not in (None, first))
            self._book.message(Door(NAME, mailboxes[first], also=also), owner, message)
        return f"250 2.0.0 Ok: queued as {self._book.new_id()[:11].upper()}"

    async def _is_a_browser(self, _: str | None) -> None:
        """End it, as Postfix does (``smtpd_forbidden_commands``): a web page that knows the port must not send mail."""
        self._book.refused(Door(NAME), "command", "a request of HTTP")
        await super().push("221 2.7.0 Error: I can break rules, too. Goodbye.")
        raise ConnectionResetError  # what else it has sent is not read

    smtp_GET = smtp_POST = smtp_PUT = smtp_CONNECT = smtp_OPTIONS = smtp_HEAD = _is_a_browser  # noqa: N815


def _login(_: SMTP, __: Session, ___: Envelope, mechanism: str, data: Any) -> AuthResult:  # noqa: ARG001
    known = LoginPassword(DESK["user"].encode(), DESK["password"].encode())
    return AuthResult(success=data == known, handled=False)


def _shown(address: str) -> str:
    """An address inside one line of an answer."""
    return "".join(letter if letter.isprintable() else "?" for letter in address)[:256]
