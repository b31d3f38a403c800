"""The day of publication that a file prints above its table."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from orchestration.conforming.published import published_on
from orchestration.reading import read_table


@pytest.mark.parametrize(
    ("title", "day"),
    [
        # Insee, employment zones of 2023: the geography is of another day
        ("Mise en ligne le 17/03/2023       Géographie au 01/01/2023", date(2023, 3, 17)),
        ("mis en ligne le 5 février 2024", date(2024, 2, 5)),
        ("Publié le 1er août 2022", date(2022, 8, 1)),
        ("Parution : 2021-12-15", date(2021, 12, 15)),
        ("Date de publication : 03.04.2020", date(2020, 4, 3)),
        ("publications du 01/02/2020", None),
        ("Géographie au 01/01/2023", None),
        ("Population au 1er janvier 2022", None),
        ("Mise en ligne le 31/02/2023", None),
        ("Publié par l'Insee, situation au 17/03/2023", None),
        ("", None),
    ],
)
def test_only_a_day_that_the_file_calls_its_publication(title: str, day: date | None) -> None:
    assert published_on(["Zones d'emploi 2020", title]) == day


def test_the_newest_of_several_counts() -> None:
    assert published_on(["Publié le 01/03/2023", "Mise en ligne le 17/03/2023"]) == date(2023, 3, 17)


def test_it_is_read_above_the_header_and_nowhere_else(tmp_path: Path) -> None:
    path = tmp_path / "zones.csv"
    path.write_text(
        "Zones\nMise en ligne le 17/03/2023\nCODGEO;LIBGEO\n44109;Nantes\n44143;Publié le 01/01/2024\n",
        encoding="utf-8",
    )
    raw = read_table(path, name="zones.csv", known_headers=lambda cells: sum(c in ("CODGEO", "LIBGEO") for c in cells))
    assert raw.titles == ["Zones", "Mise en ligne le 17/03/2023"]
    assert published_on(raw.titles) == date(2023, 3, 17)
