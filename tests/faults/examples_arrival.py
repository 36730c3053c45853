"""An example of each fault of arrival, access and the landing side, for the contract that all faults keep to."""

from __future__ import annotations

from harness.faults import (
    AccessDenied,
    ConnectHang,
    ConnectionRefused,
    ConnectionReset,
    DeliverTwice,
    DeliverUnderAnotherName,
    DiskFull,
    EarlyFile,
    EndlessListing,
    Fault,
    FlagApart,
    LateFile,
    ListedNotThere,
    LoginRefused,
    ManifestApart,
    MissingFile,
    On,
    OutOfOrder,
    ReadOnlyDisk,
    RenameUnderReader,
    ServerError,
    SessionExpired,
    SlowDrip,
    SupersedeFile,
    ThereNotListed,
    ThrottleRequests,
    TokenExpired,
    WrongLength,
)

EXAMPLES: dict[str, Fault] = {
    "late_file": LateFile(file="forecast", arrives="02:35", chance=0.5),
    "missing_file": MissingFile(file="forecast"),
    "early_file": EarlyFile(file="forecast", arrives="22:30"),
    "deliver_twice": DeliverTwice(file="forecast", as_="{stem}_2{suffix}", on=On(component="planning", action="batch")),
    "deliver_under_another_name": DeliverUnderAnotherName(file="forecast", as_="{name}.new"),
    "out_of_order": OutOfOrder(file="forecast", every="10m"),
    "manifest_apart": ManifestApart(file="forecast", comes="after", by="35m"),
    "flag_apart": FlagApart(file="forecast", comes="before"),
    "listed_not_there": ListedNotThere(file="forecast", times=3),
    "there_not_listed": ThereNotListed(file="forecast", until="02:20"),
    "rename_under_reader": RenameUnderReader(file="forecast", after="5m", back="5m"),
    "supersede_file": SupersedeFile(file="forecast", after="10m", version=2),
    "server_error": ServerError(answer=500, operation="get", times=2),
    "throttle_requests": ThrottleRequests(retry_after="20m", for_="20m"),
    "access_denied": AccessDenied(operation="get"),
    "login_refused": LoginRefused(times=1),
    "session_expired": SessionExpired(times=1),
    "token_expired": TokenExpired(operation="get", call=2),
    "endless_listing": EndlessListing(every="10s"),
    "connection_refused": ConnectionRefused(times=3),
    "connect_hang": ConnectHang(call=2),
    "connection_reset": ConnectionReset(after_bytes=100_000),
    "slow_drip": SlowDrip(bytes_per_s=7, every="4s"),
    "wrong_length": WrongLength(file="forecast", states="longer", by="10%"),
    "disk_full": DiskFull(job="retrieve", folder="landing", room="50000 bytes", times=1),
    "read_only_disk": ReadOnlyDisk(job="validate", folder="validated"),
}
"""By the name that users type."""

NEEDS_MORE = {"out_of_order", "flag_apart"}
"""Those that the reference chain has nothing for: several files a night, and a done flag."""
