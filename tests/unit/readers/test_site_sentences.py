"""Which territory speaks, and what a list says of figures that have no total, no unit or no movement."""

from __future__ import annotations

from types import SimpleNamespace

from orchestration.readers.site.edition import Edition, Row
from orchestration.readers.site.pages.shared import counted, remarks, standing
from orchestration.readers.site.words import Voice

HOME, WHOLE, MAINLAND = ("epci", "244400404"), ("country", "FR"), ("country", "FM")


def edition(figures, unit: str, unit_fr: str, precision: float | None = 0.01) -> Edition:
    """Return what the pages ask of an edition with one indicator, `i`."""
    found = Edition.__new__(Edition)
    found.home = Row(territory_code="244400404", department_code="44", region_code="52")
    found.territories = {p: SimpleNamespace(name=p[1]) for p in (HOME, WHOLE, MAINLAND)}
    found.indicators = {
        "i": Row(
            name_fr="nom",
            name_en="name",
            unit=unit,
            unit_fr=unit_fr,
            published_precision=precision,
            additivity="rate",
            target_value=None,
        )
    }
    totals = [f for f in figures if f.breakdown == "total"]
    found.figures = {"i": {f.place: [g for g in totals if g.place == f.place] for f in totals}}
    found.parts = {"i": [f for f in figures if f.breakdown != "total"]}
    found.progress = {}
    return found


def test_metropolitan_france_speaks_where_nobody_else_does(figure) -> None:
    # farmland birds are counted in metropolitan France only: « pas encore de chiffre » was untrue
    birds = figure("2024", 37.0, indicator_id="i", level="country", code="FM")
    whole = figure("2024", 40.0, indicator_id="i", level="country", code="FR")
    assert edition([birds], "index", "indice").speaks("i") == MAINLAND
    assert edition([birds, whole], "index", "indice").speaks("i") == WHOLE


def test_a_bare_index_is_named_in_a_list(figure) -> None:
    found = edition([figure("2023", 83.16, indicator_id="i")], "index, 2011–2020 = 100", "indice, 2011–2020 = 100")
    assert standing(found, Voice(found, "fr"), "i").value == "83,16 (indice, 2011–2020 = 100)"
    assert standing(found, Voice(found, "en"), "i").value == "83.16 (index, 2011–2020 = 100)"


def test_all_figures_of_an_indicator_have_the_same_decimals(figure) -> None:
    # 23 390 stood beside 21 847,3 in one table
    incomes = [figure("2018", x, indicator_id="i", code=str(i)) for i, x in enumerate((23390.0, 21847.3, 22210.0))]
    v = Voice(edition(incomes, "EUR", "€", 10.0), "fr")
    assert [v.bare(f.value, "i") for f in incomes] == ["23\u202f390", "21\u202f847", "22\u202f210"]
    rates = [figure(str(y), x, indicator_id="i") for y, x in ((2018, 12.0), (2019, 12.5), (2020, 8.0))]
    v = Voice(edition(rates, "%", "%", 1.0), "fr")
    assert [v.value(f) for f in rates] == ["12,0\u202f%", "12,5\u202f%", "8,0\u202f%"]
    assert v.change(0.5, "i") == "+0,5 point" and v.bare(0.0, "i") == "0,0"


def test_what_is_not_nothing_is_not_written_as_nothing(figure) -> None:
    counts = [figure(str(y), float(x), indicator_id="i") for y, x in ((2018, 12), (2019, 2500), (2020, 7000))]
    v = Voice(edition(counts, "t", "t", None), "fr")
    assert (v.bare(0.04, "i"), v.bare(0.0, "i"), v.bare(12.4, "i")) == ("0,04", "0", "12")


def test_an_indicator_without_total_says_by_what_it_is_read(figure) -> None:
    found = edition([figure("2018", 12190.0, indicator_id="i", breakdown="sex=F")], "EUR", "€")
    told = standing(found, Voice(found, "fr"), "i")
    assert (told.value, told.period, told.place) == ("par sexe", "2018", "244400404")


def test_ways_that_no_indicator_goes_are_not_counted() -> None:
    v = Voice(SimpleNamespace(), "fr")  # type: ignore[arg-type]
    assert counted(v, 0, 1, 6) == "1 en recul, 6 sans évolution nette ou calculée"
    assert counted(v, 2, 0, 0) == "2 en progrès ou à la cible"


def test_a_remark_stands_once_and_says_its_years_where_there_are_others(figure) -> None:
    # nine lines of « 27 déclaration(s) … laissée(s) de côté » stood under one table
    list_, cut = (
        "Liste de 6171 déclarations. 1 déclaration(s) laissée(s) de côté, 27 entreprise(s).",
        "Rupture d'un champ.",
    )
    figures = [figure("2019", 1.0, reason=list_), figure("2020", 1.0, reason=list_), figure("2021", 1.0, reason=cut)]
    v = Voice(SimpleNamespace(), "fr")  # type: ignore[arg-type]
    agreed = "Liste de 6171 déclarations. 1 déclaration laissée de côté, 27 entreprises."
    assert remarks(v, figures[:2]) == [agreed]
    assert remarks(v, figures) == [f"2019, 2020 : {agreed}", "2021 : Rupture d’un champ."]
