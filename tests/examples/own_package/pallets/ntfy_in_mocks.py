"""What ntfy does, inside the mocks: a message is posted to a topic (https://docs.ntfy.sh/publish/)."""

from __future__ import annotations

import pallets.ntfy  # noqa: F401 - the channel is registered on this side too
from harness.mocks.core.own_http import Answer, Asked
from harness.mocks.core.refusal import Refusal
from harness.mocks.desk.channels.own import Call, takes_pages

LONGEST = 4_096


@takes_pages("ntfy")
class Ntfy:
    """The text is the body, the title a header; nothing makes two messages one."""

    def read(self, asked: Asked) -> Call:
        """A message; ntfy takes PUT as well."""
        if asked.method not in ("POST", "PUT"):
            raise Refusal("method", found=asked.method, expected="POST or PUT", status=405)
        if len(asked.body) > LONGEST:
            raise Refusal("body", found=f"{len(asked.body):,} bytes", expected=f"at most {LONGEST:,}", status=413)
        if not asked.text.strip():
            raise Refusal("body", found="nothing", expected="a message")
        title = asked.headers.get("X-Title") or asked.headers.get("Title") or asked.text.partition("\n")[0]
        return Call(title=title, text=asked.text)

    def answered(self, asked: Asked, call: Call) -> Answer:
        """The message, as it goes to the phones."""
        return Answer(body={"event": "message", "title": call.title, "message": call.text})

    def refused(self, asked: Asked, status: int, error: str) -> Answer:
        """ntfy's errors have a number of their own."""
        return Answer(status=status, body={"code": status * 100 + 1, "http": status, "error": error})
