"""What lets the write-ahead log tell everything that becomes of a table: whole old rows, and what no row tells.

It is the mock's own and in nobody's way: a schema that nobody else may use, a publication, and two event triggers,
which only a superuser can disable or drop. They see a table that a job makes anew as they see any other.
"""

from __future__ import annotations

from harness.mocks.consumers.postgres.settings import ADMIN

_OURS = f"n.nspname !~ '^pg_' and n.nspname not in ('information_schema', '{ADMIN}')"
_TELL = f"perform pg_logical_emit_message(true, '{ADMIN}', told::text)"


def journal(version: int) -> str:
    """All of it in SQL, for a server of this major version."""
    # Of a table with generated columns, whole old rows are logged only where these are told too.
    generated = " with (publish_generated_columns = stored)" if version >= 18 else ""
    return f"create schema {ADMIN}; create publication {ADMIN} for all tables{generated};\n{_TRIGGERS}"


_TRIGGERS = f"""
create function {ADMIN}.defined() returns event_trigger
language plpgsql security definer set search_path = pg_catalog as $body$
declare
    told json;
    unlogged regclass;
begin
    -- What an unlogged table holds is in no log: it becomes one like any other, which only a crash would show. What it
    -- was made with (CREATE UNLOGGED TABLE AS) is put in again, for the log has only what is written from then on.
    for unlogged in
        select distinct c.oid from pg_event_trigger_ddl_commands() d
          join pg_class c on d.classid = 'pg_class'::regclass and c.oid = d.objid
         where c.relkind = 'r' and c.relpersistence = 'u'
    loop
        if tg_tag in ('CREATE TABLE AS', 'SELECT INTO') then
            execute format('create temporary table {ADMIN}_rows as table %s; truncate %1$s', unlogged);
            execute format('alter table %s set logged', unlogged);
            execute format('insert into %s table pg_temp.{ADMIN}_rows; drop table pg_temp.{ADMIN}_rows', unlogged);
        else
            execute format('alter table %s set logged', unlogged);
        end if;
    end loop;
    -- Of what is changed or deleted, the log has the whole old row: else a job could not even delete from a table that
    -- has no key. What ALTER TABLE would do; and that would call this function again. Of a table with a virtual column
    -- the server refuses to log whole rows: it keeps its key.
    update pg_class c set relreplident = w.wanted
      from pg_event_trigger_ddl_commands() d, pg_namespace n, lateral (
          select case when exists (
              select from pg_attribute a where a.attrelid = d.objid and a.attgenerated = 'v' and not a.attisdropped
          ) then 'd' else 'f' end::"char" as wanted
      ) w
     where d.classid = 'pg_class'::regclass and c.oid = d.objid and n.oid = c.relnamespace
       and c.relkind in ('r', 'p') and c.relpersistence <> 't' and c.relreplident <> w.wanted and {_OURS};
    select json_agg(json_build_object('kind', 'define', 'schema', n.nspname, 'table', c.relname,
                                      'oid', c.oid::bigint, 'command', d.command_tag))
      into told from (select distinct classid, objid, command_tag from pg_event_trigger_ddl_commands()) d
      join pg_class c on d.classid = 'pg_class'::regclass and c.oid = d.objid
      join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and c.relpersistence <> 't' and {_OURS};
    if told is not null then {_TELL}; end if;
end $body$;

create function {ADMIN}.dropped() returns event_trigger
language plpgsql security definer set search_path = pg_catalog as $body$
declare
    told json;
begin
    select json_agg(json_build_object('kind', 'drop', 'schema', schema_name, 'table', object_name,
                                      'oid', objid::bigint, 'command', tg_tag))
      into told from pg_event_trigger_dropped_objects()
     where object_type = 'table' and not is_temporary;
    if told is not null then {_TELL}; end if;
end $body$;

create event trigger {ADMIN}_defined on ddl_command_end execute function {ADMIN}.defined();
create event trigger {ADMIN}_dropped on sql_drop execute function {ADMIN}.dropped();
"""  # noqa: S608 - no text of a client
