"""Layouts and wordings that reports of others taught, drawn anew: each was read wrongly, or not at all, on a real one."""

from __future__ import annotations

import drawn
import pypdfium2
import pytest

from orchestration.filings.pdf import read_pdf

ENGLISH = drawn.text(
    40, 60, "The report of the group is for the fiscal year 2023 and covers all of the companies that are in it."
)


def read(tmp_path, *items, year=2023):
    return read_pdf(pypdfium2.PdfDocument(drawn.write(tmp_path / "x.pdf", drawn.page(*items))), fiscal_year=year)


def rows(*lines, top=120, step=16):
    """Return lines of (x, words); a size may follow the words."""
    return [drawn.text(x, top + step * k, *rest) for k, line in enumerate(lines) for x, *rest in line]


def chosen(reading):
    return {m.metric_id: m.value for m in reading.metrics if m.is_chosen}


def reasons(reading):
    return {s.metric_id: s.reason for s in reading.silences}


def test_raised_digits_are_marks_of_notes(tmp_path):
    found = read(
        tmp_path,
        ENGLISH,
        *rows(
            [(50, "(in 1,000 metric tons of CO2e)"), (330, "2023"), (400, "2022")],
            [(50, "Scope 2"), (330, "94"), (400, "163")],
        ),
        drawn.text(82, 133, "2", 5),
        drawn.text(40, 300, "As of 31 December 2023, the group had 327,000"),
        drawn.text(234, 297, "2", 5),
        drawn.text(241, 300, "employees worldwide."),
    )
    assert chosen(found)["ghg_scope2"] == 94_000
    assert chosen(found)["employees"] == 327_000


def test_dates_close_together_head_a_column_each(tmp_path):
    found = read(
        tmp_path,
        *rows(
            [
                (50, "(en millions d'euros)"),
                (300, "31 décembre 2023 **"),
                (392, "31 décembre 2022 *"),
                (480, "Variation 2023/2022"),
            ],
            [(50, "Effectifs (inscrits fin de période)"), (320, "18 793"), (410, "19 145"), (500, "-18,4 %")],
        ),
    )
    assert chosen(found)["employees"] == 18_793


def test_years_with_several_columns_each(tmp_path):
    found = read(
        tmp_path,
        ENGLISH,
        *rows(
            [(50, "Absenteeism of the group by sex")],
            [(260, "2023"), (450, "2022")],
            [(210, "Men"), (260, "Women"), (320, "Total"), (400, "Men"), (450, "Women"), (510, "Total")],
            [
                (50, "Absenteeism rate"),
                (210, "2%"),
                (260, "3%"),
                (320, "2.4%"),
                (400, "3%"),
                (450, "2%"),
                (510, "2.1%"),
            ],
        ),
        *rows(
            [(50, "Emissions (tCO2e)")],
            [(260, "2022"), (450, "2023")],
            [(200, "Scope 1"), (260, "Scope 2"), (320, "Total"), (390, "Scope 1"), (450, "Scope 2"), (510, "Total")],
            [
                (50, "Italy"),
                (200, "1,327"),
                (260, "999"),
                (320, "2,326"),
                (390, "1,395"),
                (450, "1,234"),
                (510, "2,629"),
            ],
            [
                (50, "Total"),
                (200, "1,706"),
                (260, "1,678"),
                (320, "3,384"),
                (390, "1,798"),
                (450, "1,905"),
                (510, "3,703"),
            ],
            top=260,
        ),
    )
    assert chosen(found)["absenteeism_rate"] == 2.4
    assert (chosen(found)["ghg_scope1"], chosen(found)["ghg_scope2"]) == (1798, 1905)


@pytest.mark.parametrize("heads", [("France", "Groupe"), ("Groupe", "France")])
def test_the_groups_columns_go_before_a_countrys(tmp_path, heads):
    values = {"France": ("5,1", "5,2"), "Groupe": ("3,1", "3,4")}
    cells = [v for h in heads for v in values[h]]
    found = read(
        tmp_path,
        *rows(
            [(320, heads[0]), (450, heads[1])],
            [(50, "Indicateurs"), (300, "2022"), (350, "2023"), (430, "2022"), (480, "2023")],
            [(50, "Taux de fréquence des accidents du travail"), *zip((300, 350, 430, 480), cells, strict=True)],
        ),
    )
    assert chosen(found)["accident_frequency_rate"] == 3.4


def test_tables_side_by_side_under_one_line_of_years(tmp_path):
    x = (200, 235, 270, 470, 505, 540)
    years = [*zip(x, ("2021", "2022", "2023") * 2, strict=True)]
    found = read(
        tmp_path,
        ENGLISH,
        *rows(
            [(40, "Employee status"), *years],
            [
                (40, "Total number of employees"),
                *zip(x[:3], ("9,664", "9,270", "9,861"), strict=True),
                (300, "Percentage of female employees"),
                *zip(x[3:], ("36.3%", "35.1%", "33.7%"), strict=True),
            ],
            [
                (40, "Absenteeism rate"),
                *zip(x[:3], ("4.1%", "4.2%", "4.3%"), strict=True),
                (300, "Manager level"),
                *zip(x[3:], ("16%", "16.9%", "17.6%"), strict=True),
            ],
        ),
    )
    assert chosen(found)["employees"] == 9861
    assert chosen(found)["women_share_workforce"] == 33.7
    assert chosen(found)["absenteeism_rate"] == 4.3


def test_prose_beside_a_table_is_no_part_of_its_labels(tmp_path):
    prose = (
        "Regarding emissions we are focused in particular on", "reducing those in our supply chain and in the use",
        "of our products, by thirty per cent until the end of", "the decade compared to the base year that we chose",
    )  # fmt: skip
    table = (
        ("Scope 1", "347", "387"),
        ("Scope 2", "94", "163"),
        ("Sum Scopes 1 and 2", "441", "550"),
        ("Scope 3", "416,758", "488,976"),
    )
    items = rows([(310, "(in tCO2e)"), (440, "2023"), (500, "2022")])
    for k, (words, row) in enumerate(zip(prose, table, strict=True)):
        items += [drawn.text(40, 133 + 16 * k, words, 8)]
        items += [drawn.text(x, 136 + 16 * k, cell) for x, cell in zip((310, 440, 500), row, strict=True)]
    found = read(tmp_path, ENGLISH, *items)
    assert {m: chosen(found).get(m) for m in ("ghg_scope1", "ghg_scope2", "ghg_scope1_2", "ghg_scope3")} == {
        "ghg_scope1": 347, "ghg_scope2": 94, "ghg_scope1_2": 441, "ghg_scope3": 416_758,
    }  # fmt: skip


def test_key_figures_set_large_over_their_words(tmp_path):
    found = read(
        tmp_path,
        *[
            drawn.text(
                50,
                400 + 14 * k,
                "Le texte de la page est écrit dans une taille ordinaire pour que les chiffres soient grands.",
            )
            for k in range(6)
        ],
        drawn.text(60, 120, "36,2 %", 22),
        drawn.text(60, 138, "de femmes dans"),
        drawn.text(60, 150, "l'effectif du groupe"),
        drawn.text(220, 120, "1,5", 22),
        drawn.text(220, 138, "Taux de fréquence"),
        drawn.text(220, 150, "des accidents du travail"),
        drawn.text(380, 120, "47 %", 22),
        drawn.text(380, 138, "de femmes dans l'effectif"),
        drawn.text(380, 150, "d'ici 2030"),
    )
    assert chosen(found)["women_share_workforce"] == 36.2
    assert chosen(found)["accident_frequency_rate"] == 1.5


def test_rates_over_a_note_on_200_000_hours_are_told_per_million(tmp_path):
    head = [(50, "Indicateurs"), (330, "2023"), (400, "2022")]
    lines = (
        [(50, "Taux de fréquence des accidents avec arrêt (1)"), (330, "0,06"), (400, "0,08")],
        [(50, "Taux de gravité (1)"), (330, "3,64"), (400, "3,63")],
    )
    note = drawn.text(50, 220, "(1) Les fréquences sont calculées pour 200 000 heures travaillées.")
    found = read(tmp_path, *rows(head, *lines), note)
    assert chosen(found)["accident_frequency_rate"] == pytest.approx(0.3)
    assert reasons(found)["accident_severity_rate"] == "printed_unit_contradicts_label"


TOLD = {
    # English unless it says otherwise; what is told, or why nothing is
    "The indirect emissions (Scope 2 emissions) amounted to 8,465 tonnes, with a reduction compared to 2021.": {
        "ghg_scope2": 8465
    },
    "Direct emissions (Scope I) were 599 t CO2e in 2023.": {"ghg_scope1": 599},
    "Indirect emissions (Scope 2) were 3.703 tCO2eq in 2023.": {},
    "In 2023 the group's energy consumption stood at about 27,232 GJ.": {"energy_consumption": 7564.444450},
    "In 2023 the group's energy consumption stood at about 27,000 GJ.": {},
    "20% of our workforce are women.": {"women_share_workforce": 20},
    "32.6% of top management positions were held by women in 2023.": {"women_share_executives": 32.6},
    "36.2% women in the workforce": {"women_share_workforce": 36.2},
    "The total staff of the group was 618 employees.": {"employees": 618},
    "The training was rolled out to 118,000 employees worldwide.": {},
    "In 2023, 900 hours of training were provided to the hotliners.": {},
    "Growth in number of employees in 2023: 130": {},
    "The total number of employees at 31 December rose.": {},
    "Average hours of training: see p. 117.": {},
    "La part des femmes au comité de direction passe à 9 % le taux de féminisation des postes.": {},
}


@pytest.mark.parametrize("sentence", TOLD)
def test_sentences(tmp_path, sentence):
    found = chosen(read(tmp_path, ENGLISH if not sentence.startswith("La ") else "", drawn.text(40, 200, sentence)))
    assert found == pytest.approx(TOLD[sentence])


def test_an_index_of_standards_prints_pages_not_figures(tmp_path):
    index = [
        f"GRI {n} Number of employees: {n}"
        for n in ("102-8", "102-9", "201-1", "302-1", "305-1", "305-2", "403-2", "404-1", "405-1")
    ]
    found = read(
        tmp_path,
        ENGLISH,
        *rows(*[[(40, line)] for line in index]),
        drawn.text(40, 400, "Total number of employees: 12"),
    )
    assert "employees" not in chosen(found)


def test_exclusions_of_commuting_bar_no_rate(tmp_path):
    found = read(
        tmp_path,
        *rows(
            [(40, "Données sécurité au travail"), (420, "2023"), (480, "2022")],
            [(40, "Taux de fréquence des accidents avec arrêt (hors accidents de trajet)"), (420, "1,5"), (480, "2,4")],
            [(40, "Taux de fréquence des accidents de trajet"), (420, "4,5"), (480, "4,4")],
        ),
    )
    assert chosen(found)["accident_frequency_rate"] == 1.5


def test_the_parent_companys_own_headcount_is_not_the_groups(tmp_path):
    head = [(40, "Indicateurs"), (420, "2023"), (480, "2022")]
    group = drawn.page(*rows(head, [(40, "Effectif total du groupe au 31 décembre"), (420, "32 367"), (480, "32 243")]))
    alone = drawn.page(
        drawn.text(40, 90, "Résultats de la société au cours des cinq derniers exercices"),
        *rows(
            head,
            [(40, "a) Nombre de salariés"), (420, "8"), (480, "7")],
            [(40, "Effectif au 31 décembre"), (420, "8"), (480, "7")],
        ),
    )
    reading = read_pdf(pypdfium2.PdfDocument(drawn.write(tmp_path / "x.pdf", group, alone)), fiscal_year=2023)
    assert chosen(reading)["employees"] == 32_367
