"""Figures as tables that add up: which are withheld, and what an edition gives away."""

from __future__ import annotations

import pandas as pd

from orchestration.withholding.figures import told_cells, withheld_cells

NESTED = pd.DataFrame(
    [
        ("department", "44", "region", "52"),
        ("department", "49", "region", "52"),
        ("department", "53", "region", "52"),
        ("department", "72", "region", "52"),
        ("department", "2A", "region", "94"),
        ("department", "2B", "region", "94"),
        ("region", "52", "country", "FR"),
        ("region", "94", "country", "FR"),
        ("region", "04", "country", "FR"),
    ],
    columns=["territory_level", "territory_code", "parent_level", "parent_code"],
)


def figures(*rows: tuple[str, str, float, float], **given: object) -> pd.DataFrame:
    """Return cells (level, code, numerator, units) of a share of 2020."""
    made = pd.DataFrame(rows, columns=["territory_level", "territory_code", "numerator", "units"])
    return made.assign(
        **{
            "withheld_together": "index",
            "indicator_id": "share",
            "period": "2020",
            "breakdown": "total",
            "is_share": True,
            "is_primary": (made["units"] > 0) & (made["units"] < 3),
            "is_known": False,
            "was_withheld": False,
            **given,
        }
    )


def codes(withheld: pd.DataFrame) -> set[str]:
    return set(withheld["territory_code"])


PAYS_DE_LA_LOIRE = [
    ("department", "44", 3, 4),
    ("department", "49", 3, 3),
    ("department", "53", 1, 1),
    ("department", "72", 2, 3),
    ("region", "52", 9, 11),
]


def test_a_company_alone_takes_the_smallest_neighbour_that_is_mixed() -> None:
    """Mayenne's only company reaches 75: Maine-et-Loire, where all three do, would tell that; Sarthe's three do not all."""
    withheld = withheld_cells(figures(*PAYS_DE_LA_LOIRE), NESTED)
    assert codes(withheld) == {"53", "72"}
    assert withheld.set_index("territory_code")["is_primary"].to_dict() == {"53": True, "72": False}
    assert withheld["is_safe"].all()


def test_where_all_of_a_region_reach_75_the_region_goes_too() -> None:
    """Corsica 2019: 2 of 2 and 4 of 4. Only with another région can the total of both be made in another way."""
    corsica = [("department", "2A", 2, 2), ("department", "2B", 4, 4), ("region", "94", 6, 6)]
    rest = [("region", "04", 5, 9), ("region", "52", 9, 11), ("country", "FR", 20, 26)]
    cells = figures(*corsica, *rest)
    withheld = withheld_cells(cells, NESTED)
    assert {"2A", "94"} <= codes(withheld)
    assert codes(withheld) & {"04", "52", "FR"}
    assert attack(cells, withheld) == []


def test_communes_stand_in_their_epci_and_in_their_departement() -> None:
    """An EPCI across two départements: a neighbour in the other one hides nothing of the départements' totals."""
    nested = pd.DataFrame(
        [
            ("commune", c, level, code)
            for c, department in (("a", "1"), ("b", "1"), ("c", "2"), ("d", "2"))
            for level, code in (("epci", "E"), ("department", department))
        ],
        columns=NESTED.columns,
    )
    cells = figures(
        ("commune", "a", 1, 2),
        ("commune", "b", 9, 30),
        ("commune", "c", 2, 10),
        ("commune", "d", 3, 11),
        ("epci", "E", 15, 53),
        ("department", "1", 10, 32),
        ("department", "2", 5, 21),
    )
    withheld = withheld_cells(cells, nested)
    assert codes(withheld) == {"a", "b"}
    assert attack(cells, withheld, nested) == []
    assert attack(cells, withheld[withheld["territory_code"] != "b"], nested) == ["a"]


def test_parts_of_a_breakdown_are_hidden_from_their_total() -> None:
    cells = figures(*[("country", "FR", n, u) for n, u in ((30, 90), (1, 2), (9, 28), (20, 60))])
    cells["breakdown"] = ["total", "naf=01", "naf=02", "naf=03"]
    assert set(withheld_cells(cells, NESTED)["breakdown"]) == {"naf=01", "naf=02"}


def test_what_the_edition_before_told_protects_nothing() -> None:
    """Sarthe was published: another neighbour is withheld, though Sarthe would do."""
    cells = figures(*PAYS_DE_LA_LOIRE)
    cells["is_known"] = cells["territory_code"] == "72"
    assert codes(withheld_cells(cells, NESTED)) == {"53", "44"}


def test_where_the_edition_before_told_everything_a_new_reader_is_told_nothing() -> None:
    cells = figures(*PAYS_DE_LA_LOIRE)
    cells["is_known"] = cells["territory_code"] != "53"
    withheld = withheld_cells(cells, NESTED)
    assert codes(withheld) == {"53", "72"}
    assert not withheld.set_index("territory_code").loc["53", "is_safe"]


def test_what_was_withheld_before_is_taken_first() -> None:
    """Loire-Atlantique is larger than Sarthe and does it as well."""
    cells = figures(*PAYS_DE_LA_LOIRE)
    cells["was_withheld"] = cells["territory_code"] == "44"
    assert codes(withheld_cells(cells, NESTED)) == {"53", "44"}


def test_a_secret_cell_that_is_published_is_found() -> None:
    cells = figures(*PAYS_DE_LA_LOIRE)
    assert attack(cells, withheld_cells(cells, NESTED).iloc[:0]) == ["53"]


def attack(cells: pd.DataFrame, withheld: pd.DataFrame, nested: pd.DataFrame = NESTED) -> list[str]:
    """Return the codes of what is told when all but the withheld cells are shown."""
    shown = cells[~cells["territory_code"].isin(codes(withheld))]
    return told_cells(cells, nested, shown)["territory_code"].tolist()


def test_one_company_alone_in_its_region_does_not_attack_itself() -> None:
    """Côte-d'Or's only company is Bourgogne's only one: that it knows the région's figure tells it nothing new."""
    nested = pd.concat(
        [
            NESTED,
            pd.DataFrame(
                [("department", "21", "region", "27"), ("region", "27", "country", "FR")], columns=NESTED.columns
            ),
        ]
    )
    alone = [("department", "21", 1, 1), ("region", "27", 1, 1), ("country", "FR", 10, 12)]
    cells = figures(*PAYS_DE_LA_LOIRE, *alone)
    withheld = withheld_cells(cells, nested)
    assert withheld["is_safe"].all()
    assert {"21", "27"} < codes(withheld)
    assert attack(cells, withheld, nested) == []
