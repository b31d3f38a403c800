"""Communes, EPCIs and populations are there whatever became of a delivery, and the receipt says which ones.

A note in the folder of the communes once kept a whole edition from readers: `insee_cog/2027/LISEZMOI.txt`, « Le
fichier 2027 arrive en mars. », and the SIREN was blamed. No suites here, so that no second process is started.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.base.settings import PROJECT, Settings
from orchestration.building.worker import BuildError
from orchestration.refresh.build import _require_territory
from orchestration.refresh.outcome import outcome
from orchestration.refresh.walking import Walk
from tests.words import fr

REFERENCES = ("insee_cog", "dgcl_epci", "insee_population", "insee_zones_emploi")
EXTRACT = "l'extrait livré avec le logiciel est utilisé"
# what a person, an office program or a connection that broke off leaves in a folder
LEFT = {
    "LISEZMOI.txt": b"Le fichier 2027 arrive en mars.\n",
    "~$epcicom2025.xlsx": b"\x05Marie" + b"\0" * 150,
    "notice.pdf": b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n",
    "page.html": b"<html><title>Maintenance</title></html>",
    "vide.csv": b"",
}


class Home:
    """A home and a mirror that begins empty; the shipped extracts are the only files that are known to be good."""

    def __init__(self, root: Path) -> None:
        (root / "expectations").mkdir()
        self.mirror = root / "mirror"
        (self.mirror / "insee_neet").mkdir(parents=True)
        self.settings = Settings(home=root / "home", expectations_path=root / "expectations")

    def deliver(self, source: str, vintage: str, name: str, content: bytes | Path) -> None:
        folder = self.mirror / source / vintage
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content.read_bytes() if isinstance(content, Path) else content)

    def refresh(self, *only: str, whole: bool = False) -> Walk:
        """Take what lies in the mirror for these sources (`whole`: and for what they need), and keep it as if published."""
        with Walk.open(self.settings, channel=str(self.mirror), only=list(only)) as refresh:
            for source in refresh.sources if whole else map(refresh.run.catalogue.get, only):
                refresh.ingest(source.source_id)
            if whole:
                _require_territory(refresh.run)
            refresh.run.grounds.lake.commit(refresh.run.grounds.register)
        return refresh


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def sample(source: str, path: str) -> Path:
    return PROJECT / "sources" / source / "sample" / path


def channels(refresh: Walk, vintages: dict) -> set[str]:
    return {p.channel for v in vintages.values() for p in refresh.run.grounds.register.parts(v).values()}


def kept(refresh: Walk, source: str) -> list:
    return [o for o in refresh.run.outcomes(source) if o.state == "kept"]


@pytest.mark.parametrize("source", REFERENCES)
def test_no_file_switches_the_extract_off(home, source):
    for name, content in LEFT.items():
        home.deliver(source, "2027", name, content)
    refresh = home.refresh(source)
    assert all(refresh.held(source).get(table) for table in refresh.run.catalogue[source].tables)
    assert kept(refresh, source) and all(EXTRACT in fr(o.reason) for o in kept(refresh, source))
    refused = [o for o in refresh.run.outcomes(source) if o.state == "refused"]
    assert refused and all(o.file in LEFT and o.file in fr(o.reason) for o in refused)
    assert outcome(refresh.run, edition=None, published=True).exit_code == 3


def test_a_workbook_that_was_cut_off_does_not_either_and_is_named(home):
    whole = sample("dgcl_epci", "2024/epcicom2024.xlsx").read_bytes()
    home.deliver("dgcl_epci", "2025", "epcicom2025.xlsx", whole[: len(whole) // 2])
    refresh = home.refresh("dgcl_epci")
    (refused,) = [o for o in refresh.run.outcomes("dgcl_epci") if o.state == "refused"]
    assert "epcicom2025.xlsx" in fr(refused.reason)
    assert [(o.vintage, o.file) for o in kept(refresh, "dgcl_epci")] == [("2024", "epcicom2024.xlsx")]


def test_the_extract_serves_for_the_table_that_lacks_and_for_no_other(home):
    home.deliver("insee_cog", "2025", "cog2025_communes.csv", sample("insee_cog", "2025/cog2025_communes.csv"))
    home.deliver("insee_cog", "2025", "cog2025_mouvements-communes.csv", b"MOD;DATE_EFF\n")
    refresh = home.refresh("insee_cog")
    held = refresh.held("insee_cog")
    assert channels(refresh, held["communes"]) == {"mirror"}
    assert set(held["communes"]) == {"2025"}
    assert channels(refresh, held["movements"]) == {"sample"}
    assert {o.file for o in kept(refresh, "insee_cog")} == {
        "cog2024_mouvements-communes.csv",
        "cog2025_mouvements-communes.csv",
    }
    # nothing of it is read again, and the same is said
    again = home.refresh("insee_cog")
    assert [(o.file, o.state, o.reason) for o in again.run.outcomes("insee_cog") if o.state != "unchanged"] == [
        (o.file, o.state, o.reason) for o in refresh.run.outcomes("insee_cog") if o.state not in ("accepted", "adapted")
    ]
    # a good file takes the extract's place
    home.deliver(
        "insee_cog",
        "2025",
        "cog2025_mouvements-communes.csv",
        sample("insee_cog", "2025/cog2025_mouvements-communes.csv"),
    )
    last = home.refresh("insee_cog")
    assert kept(last, "insee_cog") == [] and set(last.held("insee_cog")["movements"]) == {"2025"}


def test_a_refused_file_of_populations_changes_no_year_without_a_word(home):
    name = "pop2022_donnees_communes.csv"
    home.deliver("insee_population", "2022", name, sample("insee_population", f"2022/{name}"))
    home.deliver("insee_population", "2023", "pop2023_donnees_communes.csv", b"<html>Maintenance</html>")
    for _ in ("first", "again"):
        refresh = home.refresh("insee_population")
        (told,) = kept(refresh, "insee_population")
        assert told.vintage == "2022" and "le millésime 2022 sert" in fr(told.reason)
        assert "2023" in fr(told.reason) and "pop2023_donnees_communes.csv" in fr(told.reason)
        assert set(refresh.held("insee_population")["communes"]) == {"2022"}


def test_a_file_that_replaces_a_good_one_and_is_refused_is_told_with_the_vintage_that_serves(home):
    name = "pop2022_donnees_communes.csv"
    home.deliver("insee_population", "2022", name, sample("insee_population", f"2022/{name}"))
    assert kept(home.refresh("insee_population"), "insee_population") == []
    home.deliver("insee_population", "2022", name, b"<html>Maintenance</html>")
    (told,) = kept(home.refresh("insee_population"), "insee_population")
    assert told.vintage == "2022" and "le millésime 2022 sert" in fr(told.reason)


def test_what_every_figure_rests_on_comes_along_once_and_from_the_same_mirror(home):
    home.deliver("insee_cog", "2025", "cog2025_communes.csv", sample("insee_cog", "2025/cog2025_communes.csv"))
    first = home.refresh("insee_neet", whole=True)
    assert {*REFERENCES, "un_sdg", "insee_neet"} <= {s.source_id for s in first.sources}
    assert channels(first, first.held("insee_cog")["communes"]) == {"mirror"}
    assert {s.source_id for s in home.refresh("insee_neet").sources} == {"insee_neet"}


def test_a_territory_that_no_list_knows_is_told_with_the_list(home):
    # a SIREN in good form that is no EPCI (Insee's own)
    home.settings = home.settings.model_copy(update={"territory": "120027016"})
    with pytest.raises(BuildError) as told:
        home.refresh("insee_neet", whole=True)
    assert (
        "120027016" in fr(told.value.reason)
        and "l'extrait livré" in fr(told.value.reason)
        and "2024" in fr(told.value.reason)
    )


def test_a_note_alone_is_refused_and_beside_its_list_left_aside(home):
    home.deliver("insee_cog", "2025", "LISEZMOI.txt", LEFT["LISEZMOI.txt"])
    (alone,) = [o for o in home.refresh("insee_cog").run.outcomes("insee_cog") if o.file == "LISEZMOI.txt"]
    assert alone.state == "refused" and "LISEZMOI.txt" in fr(alone.reason) and "« 2025 »" in fr(alone.reason)
    home.deliver("insee_cog", "2025", "cog2025_communes.csv", sample("insee_cog", "2025/cog2025_communes.csv"))
    (beside,) = [o for o in home.refresh("insee_cog").run.outcomes("insee_cog") if o.file == "LISEZMOI.txt"]
    assert beside.state == "unchanged" and beside.rows_read == 0
