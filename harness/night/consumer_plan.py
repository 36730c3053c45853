"""A consumer of the chain, as the mocks get it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.chain.consumers.file_form import FORM_KEYS, FileConsumer
from harness.chain.consumers.folder import FolderConsumer
from harness.chain.consumers.http import HttpConsumer
from harness.chain.consumers.own import settings
from harness.chain.consumers.postgres import PostgresConsumer
from harness.chain.consumers.pull import PullConsumer
from harness.chain.consumers.queue import QueueConsumer
from harness.chain.layouts.said import said_layout
from harness.chain.model import Chain
from harness.contract.consumers import (
    FileForm,
    PlannedConsumer,
    PlannedFolder,
    PlannedHttp,
    PlannedOwn,
    PlannedPostgres,
    PlannedPull,
    PlannedQueue,
    database_places,
)
from harness.night.times import NightTimes


def planned_consumer(chain: Chain, name: str, times: NightTimes) -> PlannedConsumer:
    """What its kind needs to know of this night."""
    consumer = chain.consumers[name]
    key, volatile = consumer.key, consumer.volatile
    if isinstance(consumer, FolderConsumer):
        file = consumer.name.format(date=times.date)
        return PlannedFolder(
            folder=consumer.folder,
            name=file,
            flag=None if consumer.flag is None else consumer.flag.format(name=file, date=times.date),
            fallback_of=consumer.fallback_of,
            form=_form(consumer),
            key=key,
            volatile=volatile,
        )
    if isinstance(consumer, PullConsumer):
        return PlannedPull(
            folder=consumer.folder,
            name=consumer.name.format(date=times.date),
            at_ns=times.at(consumer.at),
            fallback_of=consumer.fallback_of,
            form=_form(consumer),
            key=key,
            volatile=volatile,
        )
    if isinstance(consumer, PostgresConsumer):
        return PlannedPostgres(
            database=consumer.database or name,
            schema_sql=(chain.folder / consumer.schema_file).read_text(encoding="utf-8"),
            schema_file=str(chain.folder / consumer.schema_file),
            table=consumer.table,
            business_date=consumer.business_date,
            fallback_of=consumer.fallback_of,
            key=key,
            volatile=volatile,
        )
    if isinstance(consumer, QueueConsumer):
        return PlannedQueue(
            queue=consumer.queue,
            structure=consumer.structure,
            business_date=consumer.business_date,
            fallback_of=consumer.fallback_of,
            message_id=consumer.message_id,
            key=key,
            volatile=volatile,
        )
    if isinstance(consumer, HttpConsumer):
        return PlannedHttp(
            key=key,
            volatile=volatile,
            auth=consumer.auth,
            page_rows=consumer.page_rows,
            versions=consumer.versions,
            required=consumer.required,
            unique=consumer.unique,
        )
    return PlannedOwn(kind=consumer.kind, settings=settings(consumer), key=key, volatile=volatile)


def shared_databases(chain: Chain, places: Mapping[str, str]) -> dict[str, str]:
    """The places of those consumers whose database has not their own name, on a stack whose endpoints are there."""
    found: dict[str, str] = {}
    for name, consumer in chain.consumers.items():
        if isinstance(consumer, PostgresConsumer) and consumer.database is not None:
            found |= database_places(name, consumer.database, places)
    return found


def _form(consumer: FileConsumer) -> FileForm:
    said: dict[str, Any] = {key: getattr(consumer, key) for key in FORM_KEYS}
    said |= {key: int(value) for key, value in said.items() if isinstance(value, bool)}
    said["layout"] = None if consumer.layout is None else said_layout(consumer.layout)
    return FileForm(**said)
