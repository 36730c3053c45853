"""Carrying statements out: each by the part that knows it."""

from __future__ import annotations

from harness.mocks.source.snowflake import answers, selecting, session_statements, statements
from harness.mocks.source.snowflake.answers import Result
from harness.mocks.source.snowflake.reading import Reading
from harness.mocks.source.snowflake.sessions import Session
from harness.mocks.source.snowflake.writing import Writing


class Executor:
    """Carries statements out on the store and the session."""

    def __init__(self, reading: Reading, writing: Writing) -> None:
        self._reading, self._writing = reading, writing

    def result(self, session: Session, statement: statements.Statement, host: str, query_id: str) -> Result:
        """What it brings back; ``host`` is where the client reaches this account, and so its blobs."""
        match statement:
            case statements.Get():
                return self._reading.get(session, statement, host, query_id)
            case statements.Put():
                return self._writing.put(session, statement, host, query_id)
            case statements.ListFiles():
                return self._reading.list_files(session, statement)
            case statements.Remove():
                return self._writing.remove(session, statement)
            case statements.Select():
                return selecting.rows(
                    session,
                    statement,
                    lambda stage, path, valid_s: self._reading.presigned_url(session, stage, path, host, valid_s),
                )
            case statements.Use():
                return session_statements.use(session, statement)
            case statements.AlterSession():
                return session_statements.alter_session(session, statement)
            case statements.ShowParameters():
                return session_statements.show_parameters(session, statement.like)
            case statements.Transaction():
                return answers.executed(answers.TRANSACTION)
            case statements.ResultScan():
                raise AssertionError(f"{statement} is the answer of another query, and needs none of its own")
