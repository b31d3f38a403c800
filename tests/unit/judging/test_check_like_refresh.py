"""`observatory check` says of one file what a refresh would say of it, word for word."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchestration.base.settings import PROJECT, Settings
from orchestration.catalog import load_catalogue
from orchestration.judging.trial import try_file, validated
from orchestration.refresh.ingest import check_sources
from orchestration.refresh.walking import Walk
from tests.words import fr

TODAY = datetime.now(UTC).date()
NEET = PROJECT / "sources/insee_neet/sample/2018"
LABELS = "Label;Entreprise;SIREN;Code commune;Commune;Niveau;Valable du;Valable jusqu'au;Source;Remarque\n" + "".join(
    f"LUCIE 26000;Entreprise {n};;44109;Nantes;;01/03/2025;28/02/2028;https://example.org;\n" for n in range(8)
)


def settings(root: Path, **more) -> Settings:
    return Settings(home=root / "home", **more)


class Suites:
    """Runs the expectation suites here, in the place of the second process."""

    def __init__(self) -> None:
        self.said = {}

    def validate(self, ticket, files, suite, asset):
        (path,) = files
        self.said[ticket] = validated(path, suite, asset)

    def checks(self, ticket):
        return self.said[ticket]

    def stop(self):
        pass


def refreshed(config: Settings, source: str, delivery: Path, own_process: bool):
    """Return what a refresh says of the source's files, by name, and let them count.

    `own_process`: the suites run where a refresh runs them, which takes seconds to start.
    """
    with Walk.open(config, channel=str(delivery), only=[source]) as refresh:
        if own_process:
            refresh.start_worker()
        else:
            refresh.run.worker = Suites()
        refresh.ingest(source)
        check_sources(refresh.run)
        refresh.run.grounds.lake.commit(refresh.run.grounds.register)
        return {o.file: o for o in refresh.run.outcomes(source)}


def place(root: Path, source: str, vintage: str, name: str, content: str | Path) -> Path:
    path = root / source / vintage / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, Path):
        shutil.copyfile(content, path)
    else:
        path.write_text(content, encoding="utf-8")
    return path


def said_alike(
    config: Settings,
    root: Path,
    source: str,
    vintage: str,
    name: str,
    content: str | Path,
    *,
    own_process: bool = False,
):
    """Return what both say of the file, once it is proven to be the same."""
    delivery = root / f"delivery-{name}"
    path = place(delivery, source, vintage, name, content)
    catalogue = load_catalogue(config.sources_path)
    before = sorted(p.relative_to(root) for p in root.rglob("*"))
    tried = try_file(config, catalogue, catalogue[source], path, vintage, today=TODAY)
    assert sorted(p.relative_to(root) for p in root.rglob("*")) == before, "a trial leaves no trace"
    real = refreshed(config, source, delivery, own_process)[name]
    for field in ("state", "reason", "action", "rows_read", "rows_kept", "rows_rejected", "waived"):
        assert getattr(tried, field) == getattr(real, field), field
    return tried


def changed(path: Path, change: Callable[[str], str]) -> str:
    return change(path.read_text(encoding="utf-8-sig"))


@pytest.mark.parametrize(
    ("source", "vintage", "name", "content", "state"),
    [
        ("insee_neet", "2018", "neet_epci_2018.csv", NEET / "neet_epci_2018.csv", "accepted"),
        (
            "insee_neet",
            "2018",
            "neet_communes_2018.csv",
            changed(NEET / "neet_communes_2018.csv", lambda t: t.replace("44109;Nantes", "44109;Vertou")),
            "refused",
        ),
        (
            "lucie_labels",
            "2026-09",
            "labels.csv",
            LABELS + "LUCIE;X;;44100;Nantes;;01/03/2025;28/02/2028;;\n",
            "adapted",
        ),
        ("lucie_labels", "2026-09", "labels.csv", LABELS.replace("28/02/2028", "28/02/2010"), "refused"),
    ],
)
def test_a_file_is_judged_like_in_a_refresh(tmp_path, source, vintage, name, content, state):
    assert said_alike(settings(tmp_path), tmp_path, source, vintage, name, content).state == state


def test_a_folder_of_a_year_to_come_is_told(tmp_path):
    path = place(tmp_path, "insee_neet", "2099", "neet_epci_2018.csv", NEET / "neet_epci_2018.csv")
    config = settings(tmp_path)
    catalogue = load_catalogue(config.sources_path)
    tried = try_file(config, catalogue, catalogue["insee_neet"], path, "2099", today=TODAY)
    assert tried.state == "refused" and "à venir" in fr(tried.reason)


def test_an_expectation_that_blocks_is_told(tmp_path):
    suites = tmp_path / "expectations"
    shutil.copytree(PROJECT / "expectations", suites)
    path = suites / "sources/insee_neet.rates.json"
    suite = json.loads(path.read_text(encoding="utf-8"))
    spec = next(
        e
        for e in suite["expectations"]
        if e["type"].endswith("values_to_be_between") and e["kwargs"]["column"] == "neet_rate"
    )
    spec["kwargs"]["max_value"] = 5
    path.write_text(json.dumps(suite), encoding="utf-8")
    config = settings(tmp_path, expectations_path=suites)
    tried = said_alike(
        config, tmp_path, "insee_neet", "2018", "neet_epci_2018.csv", NEET / "neet_epci_2018.csv", own_process=True
    )
    assert tried.state == "refused" and "neet_rate" in fr(tried.reason) and tried.rows_kept == 0


def test_what_the_home_already_holds_of_the_vintage_counts(tmp_path):
    config = settings(tmp_path)
    said_alike(config, tmp_path, "insee_neet", "2018", "neet_epci_2018.csv", NEET / "neet_epci_2018.csv")
    # the file again, cut: what is known of its places is asked
    twice = changed(NEET / "neet_epci_2018.csv", lambda t: "\n".join(t.splitlines()[:12]) + "\n")
    tried = said_alike(config, tmp_path, "insee_neet", "2018", "neet_epci_2018.csv", twice)
    assert tried.state == "refused"


def test_a_file_that_no_table_needs_is_said_to_be_left_aside(tmp_path):
    path = place(tmp_path, "insee_unemployment", "2023", "Demandeurs_emploi.csv", "a;b\n1;2\n")
    config = settings(tmp_path)
    catalogue = load_catalogue(config.sources_path)
    tried = try_file(config, catalogue, catalogue["insee_unemployment"], path, "2023", today=TODAY)
    assert tried.state == "missing" and "laissé de côté" in fr(tried.reason) and "France Travail" in fr(tried.reason)
