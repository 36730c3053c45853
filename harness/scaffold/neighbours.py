"""What `harness new consumer` and `harness new channel` write: what plays a neighbour, and what a chain says of it.

``{name}``, ``{kind_name}`` and ``{words}`` as in `harness.scaffold.templates`.
"""

from __future__ import annotations

CONSUMER = '''\
"""A kind of consumers of our own: {words}."""

from typing import Annotated, Literal

from pydantic import Field

from harness import Consumer, consumer_kind


@consumer_kind("{name}")
class {kind_name}(Consumer):
    """It takes rows at ``<consumer>.url``: a POST with an object of JSON a line.

    most_rows: so many at once. It is a key of chain files, and comes to what plays it: {name}_in_mocks.py.
    """

    kind: Literal["{name}"]
    most_rows: Annotated[int, Field(ge=1)] = 10_000
'''

CONSUMER_IN_MOCKS = '''\
"""What {words} says, inside the mocks: of the harness these have contract, formats and mocks alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from harness.mocks.consumers.own.takers import Sent, takes_rows
from harness.mocks.core.own_http import Answer, Asked
from harness.mocks.core.refusal import Refusal


@takes_rows("{name}")
class Plays{kind_name}:
    """It keeps nothing: what has come is kept for it."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._most = settings["most_rows"]

    def read(self, asked: Asked) -> Sent:
        """The rows in a request, or a Refusal: its client's mistake."""
        try:
            rows = [json.loads(line) for line in asked.text.splitlines()]
        except ValueError:
            raise Refusal("body", found="a line that is no JSON", expected="an object a line") from None
        if len(rows) > self._most:
            raise Refusal("body", found=f"{{len(rows)}} rows", expected=f"at most {{self._most}}", status=413)
        return Sent(rows=rows, key=asked.headers.get("Idempotency-Key"))

    def answered(self, asked: Asked, sent: Sent, stored: int | None) -> Answer:
        """What its sender hears; None: it has come before, under the same key."""
        return Answer(status=200 if stored is None else 201, body={{"stored": stored or 0}})

    def refused(self, asked: Asked, status: int, error: str) -> Answer:
        """What its sender hears when nothing is taken."""
        return Answer(status=status, body={{"error": error}})
'''

CONSUMER_TEST = '''\
"""{words} takes what it should."""

from {name} import {kind_name}
from {name}_in_mocks import Plays{kind_name}
from pytest import mark, raises

from harness.mocks.core.own_http import Asked
from harness.mocks.core.refusal import Refusal


def asked(body, **headers):
    return Asked(method="POST", path="", query={{}}, headers=headers, body=body)


def test_an_object_a_line_is_a_row():
    sent = Plays{kind_name}({{"most_rows": 2}}).read(asked(b'{{"sku": "a"}}\\n{{"sku": "b"}}'))
    assert sent.rows == [{{"sku": "a"}}, {{"sku": "b"}}]


@mark.parametrize("body", [b"no JSON", b"1\\n2\\n3"])
def test_what_is_none_is_refused(body):
    with raises(Refusal):
        Plays{kind_name}({{"most_rows": 2}}).read(asked(body))


def test_a_chain_says_how_many_it_takes():
    assert {kind_name}(kind="{name}", most_rows=5).most_rows == 5
'''

CONSUMER_PAGE = """\
# {name}

```yaml
consumers:
  planning: {{kind: {name}, most_rows: 5000, key: [sku]}}
```

A job finds it at `planning.url`. Every check counts its rows, and the faults at consumers over HTTP happen to it.
"""

CHANNEL = '''\
"""A channel of our own: {words}. The harness imports it for its addresses, the mocks because it plays it."""

from __future__ import annotations

from harness.contract.channels import desk_channel
from harness.mocks.core.own_http import Answer, Asked
from harness.mocks.core.refusal import Refusal
from harness.mocks.desk.channels.own import Call, takes_pages

desk_channel("{name}", path="/{name}/{{address}}")


@takes_pages("{name}")
class {kind_name}:
    """A message is a text, posted to its owner's address; it has its title in its first line."""

    def read(self, asked: Asked) -> Call:
        """What has come, or a Refusal: its client's mistake."""
        if not asked.text.strip():
            raise Refusal("body", found="nothing", expected="a message")
        title, _, text = asked.text.partition("\\n")
        return Call(title=title, text=text)

    def answered(self, asked: Asked, call: Call) -> Answer:
        """What its client hears when somebody is told."""
        return Answer(status=202)

    def refused(self, asked: Asked, status: int, error: str) -> Answer:
        """What its client hears when nobody is."""
        return Answer(status=status, body={{"error": error}})
'''

CHANNEL_TEST = '''\
"""{words} reads what it should."""

from {name} import {kind_name}
from pytest import raises

from harness.mocks.core.own_http import Asked
from harness.mocks.core.refusal import Refusal


def asked(body):
    return Asked(method="POST", path="/{name}/data-ops", query={{}}, headers={{}}, body=body)


def test_its_title_is_the_first_line():
    call = {kind_name}().read(asked(b"retrieve failed\\nCause: the stage is empty"))
    assert (call.title, call.text) == ("retrieve failed", "Cause: the stage is empty")


def test_a_message_that_says_nothing_is_refused():
    with raises(Refusal):
        {kind_name}().read(asked(b" "))
'''

CHANNEL_PAGE = """\
# {name}

```yaml
environment:
  PAGER_URL: {{from: desk.{name}_url}}
```

What a job posts there pages the owner of the chain. Job and cause are read from lines like `Job: retrieve`.
"""
