"""The reading room on real published files; skipped where the mirror is absent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from orchestration.base.messages import Refusal
from orchestration.reading import RawTable, read_json, read_markdown, read_pdf, read_table
from tests.words import fr

MIRROR = Path(os.environ.get("OBSERVATORY_MIRROR") or Path(__file__).resolve().parents[3] / "shared" / "mirror")

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(not MIRROR.is_dir(), reason="the mirror of real published files is absent"),
]


def mirrored(relative: str) -> Path:
    path = MIRROR / relative
    if not path.exists():
        pytest.skip(f"{relative} is not in the mirror")
    return path


def read(relative: str, *headers: str, sheet: str | None = None) -> RawTable:
    path = mirrored(relative)
    return read_table(path, name=path.name, known_headers=lambda cells: sum(c in headers for c in cells), sheet=sheet)


def kinds(table: RawTable) -> set[str]:
    return {a.kind for a in table.adaptations}


@pytest.mark.parametrize(
    ("relative", "headers", "rows", "columns"),
    [
        ("insee_neet/2018/neet_communes_2018.csv", ("codgeo", "libgeo", "an"), 104_895, 4),
        ("insee_filosofi/2018/FILO2018_DISP_COM.csv", ("CODGEO", "LIBGEO", "Q218"), 31_330, 31),
        ("insee_filosofi/2021/cc_filosofi_2021_COM.csv", ("CODGEO", "MED21"), 34_909, 28),
        ("insee_population/2022/pop2022_donnees_communes.csv", ("DEP", "COM", "PMUN"), 34_960, 11),
        ("insee_cog/2021/cog2021_communes.csv", ("TYPECOM", "COM", "LIBELLE"), 37_742, 12),
        ("insee_wages/2014/net_salary_per_town_categories.csv", ("CODGEO", "SNHM14"), 5_136, 26),
        ("egapro_index/2021-12/index-egalite-fh.csv", ("SIREN", "Note", "Structure"), 18_782, 9),
    ],
)
def test_the_publishers_own_form_needs_no_adaptation(relative, headers, rows, columns):
    table = read(relative, *headers)
    assert (len(table.rows), len(table.header), table.adaptations) == (rows, columns, [])
    assert table.lines == list(range(2, rows + 2))


def test_gz():
    table = read("insee_cog/2019/communes-2019.csv.gz", "typecom", "com", "dep")
    assert (len(table.rows), kinds(table)) == (37_932, {"compression"})


def test_blank_columns_of_filosofi_2017():
    table = read("insee_filosofi/2017/FILO2017_DISP_EPCI.csv", "CODGEO", "LIBGEO", "Q217")
    assert (len(table.header), len(table.rows), kinds(table)) == (31, 1_249, {"blank_columns"})


def test_unemployment_by_employment_zone():
    name = "insee_unemployment/2023/chomage-zone-t1-2003-t3-2023.xlsx"
    table = read(name, "ZE2020", "LIBZE2020", "REG", "2003-T1", sheet="txcho_ze")
    assert (table.header_line, len(table.rows), len(table.header)) == (6, 302, 87)
    assert table.header[:5] == ["ZE2020", "LIBZE2020", "REG", "LIBREG", "2003-T1"]
    assert table.rows[0][:5] == ["0051", "Alençon", "00", "INTERRÉGIONAL ", "7"]
    assert kinds(table) == {"title_lines"}


def test_job_seekers_with_titles_and_a_note():
    table = read("insee_unemployment/2023/Demandeurs_emploi.csv", "Mois", "Nombre de demandeurs d'emploi")
    assert (len(table.rows), table.header_line, kinds(table)) == (310, 4, {"title_lines", "notes"})
    assert table.rows[-1][0] == "Octobre 2021"


def test_epci_workbook():
    table = read("dgcl_epci/2024/epcicom2024.xlsx", "siren", "insee", "nom_membre")
    home = [r for r in table.rows if r[1] == "244400404"]
    assert len(table.rows) == 34_931 and len(home) == 24
    assert table.numeric_cells and not any(c.endswith(".0") for r in home for c in r)


def test_work_accidents_have_their_header_on_row_4():
    table = read("ameli_work_accidents/2024/at-by-ctn-naf.xlsx", "CTN", "Code NAF")
    assert (table.header_line, len(table.rows), table.lines[0]) == (4, 4_498, 5)


def test_equality_index_v2_below_its_metadata():
    table = read("egapro_index/v2-2026/mock-gip-mds.csv", "SIREN", "Effectif_RCD")
    assert (table.header_line, len(table.rows), len(table.header)) == (3, 200, 71)


def test_multi_line_cells_keep_physical_lines():
    table = read("ademe_ghg_reports/2023/240502-duplicate-sirens.csv", "SIREN principal", "Id", "Raison sociale")
    assert len(table.rows) == 2_892
    physical = mirrored("ademe_ghg_reports/2023/240502-duplicate-sirens.csv").read_bytes().split(b"\n")
    for row, line in list(zip(table.rows, table.lines, strict=True))[::50]:
        assert physical[line - 1].decode().startswith(f"{row[0]},{row[1]},")


def test_b_corps_with_damaged_names():
    headers = ("company_id", "company_name", "current_status", "overall_score")
    for relative, rows in (("2021-03/b_corp_clean.csv", 7_566), ("2022-06/b_impact.csv", 9_296)):
        table = read(f"blab_bcorp/{relative}", *headers)
        assert (len(table.rows), kinds(table)) == (rows, {"lost_characters"})


def test_a_windows_file():
    table = read("blab_bcorp/2021-03/Best for the World Lists.csv", "company", "year", "country")
    assert (table.encoding, kinds(table)) == ("windows-1252", {"encoding", "lost_characters"})


def test_a_header_that_lacks_a_column_is_refused():
    with pytest.raises(Refusal) as caught:
        read("insee_sirene/fixtures/sample_etablissements_KO_missing_header.csv", "siren", "siret")
    assert "56 cellules" in fr(caught.value.reason)


def test_an_old_workbook():
    table = read("insee_itdd/2014/ITDD-DonneesDetaillees.xls", "Année", sheet="Social")
    assert table.numeric_cells and table.header_line == 6
    # the text `44` is Grand Est, the number 44.0 is Loire-Atlantique
    assert {r[1].strip() for r in table.rows if r[0] == "44"} == {"Grand Est", "Loire-Atlantique"}


def test_a_cross_table_whose_column_names_repeat_is_refused():
    with pytest.raises(Refusal) as caught:
        read("insee_itdd/2014/ITDD-DonneesDetaillees.xls", "Année", "2014", "2008", sheet="Social")
    assert "deux colonnes « 2014 »" in fr(caught.value.reason)


def test_regional_accidents():
    path = mirrored("ameli_work_accidents/2024/regional-data.json")
    sql = "SELECT c.id AS fund_id, c.at['2024'] AS accidents FROM (SELECT unnest(caisses) AS c FROM read_json({{ file }}))"
    table = read_json(path, name=path.name, sql=sql)
    assert ["alsace-moselle", "21771"] in table.rows


def test_practice_sheets():
    folder = mirrored("csr_actions/2022")
    bodies = {}
    for path in sorted(folder.glob("*.md")):
        table = read_markdown(path, name=path.name)
        bodies[path.stem] = dict(zip(table.header, table.rows[0], strict=True))
    assert len(bodies) == 54
    assert bodies["devenir-societe-a-mission"]["company"] == "Connexing"
    assert bodies["devenir-societe-a-mission"]["nature"] == "Gouvernance"
    assert "Nous comptons une trentaine de collaborateurs" in bodies["devenir-societe-a-mission"]["body"]
    assert bodies["template-a-dupliquer"]["body"] == ""


def test_filings():
    path = mirrored("dpef_filings/2018/casino_2018_dpef.pdf")
    text = read_pdf(path, name=path.name)
    assert len(text.pages) == 76
    assert "Politiques et actions déployées" in text.pages[0] + text.pages[1]
