"""What the readers' tests share: figures made by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from orchestration.readers.site.edition import Figure


@pytest.fixture
def figure() -> Callable[..., Figure]:
    """Return what makes a figure: a period and a value, the rest as usual unless it is said."""

    def make(period: str, value: float | None, **said: object) -> Figure:
        usual: dict[str, object] = {
            "indicator_id": "sdg10_gini",
            "level": "epci",
            "code": "244400404",
            "period": period,
            "breakdown": "total",
            "value": value,
            "status": "final",
            "reason": None,
            "series_id": "sdg10_gini",
            "is_break": False,
            "break_reason": None,
            "vintage": period,
            "source_id": "insee_filosofi",
            "is_synthetic": False,
            "is_overdue": False,
            "geography_year": 2023,
        }
        return Figure(**{**usual, **said})  # type: ignore[arg-type]

    return make
