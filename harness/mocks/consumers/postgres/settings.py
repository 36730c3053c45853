"""How the server is set up: quiet in virtual time, careless of crashes, and the same in every run."""

from __future__ import annotations

ADMIN = "night_harness"
"""The role of the mock itself, and the schema that is its own."""

QUIET = {
    "autovacuum": "off",
    "bgwriter_delay": "10s",
    "bgwriter_lru_maxpages": "0",
    "checkpoint_timeout": "1d",
    "checkpoint_completion_target": "0",  # else a checkpoint sleeps between its writes
    "max_logical_replication_workers": "0",  # else their launcher wakes every three minutes
    "wal_writer_delay": "10s",
}
"""What would wake by itself: each such moment is a jump of the clock."""

CARELESS = {"fsync": "off", "full_page_writes": "off", "restart_after_crash": "off"}
"""What holds is read before the server ends; nobody starts it again on the same files."""

SMALL = {
    "dynamic_shared_memory_type": "mmap",  # in the server's folder, where it goes with it
    "max_wal_size": "256MB",
    "min_wal_size": "32MB",
    "shared_buffers": "64MB",
}

REPEATABLE = {
    "jit": "off",
    "max_parallel_workers_per_gather": "0",  # the order of rows is the same in every run
    "synchronize_seqscans": "off",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "lc_messages": "'C'",
    "log_min_error_statement": "panic",  # a client's statement may be of any length
}

DECODED = {"wal_level": "logical", "max_replication_slots": "32", "max_wal_senders": "1"}
"""The write-ahead log tells what every transaction has changed."""


def configuration(version: int, port: int) -> str:
    """The lines for postgresql.conf of a server of this major version, which listens beside its files alone."""
    chosen = QUIET | CARELESS | SMALL | REPEATABLE | DECODED
    if version >= 18:
        chosen |= {"io_method": "sync"}  # its workers wake by themselves
    place = {"listen_addresses": "''", "unix_socket_directories": "'..'", "port": str(port)}
    return "".join(f"{name} = {value}\n" for name, value in (chosen | place).items())


ACCESS = f"""\
local all {ADMIN} password
local all all scram-sha-256
"""
"""pg_hba.conf. The mock shows its password as it is, through a socket in a folder that is the server's alone."""
