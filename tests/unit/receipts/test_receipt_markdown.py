"""The receipt for a city officer: what each situation says, in both languages, without jargon."""

from __future__ import annotations

import json
import re

import pytest
from receipt_fakes import (
    CATALOGUE,
    HOME,
    NEW,
    OLD,
    STANDING,
    check,
    comparison,
    move,
    outcome,
    refused,
    say,
    taken,
)

from orchestration.base.messages import Message
from orchestration.editions import Gone, IndicatorChange, Older
from orchestration.receipts import render, to_markdown
from orchestration.records.outcome import FileOutcome, HomeGap, SourceStanding
from tests.words import en

NNBSP = "\u202f"


def _fr(*arguments: object) -> str:
    return to_markdown(*arguments, language="fr")  # type: ignore[arg-type]


def _en(*arguments: object) -> str:
    return to_markdown(*arguments, language="en")  # type: ignore[arg-type]


def _section(text: str, heading: str) -> str:
    found = re.search(rf"## {heading}\n\n(.*?)(\n## |\Z)", text, re.S)
    assert found, heading
    return found[1].strip()


def test_one_language_a_page() -> None:
    french, english = (render_(outcome(taken()), CATALOGUE, comparison()) for render_ in (_fr, _en))
    assert french.startswith("# Reçu de l'actualisation du 24 novembre 2026 à 4 h 15\n")
    assert english.startswith("# Receipt of the refresh of 24 November 2026, 04:15 (Paris)\n")
    assert "Receipt" not in french and "édition" not in english
    assert french.count("\n## ") == english.count("\n## ") == 6
    for text in (french, english):
        assert "\n\n\n" not in text and text.endswith("\n")
    assert to_markdown(outcome(taken()), CATALOGUE, comparison()) == french


def test_a_full_success() -> None:
    text = _fr(outcome(taken(), checks=[check(True)] * 12), CATALOGUE, comparison())
    assert "**Une nouvelle édition de l'observatoire est publiée, et tous les fichiers" in text
    seen = _section(text, "Ce que voient les lecteurs")
    assert seen == (
        f"Édition `{NEW}` : 31 indicateurs, 1{NNBSP}234 territoires, "
        f"1{NNBSP}300{NNBSP}000 chiffres : 1{NNBSP}234{NNBSP}567 avec une valeur, "
        f"60{NNBSP}000 masqués par le secret statistique, 5{NNBSP}433 sans valeur connue."
    )
    assert _section(text, "Ce qui a été refusé ou gardé tel quel") == "Rien."
    assert _section(text, "Contrôles") == "12 contrôles faits, tous réussis."
    place = _section(text, "Où se trouve l'édition")
    assert f"`editions/{NEW}`" in place and f"`observatory rollback {OLD}`" in place


def test_sources_go_by_title_with_vintages_and_rows() -> None:
    files = [taken(str(y)) for y in range(2012, 2021)] + [taken("2021", state="unchanged")]
    stranger = taken("2020", source="not_in_catalogue", state="unchanged", channel="sample")
    table = _section(_fr(outcome(*files, stranger), CATALOGUE), "Ce qui a été pris")
    rows = table.splitlines()[2:]
    assert rows[0] == (
        f"| Revenus et pauvreté | 2012, 2013, 2014, 2015, 2016, … (4 autres), 2021 | 10 | 349{NNBSP}900 | 100 |  |"
    )
    # what did not change is one line, not a row each
    assert rows[1:] == ["", "Sans changement depuis la dernière fois (1 jeu de données) : not_in_catalogue."]
    english = _section(_en(outcome(*files), CATALOGUE), "What was taken")
    assert "| Income and poverty |" in english and "| 349,900 |" in english


def test_what_drifted_is_said_and_cannot_break_the_page() -> None:
    drift = Message.of(fr="« LIBGEO » s'appelle\n« LIB|GEO »", en="'LIBGEO' is <b>")
    file = taken(state="adapted", reason=drift)
    french = _section(_fr(outcome(file), CATALOGUE), "Ce qui a été pris")
    assert "| 1 fichier adapté |" in french
    assert "`cc_2018.csv` : « LIBGEO » s'appelle « LIB\\|GEO »" in french
    assert "'LIBGEO' is &lt;b>" in _en(outcome(file), CATALOGUE)


def test_a_refused_file_says_why_what_to_do_and_who() -> None:
    files = [refused(i) for i in range(15)]
    text = _fr(outcome(taken(), *files, exit_code=3), CATALOGUE, comparison())
    assert "mais 15 fichiers ont été refusés : pour ces données, les derniers bons" in text
    section = _section(text, "Ce qui a été refusé ou gardé tel quel")
    assert section.splitlines() == [
        "- **Index de l'égalité** (refusé ; 2022) — `index-00.xlsx`, `index-01.xlsx`, `index-02.xlsx` … et 12 autres fichiers",
        "  - Pourquoi : ligne 12 : note 185 (fr)",
        "  - À faire : demander un nouveau fichier (fr)",
        "  - Par : service Égalité",
    ]
    assert "but 1 file was refused: for" in _en(outcome(refused(), exit_code=3), CATALOGUE)


def test_different_reasons_are_folded_after_ten() -> None:
    files = [refused(i, f"ligne {i}") for i in range(22)]
    section = _section(_fr(outcome(*files, exit_code=3), CATALOGUE), "Ce qui a été refusé ou gardé tel quel")
    assert section.count("Pourquoi") == 10
    assert section.splitlines()[-1] == "- … et 12 autres fichiers"


def test_a_kept_vintage_comes_after_the_refusal() -> None:
    kept = FileOutcome(source="egapro_index", vintage="2021", state="kept", reason=say("gardé"))
    text = _fr(outcome(kept, refused(), exit_code=3), CATALOGUE)
    section = _section(text, "Ce qui a été refusé ou gardé tel quel")
    assert section.index("(refusé ; 2022)") < section.index("(dernier bon millésime gardé ; 2021)")


def test_only_kept_sources_are_not_called_refused() -> None:
    kept = FileOutcome(source="egapro_index", vintage="2021", state="kept")
    text = _fr(outcome(kept, exit_code=3), CATALOGUE)
    assert "certaines données n'ont pas pu être renouvelées" in text and "0 fichier" not in text


def test_missing_sources_are_named_without_alarm() -> None:
    missing = FileOutcome(source="blab_bcorp", state="missing", reason=say("aucun dossier"), action=say("déposer"))
    text = _fr(outcome(taken(), missing), CATALOGUE)
    assert "- Mission RSE, aucun dossier (fr) : Entreprises B Corp — à faire : déposer (fr)" in text
    many = [FileOutcome(source=f"s{i}", state="missing") for i in range(14)]
    assert "- s0 ; s1 ; s2 ; s3 ; s4 ; s5 ; s6 ; s7 ; s8 ; s9 … et 4 autres sources" in _fr(outcome(*many), CATALOGUE)


def test_what_changed_in_the_figures() -> None:
    moves = [
        move(),
        move(unit="euro per consumption unit", old_value=21_000.0, new_value=21_500.5,
             change=500.5, breakdown="sex=F"),
        move(unit="0–1", old_value=0.2912, new_value=0.2913, change=0.0001),
    ]  # fmt: skip
    given = comparison(moves=moves, blanked=2)
    french = _section(_fr(outcome(), CATALOGUE, given), "Ce qui change dans les chiffres")
    assert f"- 1{NNBSP}500 chiffres nouveaux" in french and "- 1 chiffre disparu" in french
    assert "(dont 2 sans valeur désormais et 0 sans valeur auparavant)" in french
    assert f"| Taux de pauvreté | 1{NNBSP}500 | 20 | 1 |" in french
    assert f"| Nantes | 2018 | 16{NNBSP}% | 12,5{NNBSP}% | −3,5 points |" in french
    assert (
        f"| Taux de pauvreté (femmes) | Nantes | 2018 | 21{NNBSP}000\u00a0€ par unité de "
        f"consommation | 21{NNBSP}500,5\u00a0€ par unité de consommation | "
        f"+500,5\u00a0€ par unité de consommation |"
    ) in french
    assert "| 0,2912 | 0,2913 | +0,0001 |" in french
    english = _section(_en(outcome(), CATALOGUE, given), "What changes in the figures")
    assert "| Nantes | 2018 | 16% | 12.5% | −3.5 points |" in english
    assert "Poverty rate (women)" in english and "21,500.5 euro per consumption unit" in english


def test_no_more_than_ten_moves_and_indicators() -> None:
    names = [Message.of(fr=f"Indicateur {i}", en=f"Indicator {i}") for i in range(14)]
    changes = [IndicatorChange(indicator_id=en(m), indicator=m, new=1, removed=0, revised=0) for m in names]
    given = comparison(moves=[move()] * 14, by_indicator=changes)
    text = _section(_fr(outcome(), CATALOGUE, given), "Ce qui change dans les chiffres")
    assert text.count("| Nantes |") == 10
    assert "| Indicateur 9 |" in text and "| Indicateur 10 |" not in text
    assert "| … et 4 autres indicateurs | | | |" in text


def test_a_first_edition_and_one_without_change() -> None:
    first = comparison(before=None, revised=0, removed=0, moves=[])
    text = _fr(outcome(taken()), CATALOGUE, first)
    assert f"C'est la première édition : 1{NNBSP}500 chiffres, tous nouveaux." in text
    assert "rollback" not in text
    same = comparison(new=0, removed=0, revised=0, moves=[], by_indicator=[])
    assert "Aucun chiffre n'a changé." in _fr(outcome(taken()), CATALOGUE, same)


def test_nothing_was_needed() -> None:
    text = _fr(outcome(taken(state="unchanged"), published=False), CATALOGUE)
    assert "**Aucune nouvelle édition n'était nécessaire" in text
    assert f"Édition `{NEW}`." in text and "Rien n'a bougé" in text


def test_blocked_by_a_check_readers_keep_the_old_edition() -> None:
    checks = [check(False), check(False, "warn", "3 territoires sans nom"), check(True)]
    result = outcome(
        taken(), published=False, exit_code=4, edition=OLD, checks=checks,
        note=say("Rien n'est publié"), action=say("Prévenir l'équipe"),
    )  # fmt: skip
    text = _fr(result, CATALOGUE, comparison())
    assert "**Aucune nouvelle édition n'est publiée, car 1 contrôle bloquant a échoué ;" in text
    assert "**À faire :** Prévenir l'équipe (fr)" in text
    assert f"Édition `{OLD}` : 30 indicateurs, 1{NNBSP}200 territoires" in text
    assert "L'édition qui n'a pas été publiée aurait apporté ceci :" in text
    failed = _section(text, "Contrôles")
    assert failed.index("taux hors de 0–100 (fr)") < failed.index("3 territoires sans nom (fr)")
    assert "rollback" not in text and NEW not in text
    without = _fr(result, CATALOGUE)
    assert f"Édition `{OLD}`." in without and "Aucune comparaison n'a été faite." in without


def test_blocked_before_anything_was_ever_published() -> None:
    result = outcome(published=False, exit_code=4, edition=None, checks=[check(False)])
    for given in (None, comparison(before=None)):
        text = _fr(result, CATALOGUE, given)
        assert "aucune édition n'a jamais été publiée" in text
        assert "il n'y en a encore aucune" in text and "édition en service" not in text.split("##")[0]


def test_good_figures_stay_only_where_there_were_any() -> None:
    """A first edition with a refused file was said to keep « les derniers bons chiffres »: there were none."""
    first = _fr(outcome(taken(), refused(), exit_code=3), CATALOGUE, comparison(before=None))
    assert "1 fichier a été refusé : c'est la première édition, rien de ces fichiers n'y figure.**" in first
    assert "derniers bons" not in first
    never = [SourceStanding(source="egapro_index", state="refused", is_overdue=True, action=say("lire"))]
    text = _fr(outcome(taken(), refused(), exit_code=3, standing=never), CATALOGUE, comparison())
    assert "ces sources n'ont encore aucun chiffre.**" in text and "derniers bons" not in text
    held = [never[0].model_copy(update={"vintage": "2021"})]
    assert "les derniers bons chiffres restent affichés.**" in _fr(
        outcome(taken(), refused(), exit_code=3, standing=held), CATALOGUE, comparison()
    )


def test_samples_say_so_in_the_first_line() -> None:
    french, english = (r(outcome(taken(), realm="sample"), CATALOGUE, comparison()) for r in (_fr, _en))
    assert french.split("\n\n")[1].startswith("**Échantillons :") and english.split("\n\n")[1].startswith("**Samples:")
    assert "Échantillons" not in _fr(outcome(taken(), realm="real"), CATALOGUE, comparison())


def test_late_sources_stand_beside_the_checks_that_passed() -> None:
    """« 323 contrôles faits, tous réussis » stood alone while 12 of 27 sources were late, one with wages of 2014."""
    text = _fr(outcome(taken(), checks=[check(True)] * 323, standing=STANDING), CATALOGUE, comparison())
    assert _section(text, "Sources en retard").splitlines() == [
        "- **À actualiser par nous** (mission RSE) : Revenus et pauvreté (2014, attendue le 31/12/2017)",
        "- **En retard chez l'éditeur** : Index de l'égalité (2021, attendue le 01/03/2023)",
    ]
    assert (
        "tous réussis. Ils disent que les chiffres se tiennent, non qu'ils sont récents : 2 sources sont en retard sur 3"
        in text
    )
    assert "Sources en retard" not in _fr(outcome(taken(), standing=STANDING[2:]), CATALOGUE, comparison())
    assert "- **Late at the publisher**: Equality index (2021, due on 2023-03-01)" in _en(
        outcome(standing=STANDING), CATALOGUE
    )


def test_the_figures_of_the_home_territory() -> None:
    section = _section(_fr(outcome(taken(), home=HOME), CATALOGUE, comparison()), "Les chiffres de Nantes Métropole")
    assert section.splitlines() == [
        "**2 objectifs sur 4 et 3 indicateurs sur 7 ont une valeur de Nantes Métropole.**",
        "",
        "| ODD | Indicateur | Valeur | Période | État | Depuis l'édition précédente |",
        "|--:|---|--:|---|---|---|",
        "| 10 | Indice de Gini | 0,2913 | 2018 | définitif | révisé, avant : 0,2912 |",
        f"| 10 | Niveau de vie médian (femmes) | 23{NNBSP}390\u00a0€ par unité de consommation | 2018 | définitif ; 2019 sans valeur | avant : 22{NNBSP}000 (2017) |",
        "| 12 | Entreprises labellisées RSE | 1,48 pour 1 000 habitants équipés | 2026-09 | provisoire | nouveau |",
        "",
        "Sans valeur de Nantes Métropole :",
        "",
        "- Aucun bon fichier reçu : Créations (manque : Entreprises B Corp)",
        "- Sans valeur ici (secret statistique, ou pas encore connue) : Écart",
        "- Publié à d'autres échelles seulement : Taux de pauvreté (communes, départements, dont 20 de Nantes Métropole)",
        "- Source que l'observatoire ne lit pas encore : Eau",
        "",
        "Objectifs sans aucune valeur de Nantes Métropole : 1 Pas de pauvreté ; 6 Eau propre.",
    ]
    first = _fr(outcome(taken(), home=HOME), CATALOGUE, comparison(before=None))
    assert "| ODD | Indicateur | Valeur | Période | État |\n|--:|---|--:|---|---|\n" in first and "révisé," not in first
    english = _section(_en(outcome(taken(), home=HOME), CATALOGUE, comparison()), "The figures of Nantes Métropole")
    assert "| 12 | Labelled companies | 1.48 per 1,000 equipped | 2026-09 | provisional | new |" in english
    assert english.startswith("**2 goals of 4 and 3 indicators of 7 have a value of Nantes Métropole.**")


def test_what_leaves_indicators_empty_comes_first_and_is_not_folded() -> None:
    """Sirene was taken with 0 rows, and the one remark that mattered was folded away behind « fichier compressé »."""
    trivia = [
        taken(str(y), file=f"{y}.csv", state="adapted", reason=say(f"colonne {y}"), rows_rejected=0)
        for y in range(2000, 2030)
    ]
    lost = taken("2026", file="lignes.csv", state="adapted", reason=say("3 lignes écartées"))
    empty = taken(
        "2026-10",
        source="blab_bcorp",
        file="stock.gz",
        state="adapted",
        reason=say("l'autre fichier manque"),
        rows_kept=0,
    )
    text = _section(_fr(outcome(*trivia, lost, empty), CATALOGUE, comparison()), "Ce qui a été pris")
    grave, form = text.split("Fichiers dont la forme avait changé et qui ont été lus sans doute possible :")
    assert "Fichiers pris, dont il manque quelque chose :" in grave
    assert grave.index("l'autre fichier manque") < grave.index("3 lignes écartées")
    assert form.count("colonne 20") == 10 and "… et 20 autres remarques" in form
    # also where rows were kept: an indicator has no figure for lack of it
    gap = HomeGap(indicator_id="a", sdg_id=1, indicator=say("a"), cause="no_figure", sources=["insee_filosofi"])
    home = HOME.model_copy(update={"gaps": [gap]})
    assert "… et" not in _section(_fr(outcome(*trivia, home=home), CATALOGUE, comparison()), "Ce qui a été pris")


def test_failed_and_busy() -> None:
    failed = outcome(published=False, exit_code=4, edition=OLD, note=say("Plus de place"))
    text = _fr(failed, CATALOGUE)
    assert "**Aucune nouvelle édition n'est publiée ; les lecteurs gardent" in text
    assert "Plus de place (fr)" in text
    busy = outcome(published=False, exit_code=5, edition=None)
    assert "une autre est en cours" in _fr(busy, CATALOGUE)
    assert "another one is running" in _en(busy, CATALOGUE)


@pytest.mark.parametrize("word", ["parquet", "dbt", "sha", "json", "sql", "duckdb ", "pipeline", "asset"])
def test_no_jargon(word: str) -> None:
    told = outcome(taken(), refused(), exit_code=3, checks=[check(False, "warn")], home=HOME, standing=STANDING)
    for language in (_fr, _en):
        assert word not in language(told, CATALOGUE, comparison()).lower()


def test_the_texts_of_an_edition() -> None:
    texts = render(outcome(taken()), CATALOGUE, comparison())
    assert set(texts) == {"receipt.json", "receipt.md", "receipt.en.md"}
    assert json.loads(texts["receipt.json"])["edition"] == NEW
    assert texts["receipt.md"].startswith("# Reçu") and texts["receipt.en.md"].startswith("# Receipt")
    english = render(outcome(taken()), CATALOGUE, comparison(), "en")
    assert english["receipt.md"] == texts["receipt.en.md"] and english["receipt.fr.md"] == texts["receipt.md"]


def test_what_to_do_comes_before_all_details_once_an_action_and_by_who_does_it() -> None:
    text = _fr(outcome(taken(), *[refused(i) for i in range(3)], exit_code=3), CATALOGUE, comparison())
    assert _section(text, "À faire") == "- **Service Égalité** : demander un nouveau fichier (fr) (Index de l'égalité)"
    order = ["Ce que voient", "À faire", "Ce qui a été refusé", "Ce qui change", "Ce qui a été pris", "Contrôles"]
    assert [text.index(f"## {heading}") for heading in order] == sorted(
        text.index(f"## {heading}") for heading in order
    )
    assert "## À faire" not in _fr(outcome(taken()), CATALOGUE, comparison())


def test_a_value_that_vanishes_is_said() -> None:
    poverty = Message.of(fr="Taux de pauvreté", en="Poverty rate")
    gone = [
        Gone(
            indicator_id="a",
            indicator=poverty,
            territory_level="commune",
            still_listed=False,
            periods=["2017", "2018"],
            figures=5,
            territories=4,
            places=["Nantes", "Rezé", "Orvault"],
        ),
        Gone(
            indicator_id="a",
            indicator=poverty,
            territory_level="epci",
            still_listed=True,
            periods=["2018"],
            figures=1,
            territories=1,
            places=["Nantes Métropole"],
        ),
    ]
    french = _section(_fr(outcome(), CATALOGUE, comparison(gone=gone)), "Ce qui change dans les chiffres")
    assert "Valeurs que les lecteurs ne voient plus :" in french
    assert (
        "- Taux de pauvreté, communes, 2017, 2018 : 5 valeurs (Nantes, Rezé, Orvault … et 1 autre)\n" in french + "\n"
    )
    assert (
        "- Taux de pauvreté, intercommunalités, 2018 : 1 valeur (Nantes Métropole) ; la ligne reste, sans valeur"
        in french
    )
    english = _section(_en(outcome(), CATALOGUE, comparison(gone=gone)), "What changes in the figures")
    assert "Values that readers no longer see:" in english and "(Nantes, Rezé, Orvault … and 1 more)" in english
    many = _fr(outcome(), CATALOGUE, comparison(gone=gone[:1] * 12))
    assert "- … et 20 autres valeurs" in many


def test_a_value_that_goes_back_to_an_older_vintage_is_said_even_if_it_is_the_same() -> None:
    older = [Older(source_id="insee_filosofi", before="2021", after="2018", figures=24)]
    same = comparison(new=0, removed=0, revised=0, moves=[], by_indicator=[], older=older)
    french = _section(_fr(outcome(), CATALOGUE, same), "Ce qui change dans les chiffres")
    assert "- Revenus et pauvreté : 24 valeurs viennent maintenant du millésime 2018 au lieu de 2021" in french
    assert "Aucun chiffre n'a changé" not in french and "| Indicateur |" not in french
    english = _section(_en(outcome(), CATALOGUE, same), "What changes in the figures")
    assert "- Income and poverty: 24 values come from vintage 2018 now instead of 2021" in english


def test_the_same_drift_in_several_files_is_said_once_and_long_examples_are_left_out() -> None:
    long = say(
        "67 ligne(s) à regarder : une certification précède la première "
        + "(ligne 491 : company_id = 1 ; ligne 870 : company_id = 2)" * 4
    )
    files = [taken(str(y), state="adapted", reason=say("colonnes vides")) for y in (2017, 2018)]
    section = _section(
        _fr(outcome(*files, taken("2021", state="adapted", reason=long)), CATALOGUE), "Ce qui a été pris"
    )
    assert "- Revenus et pauvreté, `cc_2017.csv`, `cc_2018.csv` : colonnes vides (fr)" in section
    assert "company_id" not in section and "une certification précède la première" in section
