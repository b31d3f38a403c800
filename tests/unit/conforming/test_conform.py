"""A raw table becomes a table of the contract, or a refusal that names line and column."""

import pytest

from orchestration.base.messages import Message, Refusal
from orchestration.catalog.models import Budgets, Column, FileSpec, Header, NameMap, Table, Unpivot
from orchestration.conforming import conform
from orchestration.reading import RawTable
from tests.words import fr, refuses

TEXT = Message.of(fr="x", en="x")


def col(name, kind, *headers, **more):
    return Column(name=name, type=kind, headers=[Header(text=h) for h in headers], **more)


def rates(**more) -> Table:
    columns = [
        col("territory_level", "text", key=True),
        col("territory_code", "territory", "CODGEO", key=True, required=True),
        col("year", "year", key=True),
        col("median", "number", "Q2{yy}", year_into="year", required=True, minimum=1000, maximum=100000, secret=["s"]),
    ]
    return Table(description=TEXT, grain="x", files=[], columns=columns, budgets=Budgets(**more))


SPEC = FileSpec(
    pattern=r"FILO(?P<yyyy>\d{4})_(?P<level>COM|DEP)\.csv",
    name_maps={"territory_level": NameMap(group="level", values={"COM": "commune", "DEP": "department"})},
)


def raw(header, *rows, first_line=2) -> RawTable:
    return RawTable(
        header=header,
        rows=[list(r) for r in rows],
        lines=list(range(first_line, first_line + len(rows))),
        file="f.csv",
        sheet=None,
        header_line=1,
        encoding="utf-8",
        delimiter=";",
        numeric_cells=False,
        adaptations=[],
    )


def run(table, table_raw, spec=SPEC, name="FILO2018_COM.csv", year=2018):
    return conform(
        table, spec, table_raw, table_name="t", file_name=name, columns_file="sources/x/columns.csv", vintage_year=year
    )


def test_level_from_the_name_and_year_from_the_header():
    result = run(rates(), raw(["CODGEO", "Q218"], ["01004", "22600"], ["44109", "s"]))
    assert result.frame.to_dict("list") == {
        "territory_level": ["commune", "commune"],
        "territory_code": ["01004", "44109"],
        "year": [2018, 2018],
        "median": [22600.0, pytest.approx(float("nan"), nan_ok=True)],
        "median__marker": [None, "s"],
        "_row": [2, 3],
    }


def test_the_level_decides_how_a_code_is_read():
    rows = [["1", "22600"], ["2", "20600"], ["3", "20100"], ["2A", "21000"]]
    result = run(rates(), raw(["CODGEO", "Q218"], *rows), name="FILO2018_DEP.csv")
    assert result.frame["territory_code"].tolist() == ["01", "02", "03", "2A"]


LEVELS = FileSpec(
    pattern="f.csv", value_maps={"territory_level": {"Département": "department", "Région": "region", "Iris": "-"}}
)


def levels(*rows):
    table = rates()
    table.columns[0] = col("territory_level", "text", "scale", key=True, allowed=["department", "region"])
    return run(table, raw(["CODGEO", "scale", "Q218"], *rows), spec=LEVELS, name="f.csv")


def test_the_level_stands_in_the_publishers_words_beside_a_code_of_both():
    result = levels(["44", "Département ", "22600"], ["44", "RÉGION", "20600"])
    places = result.frame[["territory_level", "territory_code", "median"]].values.tolist()
    assert places == [["department", "44", 22600.0], ["region", "44", 20600.0]]


def test_rows_of_a_level_left_out_on_purpose_are_neither_kept_nor_rejected():
    result = levels(["441090101", "Iris", "22600"], ["44", "Région", "20600"])
    assert (result.rows_read, result.frame["_row"].tolist(), result.rejected) == (2, [3], [])


def test_a_word_that_no_map_knows_is_no_level():
    with refuses("Pays"):
        levels(["44", "Pays", "22600"])


def test_a_file_of_another_year_is_refused():
    with refuses("lies in vintage 2018"):
        run(rates(), raw(["CODGEO", "Q217"], ["44109", "22600"]), name="FILO2017_COM.csv")


def test_headers_of_two_years_are_refused():
    table = rates()
    table.columns.append(col("q1", "number", "Q1{yy}", year_into="year"))
    with refuses("several years"):
        run(table, raw(["CODGEO", "Q218", "Q117"], ["44109", "22600", "15000"]))


def test_unreadable_rows_beyond_the_budget_refuse_the_file_with_line_and_column():
    with pytest.raises(Refusal) as refusal:
        run(rates(), raw(["CODGEO", "Q218"], ["44109", "22600"], ["44162", "beaucoup"]))
    assert "ligne 3" in fr(refusal.value.reason) and "median" in fr(refusal.value.reason)


def test_unreadable_rows_within_the_budget_are_left_out_and_counted():
    rows = [[f"4410{i}", "22600"] for i in range(9)] + [["44162", "beaucoup"]]
    result = run(rates(rejected_share=0.1), raw(["CODGEO", "Q218"], *rows))
    assert (result.rows_read, len(result.frame), len(result.rejected)) == (10, 9, 1)
    assert result.rejected[0].line == 11


def test_a_row_without_its_key_is_not_kept():
    with refuses("empty"):
        run(rates(), raw(["CODGEO", "Q218"], ["", "22600"]))


def test_the_same_row_twice_counts_once():
    result = run(rates(), raw(["CODGEO", "Q218"], ["44109", "22600"], ["44109", "22600"]))
    assert len(result.frame) == 1 and "double" in fr(result.notes[0])


def test_two_truths_about_one_key_are_refused_with_both_lines():
    with refuses("lines 2, 3"):
        run(rates(), raw(["CODGEO", "Q218"], ["44109", "22600"], ["44109", "22700"]))


def long(count):
    """Return rows of `count` communes, none of which is 44109."""
    codes = [f"{department}{number:03d}" for department in range(10, 40) for number in range(1, 301)]
    return [[code, "22600"] for code in codes[:count]]


def test_two_truths_about_one_key_cost_their_rows_in_a_long_file():
    # Insee's establishments with one commune twice: the other 1,242 must not wait for it
    rows = long(1242)
    result = run(rates(), raw(["CODGEO", "Q218"], *rows[:600], ["44109", "21000"], *rows[600:], ["44109", "21500"]))
    assert result.frame["territory_code"].tolist() == [r[0] for r in rows]
    assert [r.line for r in result.rejected] == [602, 1245]
    first = result.rejected[0]
    assert (
        first.column == "median"
        and "602, 1245" in fr(first.why)
        and "44109" in fr(first.why)
        and "2018" in fr(first.why)
    )
    assert result.rows_read == len(result.frame) + len(result.rejected)


def test_two_truths_count_together_with_the_other_lost_rows():
    twice = [["44109", "21000"], ["44109", "21500"]]
    assert len(run(rates(), raw(["CODGEO", "Q218"], *long(1100), *twice)).frame) == 1100
    with refuses("two different values"):
        run(rates(), raw(["CODGEO", "Q218"], *long(1100), *twice, ["44162", "beaucoup"]))


def test_a_value_that_stands_twice_is_no_majority():
    rows = [["44109", "21000"], ["44109", "21000"], ["44109", "21500"]]
    result = run(rates(), raw(["CODGEO", "Q218"], *long(2500), *rows))
    assert len(result.frame) == 2500 and [r.line for r in result.rejected] == [2502, 2503, 2504]


def test_a_required_column_of_nothing_but_unknown_markers_was_lost():
    with refuses("is empty in all 6 rows"):
        run(rates(), raw(["CODGEO", "Q218"], *[[f"4410{n}", "n.d."] for n in range(6)]))
    # secrecy is a cell: a file of small communes may have nothing else
    assert len(run(rates(), raw(["CODGEO", "Q218"], *[[f"4410{n}", "s"] for n in range(6)])).frame) == 6


def test_quarters_in_headers_become_rows():
    table = Table(
        description=TEXT,
        grain="x",
        files=[],
        columns=[
            col("code", "employment_zone", "ZE2020", key=True, required=True),
            col("period", "text", key=True),
            col("rate", "number", minimum=0, maximum=100),
        ],
    )
    spec = FileSpec(
        pattern=r".*\.xlsx",
        unpivot=Unpivot(headers=r"(?P<year>\d{4})-T(?P<q>[1-4])", period="{year}-Q{q}", value="rate"),
    )
    result = run(
        table, raw(["ZE2020", "2023-T2", "2023-T3"], ["5216", "5.4", "5.5"], ["0051", "9", ""]), spec, "c.xlsx", 2023
    )
    assert result.frame[["code", "period", "rate"]].fillna(-1).values.tolist() == [
        ["5216", "2023-Q2", 5.4],
        ["0051", "2023-Q2", 9.0],
        ["5216", "2023-Q3", 5.5],
        ["0051", "2023-Q3", -1],
    ]


def test_a_file_without_any_period_is_refused():
    table = Table(
        description=TEXT,
        grain="x",
        files=[],
        columns=[
            col("code", "text", "ZE", key=True, required=True),
            col("period", "text", key=True),
            col("rate", "number"),
        ],
    )
    spec = FileSpec(pattern=".*", unpivot=Unpivot(headers=r"(?P<y>\d{4})", period="{y}", value="rate"))
    with refuses("no column carries a period"):
        run(table, raw(["ZE"], ["5216"]), spec, "c.csv", 2023)
