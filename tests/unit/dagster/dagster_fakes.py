"""Small stand-ins for a source, a dbt node and a refresh that only answers."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

from orchestration.base.messages import Message
from orchestration.building.orders import NodeResult
from orchestration.catalog.models import Source
from orchestration.records.outcome import CheckOutcome, FileOutcome, RefreshOutcome, TableSummary
from tests.words import fr

SUITES = {
    "insee_income__income": ["gini between 0 and 1", "codes_have_five_letters"],
    "fct_value": ["row count at least 1"],
}


def source(tmp_path: Path, source_id: str, **changes) -> Source:
    folder = tmp_path / "sources" / source_id
    folder.mkdir(parents=True)
    (folder / "README.md").write_text("Cinq lignes pour une personne.", encoding="utf-8")
    values = {
        "source_id": source_id,
        "title": {"fr": "Revenus", "en": "Income"},
        "publisher": "Insee",
        "licence": "Licence Ouverte 2.0",
        "homepage": "https://www.insee.fr/",
        "groups": ["insee"],
        "owner": "Équipe données",
        "goals": [10, 1],
        "calendar": {"frequency": "yearly", "expected": ["09-25"], "grace_days": 14},
        "live": [{"url": "https://www.insee.fr/fichier.zip"}],
        "tables": {
            "income": {
                "description": {"fr": "revenus", "en": "income"},
                "grain": "territoire",
                "files": [{"pattern": r"income.*\.csv"}],
            }
        },
        "path": folder,
    }
    return Source(**{**values, **changes})


def node(name: str, layer: str, parents: list[str], **changes) -> dict:
    return {
        "name": name,
        "resource_type": "model",
        "fqn": ["observatory", layer, name],
        "schema": "main",
        "alias": name,
        "original_file_path": f"models/{layer}/{name}.sql",
        "raw_code": f"select * from {name}",
        "config": {"materialized": "table", "meta": {"goals": [10], "owner": "Équipe données"}},
        "columns": {"value": {"data_type": "double", "description": "valeur"}},
        "depends_on": {"nodes": parents},
        "description": f"{name} en mots",
        "tags": [],
        **changes,
    }


@dataclass
class FakeRefresh:
    """Answers as the domain does, and remembers what it was asked."""

    run_id: str = "run"
    failing: str | None = None
    broken: Exception | None = None
    unpublishable: bool = False
    implausible: bool = False
    no_build: Exception | None = None
    no_checks: Exception | None = None
    exit_code: int = 0
    unreadable: bool = False
    calls: list = field(default_factory=list)
    source_checks: dict = field(default_factory=dict)
    sources: list = field(default_factory=list)
    channel: str = "sample"
    closed: bool = False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.closed = True

    def start_worker(self):
        self.calls.append(("start_worker",))

    def give_up(self, reason):
        # what comes after the end is told to nobody
        assert not self.closed
        self.calls.append(("give_up", fr(reason)))
        return self._outcome(4, reason)

    @property
    def outcome(self):
        return None

    def lacks(self, reader):
        return self.exit_code in (0, 3)

    def read(self, reader):
        self.calls.append(("read", reader))
        said = (
            Message.of(fr="page trop lourde", en="page too heavy")
            if self.unreadable
            else Message.of(fr="faites", en="made")
        )
        return CheckOutcome(
            name=f"reader_{reader}", asset=reader, severity="warn", passed=not self.unreadable, message=said
        )

    def ingest(self, source_id):
        self.calls.append(("ingest", source_id))
        logging.getLogger("observatory").warning("%s was looked at", source_id)
        if self.broken:
            raise self.broken
        refused = source_id == "lucie"
        # two vintages of one table, checked one after the other
        holds = Message.of(fr="tient", en="holds")
        self.source_checks["insee_income"] = [
            CheckOutcome(name="gini between 0 and 1", asset="insee_income.income", passed=passed, message=message)
            for passed, message in (
                (True, holds),
                (not self.implausible, Message.of(fr="gini de 3", en="gini of 3") if self.implausible else holds),
            )
        ]
        return [
            FileOutcome(
                source=source_id,
                vintage="2021",
                file="a.csv",
                state="refused" if refused else "accepted",
                reason=Message.of(fr="colonne absente", en="column missing") if refused else None,
                action=Message.of(fr="demandez au producteur", en="ask the publisher") if refused else None,
                rows_read=10,
                rows_kept=0 if refused else 9,
                rows_rejected=1,
                sha256="ab",
                origin="https://example.org/a.csv",
                channel="sample",
            )
        ]

    def held(self, source_id):
        """An older vintage is held beside the one that came."""
        if source_id == "lucie":
            return {}
        return {
            "income": {
                v: SimpleNamespace(rows=n, path=f"{source_id}/income/{v}.ab.parquet")
                for v, n in (("2018", 5), ("2021", 9))
            }
        }

    def build(self):
        self.calls.append(("build",))
        if self.no_build:
            raise self.no_build
        nodes = [
            result("model.o.stg_income", "success"),
            result("model.o.fct_value", "error" if self.failing else "success", self.failing),
            result("model.o.fct_label", "success"),
            result("test.o.not_null", "pass"),
            result("test.o.unique.1", "fail", "2 doublons"),
        ]
        return SimpleNamespace(nodes=nodes, warehouse=Path("warehouse.duckdb"))

    def check_marts(self):
        self.calls.append(("check_marts",))
        if self.no_checks:
            raise self.no_checks
        if self.failing:  # as the domain: on tables that were not built no suite runs
            return []
        return [
            CheckOutcome(
                name="row count at least 1",
                asset="fct_value",
                severity="warn",
                passed=False,
                message=Message.of(fr="vide", en="empty"),
            )
        ]

    def publish(self):
        self.calls.append(("publish",))
        if self.unpublishable:
            raise OSError("disque plein")
        code = 4 if self.failing else self.exit_code
        return self._outcome(code, Message.of(fr="bloquée", en="blocked") if code == 4 else None)

    def _outcome(self, code, note):
        now = datetime.now(UTC)
        return RefreshOutcome(
            run_id=self.run_id,
            edition=None if code == 4 else "2026-01-01",
            exit_code=code,
            started_at=now,
            finished_at=now,
            territory="244400404",
            channel="sample",
            published=code != 4,
            tables=[TableSummary(name="fct_value", rows=2, columns=["value"], sha256="cd")],
            note=note,
        )


def result(unique_id, status, message=None):
    kind, _, name = unique_id.split(".")[:3]
    return NodeResult(unique_id, name, kind, status, message or "", 0.1)
