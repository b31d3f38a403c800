"""Journals of a web server and exports of Matomo: counted where they were dropped, and no address stays anywhere."""

from __future__ import annotations

import gzip
import secrets
from datetime import date
from pathlib import Path

import pytest
import yaml
from inbox_fakes import Home

from orchestration import reading
from orchestration.base.settings import PROJECT
from orchestration.inbox.folder import Dropped, scan
from orchestration.inbox.recognise import recognise
from orchestration.inbox.take import take_all
from orchestration.inbox.visits import SPEC, Count, Counts, Spec, count, counted

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1"
ROBOT = "Mozilla/5.0 (compatible; Googlebot/2.1)"
SEPTEMBER = date(2026, 9, 1)
CANARY = "203.0.113.77"


def line(day: int, time: str, path: str, who: str = "192.0.2.1", agent: str = FIREFOX, **said: object) -> str:
    method, status, month = said.get("method", "GET"), said.get("status", 200), said.get("month", "Sep")
    return f'{who} - - [{day:02d}/{month}/2026:{time} +0200] "{method} {path} HTTP/2.0" {status} 512 "-" "{agent}"'


JOURNAL = [
    line(1, "08:00:00", "/"),
    # the same person goes on to the observatory: one visit of either
    line(1, "08:10:00", "/observatoire/fr/index.html?from=mail"),
    # and comes back in the afternoon: a second visit, the same visitor
    line(1, "15:00:00", "/observatoire/fr/evaluez.html"),
    # two people behind one address, told apart by their browser
    line(2, "09:00:00", "/actualites", agent=SAFARI),
    line(3, "09:00:00", "/", who=CANARY),
    # no page, no person, nothing given, nothing asked for, and a name that only begins alike
    line(3, "09:00:01", "/observatoire/style.css", who="192.0.2.9"),
    line(3, "09:00:02", "/observatoire/", who="192.0.2.10", agent=ROBOT),
    line(3, "09:00:03", "/observatoire/", who="192.0.2.11", agent="-"),
    line(3, "09:00:04", "/observatoire/absent", who="192.0.2.12", status=404),
    line(3, "09:00:05", "/observatoire/", who="192.0.2.13", method="POST"),
    line(4, "10:00:00", "/observatoire-de-la-nuit", who="192.0.2.1"),
    line(30, "23:59:59", "/", who="192.0.2.1"),
    # October has begun and is not over
    line(1, "00:00:00", "/observatoire/", month="Oct"),
]


@pytest.fixture(scope="module")
def spec() -> Spec:
    [found] = (PROJECT / "sources").glob(f"*/{SPEC}")
    return Spec.model_validate(yaml.safe_load(found.read_text(encoding="utf-8")))


KEY = secrets.token_hex(32)


def read(path: Path, spec: Spec) -> reading.Visits:
    return reading.read_visits(path, name=path.name, pages=spec.pages, key=KEY, is_journal=lambda: None)


def told(folder: Path, spec: Spec, *journals: list[str]) -> Counts:
    """Return what is counted of journals that are dropped together."""
    found = []
    for number, lines in enumerate(journals):
        path = folder / f"access.log.{number}"
        path.write_text("\n".join(lines), encoding="utf-8")
        found.append(read(path, spec).journal)
    assert None not in found
    return count([j for j in found if j], spec)


def test_visits_and_visitors_are_counted_by_hand(tmp_path: Path, spec: Spec) -> None:
    expected = {
        # six visits: morning and afternoon of the 1st, the iPhone, the canary, the 4th, the 30th
        (SEPTEMBER, "plateforme"): Count(6, 3),
        (SEPTEMBER, "observatoire"): Count(2, 1),
    }
    assert told(tmp_path, spec, JOURNAL) == expected
    # the visit of the 1st goes over from one journal to the next, whichever is read first
    assert told(tmp_path, spec, JOURNAL[:1], JOURNAL[1:]) == expected
    assert told(tmp_path, spec, JOURNAL[4:], JOURNAL[1:4], JOURNAL[:1]) == expected


def test_no_address_and_no_browser_comes_out_of_reading(tmp_path: Path, spec: Spec) -> None:
    (tmp_path / "access.log").write_text("\n".join(JOURNAL), encoding="utf-8")
    said = repr(read(tmp_path / "access.log", spec))
    assert "192.0.2" not in said and CANARY not in said and "Mozilla" not in said
    other = reading.read_visits(
        tmp_path / "access.log", name="x", pages=spec.pages, key=secrets.token_hex(32), is_journal=lambda: None
    )
    marks = [set(v.journal.stays["2026-09"]["plateforme"]) for v in (read(tmp_path / "access.log", spec), other)]
    assert not marks[0] & marks[1]


def test_half_a_month_says_so_where_nothing_better_is_known(tmp_path: Path, spec: Spec) -> None:
    found = told(tmp_path, spec, JOURNAL[:5])
    assert found[SEPTEMBER, "plateforme"] == Count(4, 3, "mois incomplet : du 1 au 3")


def test_a_journal_is_known_by_its_lines_and_nothing_else_is_one(tmp_path: Path, spec: Spec) -> None:
    journal = tmp_path / "quel que soit son nom"
    journal.write_bytes(gzip.compress("\n".join(JOURNAL).encode()))
    assert read(journal, spec).journal
    sample = next((PROJECT / "sources/audience/sample").rglob("*.csv"))
    (tmp_path / "vide").touch()
    for other in (sample, PROJECT / "README.md", tmp_path / "vide"):
        assert read(other, spec) == reading.Visits()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_an_export_of_matomo(tmp_path: Path, spec: Spec, encoding: str) -> None:
    file = tmp_path / "Export _ Observatoire.csv"
    file.write_text(
        "Date,Visiteurs uniques,Visites,Actions\n2026-08,430,540,1200\n2026-09,,1840,5100\n", encoding=encoding
    )
    assert read(file, spec).export == [
        reading.Export("2026-08", "observatoire", 540, 430),
        reading.Export("2026-09", "observatoire", 1840, None),
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("export.csv", "Date,Visites\n2026-09,12\n"),
        ("observatoire.csv", "Date,Visites\n2026-09-01,12\n"),
        ("observatoire.csv", "Mois;Pages;Visites;Visiteurs\n01/09/2026;observatoire;5;3\n"),
        ("observatoire.csv", "Date,Visites\n"),
        ("observatoire.csv", "Date,Visites\n2026-13,1\n"),
        ("observatoire.csv", "Date,Visites\n2026-09," + "9" * 5_000 + "\n"),
    ],
    ids=["whose pages?", "days", "the team's own table", "no rows", "month 13", "five thousand digits"],
)
def test_what_is_no_such_export_stays_what_it_is(tmp_path: Path, spec: Spec, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert read(tmp_path / name, spec) == reading.Visits()


def test_days_that_are_none_and_lines_without_end_harm_nobody(tmp_path: Path, spec: Spec) -> None:
    odd = [line(99, "08:00:00", "/"), line(31, "08:00:00", "/", month="Feb"), line(1, "25:61:61", "/")]
    # what follows in a line that is too long is no line of its own, however it looks
    odd.append("x" * 32_768 + line(1, "23:00:00", "/", who="192.0.2.99"))
    assert told(tmp_path, spec, [*JOURNAL, *odd]) == told(tmp_path, spec, JOURNAL)
    # no closing quote, and no end of line: neither is tried a million times over, nor held whole
    path = tmp_path / "access.log.gz"
    path.write_bytes(gzip.compress((line(1, "08:00:00", "/")[:50] + "x" * 3_000_000).encode() * 3))
    assert read(path, spec) == reading.Visits()


def test_a_journal_that_breaks_off_is_answered_once_and_stays_where_it_lies(home: Home, catalogue) -> None:
    """It has addresses in it: neither `refused/` nor the log keeps a copy. The good one beside it is counted."""
    broken = gzip.compress("\n".join(JOURNAL * 40).encode())[:-9]
    path = home.drop("access.log.1.gz", broken)
    home.drop("access.log", "\n".join(JOURNAL))
    answers = {a.dropped: a for a in take_all(home.settings, home.refresh, settle_seconds=0)}
    assert answers["access.log.1.gz"].state == "refused" and path.read_bytes() == broken
    assert answers["visites-2026-09.csv"].state == "accepted"
    assert "access.log.1.gz" in answers["access.log.1.gz"].path.read_text(encoding="utf-8")
    kept = [p for p in home.path.rglob("*") if p.is_file() and p != path]
    assert not [p for p in kept if broken[:2] == p.read_bytes()[:2] or CANARY.encode() in p.read_bytes()]
    assert take_all(home.settings, home.refresh, settle_seconds=0) == []
    # whole, under the same name: a new delivery
    home.drop("access.log.1.gz", gzip.compress("\n".join(JOURNAL).encode()))
    [again] = take_all(home.settings, home.refresh, settle_seconds=0)
    assert (again.dropped, path.exists()) == ("visites-2026-09.csv", False)


def test_the_table_of_counts_takes_the_place_of_the_journals(home: Home) -> None:
    """One visitor of two journals is one; what lies beside them is left alone."""
    first = home.drop("access.log.1.gz", gzip.compress("\n".join(JOURNAL[:6]).encode()))
    second = home.drop("access.log", "\n".join(JOURNAL[6:]))
    other = home.drop("notes.csv", "a;b\n1;2\n")
    dropped = [Dropped(p, p.stat().st_size, p.stat().st_mtime_ns) for p in (first, second, other)]
    left = counted(home.inbox, home.settings.sources_path, dropped)
    assert [d.name for d in left] == ["notes.csv", "visites-2026-09.csv"] and other.exists()
    assert not first.exists() and not second.exists()
    assert left[1].path.read_text(encoding="utf-8").splitlines() == [
        "Mois;Pages;Visites;Visiteurs;Remarque",
        "01/09/2026;observatoire;2;1;",
        "01/09/2026;plateforme;6;3;",
    ]


def test_killed_between_two_removals_the_rest_is_not_counted_alone(home: Home, monkeypatch) -> None:
    for name, lines in (("access.log.1", JOURNAL[:6]), ("access.log", JOURNAL[6:])):
        home.drop(name, "\n".join(lines))
    real, gone = Path.unlink, []

    def once(path: Path, missing_ok: bool = False) -> None:
        if path.name in ("access.log", "access.log.1"):
            gone.append(path)
        if len(gone) > 1:
            raise KeyboardInterrupt
        real(path, missing_ok=missing_ok)

    home.inbox.make()
    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", once)
        with pytest.raises(KeyboardInterrupt):
            counted(home.inbox, home.settings.sources_path, scan(home.path, settle_seconds=0))
    assert len(list(home.inbox.path.glob("access.log*"))) == 1
    [table] = counted(home.inbox, home.settings.sources_path, scan(home.path, settle_seconds=0))
    assert table.path.read_text(encoding="utf-8").splitlines()[1:] == [
        "01/09/2026;observatoire;2;1;",
        "01/09/2026;plateforme;6;3;",
    ]
    assert not list(home.inbox.path.glob("access.log*")) and not list(home.inbox.work.iterdir())


def test_no_address_stays_in_the_home(home: Home, catalogue) -> None:
    home.drop("access.log", "\n".join(JOURNAL))
    [answer] = take_all(home.settings, home.refresh, settle_seconds=0)
    assert (answer.state, answer.source, answer.table) == ("accepted", "audience", "visits")
    kept = [p for p in home.path.rglob("*") if p.is_file()]
    assert any(p.name.endswith("visites-2026-09.csv") for p in kept)
    for path in kept:
        assert CANARY.encode() not in path.read_bytes() and b"192.0.2." not in path.read_bytes(), path
    placed = next(p for p in home.inbox.taken.rglob("*.csv"))
    assert recognise(catalogue, placed).source_id == "audience"
