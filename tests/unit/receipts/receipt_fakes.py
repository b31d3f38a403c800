"""What tests of the receipts share: a catalogue of three sources, outcomes, a comparison."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from orchestration.base.messages import Message
from orchestration.catalog.models import Source
from orchestration.editions import Comparison, IndicatorChange, Move, Totals
from orchestration.records.outcome import (
    CheckOutcome,
    FileOutcome,
    HomeFigure,
    HomeFigures,
    HomeGap,
    RefreshOutcome,
    SourceStanding,
)

OLD, NEW = "20261024T031500Z", "20261124T031500Z"
NOW = datetime(2026, 11, 24, 3, 15, tzinfo=UTC)


def say(text: str) -> Message:
    """Return a message whose two languages can be told apart."""
    return Message.of(fr=f"{text} (fr)", en=f"{text} (en)")


def _source(source_id: str, fr: str, en: str, owner: str) -> Source:
    return Source(
        source_id=source_id,
        title={"fr": fr, "en": en},  # type: ignore[arg-type]
        publisher="INSEE",
        licence="etalab-2.0",
        homepage="https://www.insee.fr",
        groups=["social"],
        owner=owner,
        calendar={"frequency": "yearly"},  # type: ignore[arg-type]
        tables={},
        path=Path("/nowhere"),
    )


CATALOGUE = {
    s.source_id: s
    for s in (
        _source("insee_filosofi", "Revenus et pauvreté", "Income and poverty", "mission RSE"),
        _source("egapro_index", "Index de l'égalité", "Equality index", "service Égalité"),
        _source("blab_bcorp", "Entreprises B Corp", "B Corp companies", "mission RSE"),
    )
}


def taken(vintage: str = "2018", **given: Any) -> FileOutcome:
    """Return a file of Filosofi that was accepted."""
    return FileOutcome(
        **{
            "source": "insee_filosofi", "vintage": vintage, "file": f"cc_{vintage}.csv",
            "state": "accepted", "rows_read": 35_000, "rows_kept": 34_990, "rows_rejected": 10,
            **given,
        }
    )  # fmt: skip


def refused(number: int = 1, reason: str = "ligne 12 : note 185") -> FileOutcome:
    """Return a file of the equality index that was refused."""
    return FileOutcome(
        source="egapro_index", vintage="2022", file=f"index-{number:02d}.xlsx", state="refused",
        reason=say(reason), action=say("demander un nouveau fichier"), rows_read=10,
    )  # fmt: skip


def check(passed: bool, severity: str = "error", text: str = "taux hors de 0–100") -> CheckOutcome:
    """Return a check on the figures."""
    return CheckOutcome(
        name="value_in_range", asset="fct_indicator_value", severity=severity, passed=passed,
        message=say(text),
    )  # fmt: skip


def outcome(*files: FileOutcome, **given: Any) -> RefreshOutcome:
    """Return the outcome of a refresh, published unless told otherwise."""
    return RefreshOutcome(
        **{
            "run_id": "run-1", "edition": NEW, "started_at": NOW, "finished_at": NOW,
            "territory": "244400404", "channel": "mirror", "published": True,
            "sources": list(files), **given,
        }
    )  # fmt: skip


def move(**given: Any) -> Move:
    """Return a revised poverty rate of Nantes."""
    return Move(
        **{
            "indicator_id": "sdg01_poverty_rate",
            "indicator": Message.of(fr="Taux de pauvreté", en="Poverty rate"),
            "unit": "%", "territory_code": "44109", "territory_level": "commune",
            "territory": "Nantes", "period": "2018", "breakdown": "total",
            "old_value": 16.0, "new_value": 12.5, "change": -3.5, "relative": 0.2, **given,
        }
    )  # fmt: skip


def comparison(**given: Any) -> Comparison:
    """Return a comparison of two editions."""
    poverty = Message.of(fr="Taux de pauvreté", en="Poverty rate")
    return Comparison(
        **{
            "before": Totals(edition=OLD, indicators=30, territories=1200, values=123_456, figures=123_456, suppressed=0),
            "after": Totals(edition=NEW, indicators=31, territories=1234, values=1_234_567, figures=1_300_000, suppressed=60_000),
            "new": 1500, "removed": 1, "revised": 20, "moves": [move()],
            "by_indicator": [
                IndicatorChange(
                    indicator_id="sdg01_poverty_rate", indicator=poverty, new=1500, removed=1,
                    revised=20,
                )
            ],
            **given,
        }
    )  # fmt: skip


def _figure(indicator_id: str, goal: int, fr: str, en: str, unit: tuple[str, str], **given: Any) -> HomeFigure:
    return HomeFigure(
        **{
            "indicator_id": indicator_id, "sdg_id": goal, "indicator": Message.of(fr=fr, en=en), "breakdown": "total",
            "unit": Message.of(fr=unit[0], en=unit[1]), "status": "final", "source_id": "insee_filosofi", "vintage": "2018",
            "period": "2018", **given,
        }
    )  # fmt: skip


def _gap(goal: int, fr: str, cause: str, **given: Any) -> HomeGap:
    return HomeGap(
        indicator_id=f"sdg{goal:02d}_{fr}", sdg_id=goal, indicator=Message.of(fr=fr, en=fr), cause=cause, **given
    )  # type: ignore[arg-type]


HOME = HomeFigures(
    territory_code="244400404", territory="Nantes Métropole",
    goals={g: Message.of(fr=fr, en=en) for g, fr, en in (
        (1, "Pas de pauvreté", "No poverty"), (6, "Eau propre", "Clean water"), (10, "Inégalités", "Inequalities"),
        (12, "Consommation", "Consumption"),
    )},
    figures=[
        _figure("sdg10_gini", 10, "Indice de Gini", "Gini", ("0–1", "0–1"), value=0.2913, change="revised", old_value=0.2912, old_period="2018"),
        _figure("sdg10_median", 10, "Niveau de vie médian", "Median", ("euros", "euro per consumption unit"), value=23_390.0,
                breakdown="sex=F", change="newer", old_value=22_000.0, old_period="2017", without_value=["2019"]),
        _figure("sdg12_labels", 12, "Entreprises labellisées RSE", "Labelled companies", ("pour 1 000 habitants équipés", "per 1,000 equipped"),
                value=1.48, period="2026-09", status="provisional", change="new"),
    ],
    gaps=[
        _gap(1, "Taux de pauvreté", "other_levels", levels=["commune", "department"], home_communes=20),
        _gap(1, "Créations", "no_source", sources=["blab_bcorp"]),
        _gap(6, "Eau", "not_read"),
        _gap(10, "Écart", "withheld"),
    ],
)  # fmt: skip

STANDING = [
    SourceStanding(
        source="insee_filosofi",
        state="late_us",
        is_overdue=True,
        vintage="2014",
        due_on=date(2017, 12, 31),
        action=say("actualiser"),
    ),
    SourceStanding(
        source="egapro_index",
        state="late_publisher",
        is_overdue=True,
        vintage="2021",
        due_on=date(2023, 3, 1),
        action=say("attendre"),
    ),
    SourceStanding(
        source="blab_bcorp",
        state="due",
        is_overdue=False,
        vintage="2022",
        due_on=date(2026, 11, 1),
        action=say("attendre"),
    ),
]
