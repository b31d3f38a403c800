"""Refusal is proportionate: what speaks of a row costs the row, what speaks of the file costs the file.

Files are made here, in the publishers' own layouts; what is expected is what was written into them.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
from pathlib import Path

import pytest

from orchestration.base.messages import Refusal
from orchestration.base.settings import PROJECT
from orchestration.catalog import load_catalogue
from orchestration.catalog.schema import lake_types, provenance
from orchestration.conforming.conform import Conformed
from orchestration.judging.match import match_file
from orchestration.judging.waivers import Waivers, load_waivers
from orchestration.lake.register import Register, SourceState, Vintage
from orchestration.lake.store import Lake
from orchestration.landing import Landed
from orchestration.triage import CodeLists
from orchestration.triage.codes import suppressed_communes
from tests.judged import facts, judged, read_rows
from tests.words import fr, refuses

SOURCES = load_catalogue(PROJECT / "sources")
CODES = ("commune", "epci", "department", "region", "employment_zone", "territory", "siren", "siret")


class Desk:
    """A home of its own: files are handed in one after the other, and what was taken is known to the next."""

    def __init__(self, folder: Path, source: str, waivers: Waivers | None = None, *, extract: bool = False) -> None:
        self.folder, self.source, self.state = folder, SOURCES[source], SourceState()
        self.lake = Lake(folder / "home")
        self.register = Register(real={source: self.state})
        self.state = self.register.real[source]
        self.facts = facts(folder, SOURCES, register=self.register, waivers=waivers)
        # the communes made up here are not those of the official code, nor those of the shipped extract
        self.lists = CodeLists()
        self.facts.code_lists = lambda _: self.lists  # type: ignore[method-assign]
        if not extract:
            self.facts._extracts = lambda *_: []  # type: ignore[method-assign]

    def read(self, name: str, vintage: str, data: bytes | str) -> Conformed:
        content = data.encode() if isinstance(data, str) else data
        path = self.folder / vintage / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        landed = Landed(
            self.source.source_id,
            vintage,
            path,
            name,
            len(content),
            hashlib.sha256(content).hexdigest(),
            "mirror",
            f"test:{name}",
        )
        return read_rows(self.facts, self.source, self.state, landed)

    def take(self, name: str, vintage: str, data: bytes | str) -> Conformed:
        """Read a file and let it count from now on."""
        conformed = self.read(name, vintage, data)
        path = self.folder / vintage / name
        landed = Landed(
            self.source.source_id,
            vintage,
            path,
            name,
            1,
            hashlib.sha256(path.read_bytes()).hexdigest(),
            "mirror",
            "test",
        )
        match = match_file(self.source, landed, SOURCES)
        known = judged(self.source.source_id, vintage, name, slot=match.slot, sha256=landed.sha256)
        self.register.note(self.state, known)
        kept = self.lake.path_for(self.source, match.table_name, vintage, {name: known})
        rows = self.lake.write(conformed.frame.assign(**provenance(landed, False)), lake_types(match.table), kept)
        self.state.tables.setdefault(match.table_name, {})[vintage] = Vintage(
            path=self.lake.relative(kept), rows=rows, parts={name: known.id}
        )
        return conformed


# populations: 1,500 communes of three départements, in Insee's layout ---------------------------------


def communes(count: int = 1500, year: int = 2022) -> list[list[str]]:
    chance = random.Random(5)
    rows = []
    for i in range(count):
        dep = ("01", "02", "03")[i * 3 // count]
        people, apart = chance.randint(80, 9000), chance.choice([3, 4, 6, 9, 15, 40, 130])
        people = round(people * (1 + (year - 2022) * 0.004))
        rows.append(["84", dep, f"{dep}{i % (count // 3) + 1:03d}", str(people), str(apart), str(people + apart)])
    return rows


def populations(rows: list[list[str]]) -> str:
    return "\n".join(";".join(r) for r in [["REG", "DEP", "COM", "PMUN", "PCAP", "PTOT"], *rows])


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, "insee_population")


def test_one_row_that_breaks_a_rule_is_left_out_and_named(desk):
    rows = communes()
    rows[700][5] = "999999"
    found = desk.read("donnees_communes.csv", "2023", populations(rows))
    assert len(found.frame) == 1499 and rows[700][2] not in set(found.frame["commune_code"])
    assert [r.line for r in found.rejected] == [702]
    assert "999999" in fr(found.rejected[0].why) and found.rejected[0].column == "population_total"
    assert "« population_total » = 999999" in fr(found.rejected[0].why)


def test_bad_cells_and_broken_rules_share_one_budget(desk):
    rows = communes()
    rows[10][3] = "beaucoup"
    rows[700][5] = "999999"
    assert len(desk.read("donnees_communes.csv", "2023", populations(rows)).rejected) == 2
    rows[900][5] = "999999"
    with refuses("total population is not the sum"):
        desk.read("donnees_communes.csv", "2023", populations(rows))


def test_rows_that_stand_together_are_a_piece_of_the_file(desk):
    rows = communes(2700)
    for i in (700, 701, 702):
        rows[i][5] = str(int(rows[i][5]) + 1)
    with refuses("total population is not the sum"):
        desk.read("donnees_communes.csv", "2023", populations(rows))


def test_a_short_file_has_no_row_to_spare(desk):
    rows = communes(300)
    rows[200][5] = "999999"
    with refuses("total population is not the sum"):
        desk.read("donnees_communes.csv", "2023", populations(rows))


def test_one_figure_a_thousand_times_what_it_was_is_left_out(desk):
    desk.take("donnees_communes.csv", "2022", populations(communes()))
    rows = communes(year=2023)
    # a whole row, so that the sum holds
    rows[700][3], rows[700][5] = str(int(rows[700][3]) * 1000), str(int(rows[700][3]) * 1000 + int(rows[700][4]))
    found = desk.read("donnees_communes.csv", "2023", populations(rows))
    assert [r.line for r in found.rejected] == [702] and rows[700][2] not in set(found.frame["commune_code"])


def test_a_tenth_of_the_figures_in_another_unit_is_the_files_fault(desk):
    desk.take("donnees_communes.csv", "2022", populations(communes()))
    rows = communes(year=2023)
    for i in range(0, 1500, 10):
        rows[i][4] = str(int(rows[i][4]) * 1000)
        rows[i][5] = str(int(rows[i][3]) + int(rows[i][4]))
    with refuses("ten, a hundred or a thousand times"):
        desk.read("donnees_communes.csv", "2023", populations(rows))


@pytest.mark.parametrize(("before", "after"), [(3, 31), (4, 40), (9, 91), (15, 150), (40, 4)])
def test_small_counts_may_grow_tenfold(desk, before, after):
    old, new = communes(), communes(year=2023)
    for i in (100, 400, 900):
        old[i][4], new[i][4] = str(before), str(after)
        old[i][5], new[i][5] = str(int(old[i][3]) + before), str(int(new[i][3]) + after)
    desk.take("donnees_communes.csv", "2022", populations(old))
    found = desk.read("donnees_communes.csv", "2023", populations(new))
    assert len(found.frame) == 1500 and not found.rejected
    assert any("petits effectifs" in fr(n) and "population_counted_apart" in fr(n) for n in found.notes)


def test_a_small_count_that_grows_in_an_extract_of_few_places_is_no_unit(desk):
    old, new = communes(6), communes(6, year=2023)
    for rows, apart in ((old, "3"), (new, "31")):
        for row in rows:
            row[4], row[5] = apart, str(int(row[3]) + int(apart))
    desk.take("donnees_communes.csv", "2022", populations(old))
    assert len(desk.read("donnees_communes.csv", "2023", populations(new)).frame) == 6


# a commune that ended without heir --------------------------------------------------------------------


def test_movements_without_arrival_are_kept_where_a_commune_ended_and_left_out_elsewhere(tmp_path):
    desk = Desk(tmp_path, "insee_cog")
    lines = ["MOD,DATE_EFF,TYPECOM_AV,COM_AV,LIBELLE_AV,TYPECOM_AP,COM_AP,LIBELLE_AP"]
    lines += [
        f"32,{1943 + n // 30}-01-01,COM,{1 + n // 400:02d}{n % 400 + 1:03d},A,COM,{11 + n // 400}{n % 400 + 1:03d},B"
        for n in range(1200)
    ]
    lines[500] = "30,1968-03-02,COM,08203,Guignicourt-sur-Vence,,,"
    lines[900] = "32,1973-01-01,COM,08227,Hocmont,,,"
    found = desk.read("cog2025_mouvements-communes.csv", "2025", "\n".join(lines))
    assert [(r.line, r.column) for r in found.rejected] == [(901, "code_after")]
    ended = found.frame[found.frame["code_after"].isna()]
    assert ended["code_before"].tolist() == ["08203"]
    assert "08203" in suppressed_communes(found.frame)


# what a source's suite calls critical -----------------------------------------------------------------


def critical() -> list[tuple[str, str, dict]]:
    found = []
    for path in sorted((PROJECT / "expectations/sources").glob("*.json")):
        source, table = path.stem.split(".")
        if SOURCES[source].role not in ("indicator", "reference") or SOURCES[source].is_bulk:
            continue
        expectations = json.loads(path.read_text(encoding="utf-8"))["expectations"]
        found += [(source, table, e) for e in expectations if e["severity"] == "critical"]
    return found


@pytest.mark.parametrize(
    ("source", "table", "e"),
    [pytest.param(*c, id=f"{c[0]}-{c[1]}-{c[2]['type']}-{i}") for i, c in enumerate(critical())],
)
def test_what_a_suite_calls_critical_of_a_row_costs_the_row_before(source, table, e):
    """Suites run on whole tables and refuse whole files: what they ask of a row must be asked of the row before."""
    contract = SOURCES[source].tables[table]
    kwargs, kind = e["kwargs"], e["type"].removeprefix("expect_")
    columns = {c.name: c for c in contract.columns}
    ruled = [r.sql for r in contract.rules if r.on_failure != "warn"]

    def speaks_of(*names: str) -> bool:
        return any(all(re.search(rf"\b{n}\b", sql) for n in names) for sql in ruled)

    if kind == "column_values_to_be_between":
        column = columns[kwargs["column"]]
        low, high = kwargs.get("min_value"), kwargs.get("max_value")
        within = (
            (low is None or (column.minimum is not None and column.minimum >= low))
            and (high is None or (column.maximum is not None and column.maximum <= high))
            if not isinstance(low, str)
            else False
        )
        assert within or speaks_of(column.name)
    elif kind == "column_values_to_not_be_null":
        assert columns[kwargs["column"]].key or any(f"{kwargs['column']} is not null" in sql for sql in ruled)
    elif kind == "column_values_to_be_in_set":
        assert (
            set(columns[kwargs["column"]].allowed) <= set(map(str, kwargs["value_set"]))
            and columns[kwargs["column"]].allowed
        )
    elif kind == "column_values_to_match_regex":
        assert columns[kwargs["column"]].type in CODES or speaks_of(kwargs["column"])
    elif kind == "column_pair_values_a_to_be_greater_than_b":
        assert speaks_of(kwargs["column_A"], kwargs["column_B"])
    else:
        assert kind.startswith(
            (
                "table_",
                "column_unique",
                "column_sum",
                "column_mean",
                "column_median",
                "compound_columns_to_be_unique",
                "column_distinct",
            )
        )


# what the shipped extract states ----------------------------------------------------------------------

POPULATION_2022 = PROJECT / "sources/insee_population/sample/2022/pop2022_donnees_communes.csv"


def revised(changes: dict[int, float]) -> tuple[str, list[list[str]]]:
    rows = [line.split(";") for line in POPULATION_2022.read_text(encoding="utf-8-sig").splitlines()]
    at = {name: i for i, name in enumerate(rows[0])}
    for index, factor in changes.items():
        row = rows[index]
        people = round(int(row[at["PMUN"]]) * factor)
        row[at["PMUN"]], row[at["PTOT"]] = str(people), str(people + int(row[at["PCAP"]]))
    return "\n".join(";".join(r) for r in rows), rows


@pytest.fixture
def beside(tmp_path: Path) -> Desk:
    return Desk(tmp_path, "insee_population", extract=True)


def test_a_revision_of_one_place_that_the_extract_states_is_taken_and_told(beside):
    text, rows = revised({3: 1.02})
    at = {name: i for i, name in enumerate(rows[0])}
    found = beside.read("pop2022_donnees_communes.csv", "2022", text)
    assert len(found.frame) == len(rows) - 1
    told = next(n for n in found.notes if "→" in fr(n))
    original = POPULATION_2022.read_text(encoding="utf-8-sig").splitlines()[3].split(";")
    assert rows[3][at["COM"]] in fr(told) and f"{original[at['PMUN']]} → {rows[3][at['PMUN']]}" in fr(told)
    assert f"{original[at['PTOT']]} → {rows[3][at['PTOT']]}" in fr(told) and "« population_municipal »" in fr(told)


def test_many_figures_that_differ_from_the_extract_are_no_revision(beside):
    text, _ = revised(dict.fromkeys(range(1, 15), 1.02))
    with refuses("which states the published figures"):
        beside.read("pop2022_donnees_communes.csv", "2022", text)


def test_a_figure_twice_what_the_extract_states_is_no_revision(beside):
    text, _ = revised({3: 2.3})
    with refuses("which states the published figures"):
        beside.read("pop2022_donnees_communes.csv", "2022", text)


# an extract beside the whole list ---------------------------------------------------------------------


def test_a_whole_departement_out_of_the_middle_is_an_extract(desk):
    desk.take("donnees_communes.csv", "2022", populations(communes()))
    part = [r for r in communes(year=2023) if r[1] == "02"]
    found = desk.read("donnees_communes.csv", "2023", populations(part))
    assert len(found.frame) == 500
    assert any("extrait de 500 communes sur les 1500" in fr(n) and "02" in fr(n) for n in found.notes)


@pytest.mark.parametrize("keep", [slice(0, 1000), slice(0, 500), slice(0, 730), slice(520, 900)])
def test_a_list_that_is_cut_is_refused_also_at_the_end_of_a_departement(desk, keep):
    desk.take("donnees_communes.csv", "2022", populations(communes()))
    with refuses("truncated file") as refusal:
        desk.read("donnees_communes.csv", "2023", populations(communes(year=2023)[keep]))
    assert refusal.value.kind == "vanished"


def test_a_list_without_its_middle_is_refused(desk):
    desk.take("donnees_communes.csv", "2022", populations(communes()))
    rows = communes(year=2023)
    with refuses("truncated file"):
        desk.read("donnees_communes.csv", "2023", populations(rows[:300] + rows[1100:]))


def test_all_communes_of_one_epci_and_some_more_are_an_extract(desk):
    desk.take("donnees_communes.csv", "2022", populations(communes()))
    epci = {f"02{n:03d}" for n in range(7, 400, 20)}
    desk.lists.members["200000000"] = epci
    part = [r for r in communes(year=2023) if r[2] in epci or r[2] in ("01005", "03404")]
    found = desk.read("donnees_communes.csv", "2023", populations(part))
    assert len(found.frame) == len(epci) + 2 and any("200000000" in fr(n) for n in found.notes)
    with refuses("truncated file"):
        desk.read("donnees_communes.csv", "2023", populations([r for r in part if r[2] != "02007"]))


def test_the_communes_of_one_epci_beside_the_shipped_extract_of_nine(beside):
    header, *rows = POPULATION_2022.read_text(encoding="utf-8-sig").splitlines()
    nantes = [r for r in rows if r.split(";")[2] == "44"]
    assert len(nantes) == 24
    beside.lists.members = {
        "243100518": {f"31{n:03d}" for n in range(3, 600, 16)},
        "244400404": {r.split(";")[6] for r in nantes},
    }
    found = beside.read("pop2022_donnees_communes.csv", "2022", "\n".join([header, *nantes]))
    assert len(found.frame) == 24 and any(
        "extrait de 24 communes" in fr(n) and "244400404" in fr(n) for n in found.notes
    )
    with refuses("truncated file"):
        beside.read("pop2022_donnees_communes.csv", "2022", "\n".join([header, *nantes[:-1]]))


def test_a_last_row_that_is_left_out_has_not_vanished(desk):
    desk.take("donnees_communes.csv", "2022", populations(communes()))
    rows = communes()
    rows[-1][5] = "999999"
    assert len(desk.read("donnees_communes.csv", "2022", populations(rows)).frame) == 1499


# a table that the team keeps --------------------------------------------------------------------------

LABELS = ["Label;Entreprise;SIREN;Code commune;Commune;Niveau;Valable du;Valable jusqu'au;Source;Remarque"] + [
    f"LUCIE 26000;Entreprise Fictive {n};;44109;Nantes;;0{n}/03/2024;0{n}/03/2027;;" for n in range(1, 8)
]


@pytest.fixture
def labels(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path, "lucie_labels")
    desk.take("labels-rse.csv", "2026-11", "\n".join(LABELS))
    return desk


def test_the_last_line_of_a_workbook_may_be_deleted(labels):
    found = labels.read("labels-rse.csv", "2026-11", "\n".join(LABELS[:-1]))
    assert len(found.frame) == 6
    assert "1 ligne retirée depuis le millésime 2026-11 (« Entreprise Fictive 7 »)" in [fr(n) for n in found.notes]


def test_the_last_line_of_a_workbook_may_be_corrected(labels):
    lines = [*LABELS[:-1], LABELS[-1].replace("Fictive 7", "Fictive Sept")]
    assert len(labels.read("labels-rse.csv", "2026-12", "\n".join(lines)).frame) == 7


def test_more_than_half_of_a_workbook_is_refused_with_the_line_that_lets_it_through(labels, tmp_path):
    text = "\n".join(LABELS[:3])
    with pytest.raises(Refusal) as refusal:
        labels.read("labels-rse.csv", "2026-11", text)
    said, action = fr(refusal.value.reason), fr(refusal.value.action)
    assert "5 lignes sur les 7 du millésime 2026-11 manquent (« Entreprise Fictive 3 »" in said
    assert "territoires" not in said and "fichier coupé" not in said
    line = action[action.index("- {") : action.index("}") + 1]
    assert "l'équipe données" in action and "…" not in line
    (tmp_path / "waivers.yml").write_text("waivers:\n" + line + "\n", encoding="utf-8")
    waivers = load_waivers(tmp_path / "waivers.yml", SOURCES, PROJECT / "expectations")
    assert waivers.entries and not waivers.problems
    again = Desk(tmp_path / "again", "lucie_labels", waivers)
    again.take("labels-rse.csv", "2026-11", "\n".join(LABELS))
    assert len(again.read("labels-rse.csv", "2026-11", text).frame) == 2


def test_lines_left_out_do_not_count_as_vanished_and_are_named_first(labels):
    # 2 of 7 are bad, 1 was taken out: one line is gone, not three
    lines = LABELS[:1] + LABELS[2:]
    lines[1] = lines[1].replace(";;44109", ";12345;44109")
    found = labels.read("labels-rse.csv", "2026-11", "\n".join(lines))
    assert len(found.rejected) == 1 and any(fr(n).startswith("1 ligne retirée") for n in found.notes)
    short = [*LABELS[:2], LABELS[2].replace(";;44109", ";12345;44109")]
    with pytest.raises(Refusal) as refusal:
        labels.read("labels-rse.csv", "2026-11", "\n".join(short))
    said = fr(refusal.value.reason)
    assert said.index("ligne 3") < said.index("5 lignes sur les 7") and "12345" in said


def test_what_was_taken_out_a_month_ago_is_no_news(labels):
    labels.take("labels-rse.csv", "2026-12", "\n".join(LABELS[:5]))
    labels.take("labels-rse.csv", "2027-01", "\n".join(LABELS[:4]))
    found = labels.read("labels-rse.csv", "2027-02", "\n".join(LABELS[:3]))
    assert [fr(n) for n in found.notes if "retirée" in fr(n)] == [
        "1 ligne retirée depuis le millésime 2027-01 (« Entreprise Fictive 3 »)"
    ]


def test_a_bad_value_of_a_rule_is_shown(tmp_path):
    desk = Desk(tmp_path, "projects")
    text = "Projet;Lancé le;ODD;Origine;Indicateur d'origine;Directions contributrices;État;Remarque\n" + "".join(
        f"Projet {n};01/02/2026;{'18' if n == 3 else '8, 12'};Autre;;Emploi;Lancé;\n" for n in range(1, 8)
    )
    found = desk.read("projets.csv", "2026-11", text)
    assert (
        found.rejected[0].line == 4
        and "« goal_ids » = 18" in fr(found.rejected[0].why)
        and found.rejected[0].column == "goal_ids"
    )


def test_rows_that_a_waiver_lets_stand_are_kept(tmp_path):
    waiver = 'waivers:\n- {source: insee_population, table: communes, vintage: "2023", check: "rule:total_is_sum", why: "known at Insee, checked", who: data team, until: 2026-12-31}\n'
    (tmp_path / "waivers.yml").write_text(waiver, encoding="utf-8")
    desk = Desk(tmp_path, "insee_population", load_waivers(tmp_path / "waivers.yml", SOURCES, PROJECT / "expectations"))
    rows = communes()
    rows[700][5] = "999999"
    found = desk.read("donnees_communes.csv", "2023", populations(rows))
    assert len(found.frame) == 1500 and found.waived[0].check == "rule:total_is_sum"


def test_every_bad_line_is_named_where_there_are_too_many(tmp_path):
    desk = Desk(tmp_path, "lucie_labels")
    bad = [
        LABELS[0],
        LABELS[1].replace(";;44109", ";12345;44109"),
        LABELS[2].replace("2027", "2020"),
        LABELS[3].replace("2027", "2021"),
        *LABELS[4:],
    ]
    with pytest.raises(Refusal) as refusal:
        desk.read("labels-rse.csv", "2026-11", "\n".join(bad))
    said = fr(refusal.value.reason)
    assert all(f"ligne {n}, " in said for n in (2, 3, 4)) and "12345" in said and "2020-03-02" in said
