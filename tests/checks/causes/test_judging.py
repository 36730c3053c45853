"""What a page says of an injected cause, by each thing that decides it."""

import pytest

from harness.chain.controls import CONTROLS
from harness.checks.model.causes.classifier import causes
from harness.checks.model.causes.judging import Said, Truth, observations, read
from harness.checks.model.causes.reading import NAME, sentences
from harness.faults import FAULTS


def said(injected: str, text: str, *names: str, log: str | None = None, words: tuple[str, ...] = ()) -> Said:
    return read((None, text), log, Truth((injected,), words), names).said


def test_every_shipped_fault_has_its_causes_and_one_of_the_desk_has_words() -> None:
    for name, fault in FAULTS.items():
        if fault.__module__.startswith("harness.faults.desk."):
            assert fault.named_by  # it is why nobody heard of a night, and not why that failed
        elif fault.__module__.startswith("harness."):
            assert set(fault.causes or (name,)) <= set(causes())


@pytest.mark.parametrize(
    ("injected", "text"),
    [
        ("disk_full", "cp: write error: No space left on device"),
        ("disk_full", "Auf dem Gerät ist kein Speicherplatz mehr verfügbar"),
        ("disk_full", "Aucun espace disponible sur le périphérique"),
        ("access_denied", "Zugriff verweigert"),
        ("access_denied", "ACCÈS REFUSÉ pour le compte du lot"),
        ("connection_refused", "Connexion refusée par l'hôte"),
        ("token_expired", "the bearer token has expired"),
        ("rows_swallowed", "planning holds 250 rows fewer than were sent: 4,750 instead of 5,000"),
        ("rows_swallowed", "die Planung hat 50 Sätze weniger als gesendet"),
        ("rows_swallowed", "la planification contient 50 lignes de moins que ce qui a été envoyé"),
        ("rows_doubled", "planning holds 1,000 rows more than were sent"),
        ("rows_doubled", "die Planung hat 50 Sätze mehr als gesendet"),
        ("rows_doubled", "la planification contient 50 lignes de plus que ce qui a été envoyé"),
    ],
)
def test_a_cause_is_named_in_three_languages(injected: str, text: str) -> None:
    assert said(injected, text) is Said.NAMED


@pytest.mark.parametrize(
    ("injected", "text"),
    [
        ("access_denied", "checksum mismatch; this is not a 403"),
        ("disk_full", "the disk is not full"),
        ("disk_full", "Platte ist nicht voll"),
        ("disk_full", "Ce n'est pas un disque plein"),
        ("read_only_disk", "it isn't read-only"),
        ("clock_skew", "the clock is fine, no skew"),
    ],
)
def test_what_a_page_denies_it_does_not_name(injected: str, text: str) -> None:
    assert said(injected, text) is not Said.NAMED


def test_a_denial_ends_with_its_clause() -> None:
    assert said("disk_full", "not the network, the disk is full") is Said.NAMED
    assert said("connection_reset", "not the disk: connection reset by peer") is Said.NAMED


def test_a_no_that_belongs_to_a_cause_denies_nothing() -> None:
    assert said("never_submitted", "load was never submitted") is Said.NAMED
    assert said("missing_trailer", "there is no trailer") is Said.NAMED


@pytest.mark.parametrize("name", ["truncated-parcels", "no-space-left", "access_denied.csv", "segfault_load"])
def test_a_name_is_no_evidence(name: str) -> None:
    injected = {"t": "truncate_file", "n": "disk_full", "a": "access_denied", "s": "job_crash"}[name[0]]
    assert said(injected, f"{name} ended with exit 1", name) is Said.NOT_NAMED


def test_the_other_words_of_a_sentence_with_a_name_are_evidence() -> None:
    assert said("access_denied", "not authorised to read the orders share", "orders") is Said.NAMED


def test_a_word_inside_another_is_none() -> None:
    assert said("flip_bit", "the undamagedness of it") is Said.NOT_NAMED


@pytest.mark.parametrize("amount", ["100%", "100 %"])
def test_a_quantity_is_read(amount: str) -> None:
    assert said("disk_full", f"the landing filesystem is at {amount}") is Said.NAMED


def test_the_parts_that_came_are_counted() -> None:
    assert said("truncate_file", "expected 5000 rows, found 3000") is Said.NAMED
    assert said("decimal_comma", "48149,35 is no amount") is Said.NAMED


def test_another_cause_is_wrong_whatever_else_the_log_shows() -> None:
    assert said("disk_full", "connection reset by peer", log="errno 28") is Said.NOT_NAMED
    assert said("disk_full", "fetch ended, its last lines:", log="write: errno 28") is Said.NAMED


def test_a_log_that_lists_everything_names_nothing() -> None:
    everything = (
        "no space left\nconnection refused\naccess denied\ntoo many requests\nsession expired\nsegfault\n"
        "read-only\nno trailer\nclock skew"
    )
    assert said("disk_full", "it ended", log=everything) is Said.NOT_NAMED


@pytest.mark.parametrize("text", ["job failed", "exit 1, please check", "timeout", "fetch is late to start"])
def test_a_symptom_is_vague(text: str) -> None:
    assert said("disk_full", text) is Said.NOT_NAMED


def test_what_fits_several_causes_is_told_and_not_judged() -> None:
    assert said("flip_bit", "sha256 mismatch, file quarantined") is Said.NOT_JUDGED
    assert said("login_refused", "sha256 is another") is Said.NOT_NAMED


@pytest.mark.parametrize(
    ("injected", "text"),
    [
        ("nul_tail", "line 871 has 1 columns, truncated or damaged"),
        ("grow_while_read", "feed.csv is truncated: no trailer after 1200 records"),
        ("missing_file", "feed.csv has not arrived by 02:30, and the manifest answers 404"),
        ("clock_skew", "another business date inside: 2026-11-23, not 2026-11-24"),
        ("never_submitted", "result_20261123.csv is not in the results folder"),
    ],
)
def test_what_an_observation_would_be_called_alone_does_not_count_against_it(injected: str, text: str) -> None:
    assert said(injected, text) is not Said.NOT_NAMED


@pytest.mark.parametrize(
    ("injected", "text"),
    [
        ("flip_bit", "line 871 has 1 columns: connection reset by peer"),
        ("nul_tail", "contradicts its trailer, the landing disk is full: no space left on device"),
        ("another_time_zone", "the clock of our load server is an hour slow, so the business date differs"),
    ],
)
def test_what_this_fault_cannot_produce_counts_against_an_observation(injected: str, text: str) -> None:
    assert said(injected, text) is Said.NOT_NAMED


def test_who_blames_somebody_is_judged_by_that() -> None:
    seen = "feed.csv: last line is half a record, truncated"
    assert said("grow_while_read", seen) is Said.NOT_JUDGED
    assert said("grow_while_read", f"{seen}. The transfer was cut, file truncated at the sender") is Said.NOT_NAMED
    assert said("grow_while_read", f"ask the sender: {seen}") is Said.NOT_JUDGED


def test_every_control_has_observations_that_fit_whatever_it_notices() -> None:
    of = {name: [seen for seen in observations() if name in seen.controls] for name in CONTROLS}
    assert [name for name, seen in of.items() if not seen] == []
    ours = {name: fault for name, fault in FAULTS.items() if fault.__module__.startswith("harness.")}
    assert [
        (name, control, seen.name)
        for name, fault in ours.items()
        for control in fault.detectable_by
        for seen in of.get(control, ())
        if not (seen.names | seen.fits) & set(fault.causes or (name,))
    ] == []


def test_observations_are_of_causes_and_controls_that_there_are() -> None:
    for seen in observations():
        assert seen.names | seen.fits | seen.said_as <= set(causes())
        assert set(seen.controls) <= set(CONTROLS)


def test_what_nobody_could_say_better_at_that_time_names_each_of_its_causes() -> None:
    text = "forecast has not arrived"
    assert (said("late_file", text), said("missing_file", text)) == (Said.NAMED, Said.NAMED)


def test_something_specific_for_which_there_is_no_evidence_is_told_and_not_judged() -> None:
    odd = "badger gnawed through violet cabling beneath second warehouse, electrician summoned, ceiling weeps heavily"
    assert said("disk_full", odd) is Said.NOT_JUDGED


@pytest.mark.parametrize(
    ("injected", "text"),
    [
        ("disk_full", "the upload stopped short because the disk is full"),
        ("disk_full", "transferts interrompus, plus de place sur /landing"),
        ("connection_reset", "the file is truncated: connection reset by peer at 38 %"),
    ],
)
def test_what_comes_of_a_cause_takes_nothing_from_it(injected: str, text: str) -> None:
    assert said(injected, text) is Said.NAMED


def test_what_is_seen_of_many_causes_is_no_cause_beside_one_of_them() -> None:
    text = "fuel.csv was late again, that's why we started late"
    assert (said("late_file", text), said("late_start", text)) == (Said.NAMED, Said.NOT_NAMED)


def test_what_a_sentence_only_supposes_weighs_less() -> None:
    assert said("disk_full", "is the disk full? no: permission denied on the bucket") is Said.NOT_NAMED


def test_a_no_of_another_clause_is_no_part_of_a_cause() -> None:
    assert said("missing_file", "the file is not lost, it came at 02:00") is Said.NOT_NAMED


@pytest.mark.parametrize(
    "text", ["Abgestürzt ist da nichts", "la platte? Platte voll ist ausgeschlossen", "disk full ruled out"]
)
def test_what_is_taken_back_behind_it_is_not_named(text: str) -> None:
    assert said("job_crash" if "stürzt" in text else "disk_full", text) is not Said.NAMED


def test_an_asked_cause_that_is_answered_no_is_not_named() -> None:
    assert said("disk_full", "Platte voll? Nein, der Lader wartet.") is not Said.NAMED


@pytest.mark.parametrize(
    ("injected", "text"),
    [
        ("server_error", "cannot ask the source for prices.csv.done: curl: (22) The requested URL returned error: 503"),
        ("stale_content", "readings_20261122.csv: business date is not 2026-11-22"),
        ("schema_drift", "ValueError: schema: columns ['dept', 'day', 'hours', 'rate', 'emp']"),
        ("duplicate_records", "duplicate article A000248"),
    ],
)
def test_what_right_chains_wrote_and_was_refused_once_is_named(injected: str, text: str) -> None:
    assert said(injected, text) is Said.NAMED


def test_every_piece_of_evidence_has_words() -> None:
    for cause in causes().values():
        assert [
            one.said for one, _ in cause.evidence if not one.parts or not all(all(part) for part in one.parts)
        ] == []
    for seen in observations():
        assert [one.said for one in seen.evidence if not one.parts or not all(all(part) for part in one.parts)] == []


def test_what_comes_of_a_cause_are_causes() -> None:
    assert [name for cause in causes().values() for name in cause.makes if name not in causes()] == []


def test_own_words_name_a_cause_unless_they_are_denied() -> None:
    assert said("badge_reader", "the badge reader is broken", words=("badge",)) is Said.NAMED
    assert said("disk_full", "SAN voll seit 02:00", words=("san voll",)) is Said.NAMED
    assert said("badge_reader", "it is not a badge", words=("badge",)) is Said.NOT_NAMED


def test_a_page_is_read_as_words_without_names() -> None:
    assert sentences("L'Accès est refusé, load-x isn't there", ["load-x"]) == [
        ("acces", "refuse", ",", NAME, "not", "there")
    ]
