"""The mutations, by family. Each says what a right answer is: `same`, `refuse`, or `either` of them.

`same`: certain to be readable, and then every value must be the clean file's. `refuse`: the content is
wrong and shows it. `either`: reading exactly and refusing are both right. A mutation returns None where
the file has nothing to damage in that way. Changes that nobody could see (a digit altered in a figure
that no identity and no other vintage holds) are not made: see `UNDETECTABLE`.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field

from bench.mutations.grid import Grid

UNDETECTABLE = [
    "one digit altered in a figure that no identity ties to others, within what its place shows from year to year",
    "two figures altered together so that every identity holds",
    "rows cut at a line's border when only places are lost that no vintage at hand and no code list holds",
    "a constant factor below what a year may bring (x 1.05) on a column without identity",
    "a blank in a column of which the publisher says that a blank is a zero",
    "an event of a list without a key (movements of communes) that is replaced by a possible one",
    "text moved by a row in a table that a team writes itself",
    "a code that becomes another place's in a file that does not name its places",
    "a quote inside an unquoted cell: it may be an inch sign, and is kept as it stands",
    "a file of the right year, layout and order of size whose figures were made up",
]


@dataclass
class Column:
    """What a mutation needs to know of one column of the file."""

    index: int
    header: str
    canonical: str | None
    type: str
    required: bool
    key: bool
    maximum: float | None = None


@dataclass
class Context:
    """The file's columns, other files to confuse it with, and a seeded source of chance."""

    columns: list[Column]
    rng: random.Random
    others: list[tuple[str, bytes]]
    siblings: list[tuple[str, str, bytes]]
    merged_codes: list[tuple[str, str]]
    year: int
    blank_is_zero: bool = False
    made_by_team: bool = False

    def numeric(self, wanted: Callable[[Column], bool] = lambda c: True) -> list[Column]:
        """Return the columns that hold figures and are read."""
        return [c for c in self.columns if c.canonical and c.type in ("number", "integer") and not c.key and wanted(c)]

    def code(self, *types: str) -> Column | None:
        """Return the first column of one of `types`."""
        return next((c for c in self.columns if c.canonical and c.type in types), None)


@dataclass
class Mutant:
    """A damaged file and what may come of it."""

    data: bytes
    expect: str
    name: str | None = None
    vintage: str | None = None
    nulls: bool = False
    lost_rows: bool = False
    years: int = 0
    former_codes: bool = False
    quotes_stay: bool = False


Maker = Callable[[Grid, Context], "Grid | Mutant | bytes | None"]


@dataclass
class Kind:
    """One mutation: its name, family, right answer and maker. `on`: kinds of file it makes sense for."""

    name: str
    family: str
    expect: str
    make: Maker
    nulls: bool = False
    lost_rows: bool = False
    on: tuple[str, ...] = ("csv", "xlsx")


KINDS: list[Kind] = []


def kind(
    family: str, expect: str, *, nulls: bool = False, lost_rows: bool = False, on: tuple[str, ...] = ("csv", "xlsx")
):
    """Register the decorated maker under its own name."""

    def register(make: Maker) -> Maker:
        KINDS.append(Kind(make.__name__, family, expect, make, nulls, lost_rows, on))
        return make

    return register


CSV = ("csv",)

# encodings ----------------------------------------------------------------------------------------


def _encoded(name: str, encoding: str, mark: bytes = b"") -> None:
    def make(g: Grid, c: Context) -> bytes | None:
        try:
            return mark + g.text().encode(encoding)
        except UnicodeEncodeError:
            return None

    make.__name__ = name
    kind("encoding", "same", on=CSV)(make)


_encoded("utf8_with_bom", "utf-8", b"\xef\xbb\xbf")
_encoded("utf8_without_bom", "utf-8")
_encoded("utf16_le_with_bom", "utf-16-le", b"\xff\xfe")
_encoded("utf16_be_with_bom", "utf-16-be", b"\xfe\xff")
_encoded("windows_1252", "cp1252")
_encoded("latin_1", "latin-1")


@kind("encoding", "either", on=CSV)
def mixed_encodings(g, c):
    lines = g.text().split(g.newline)
    accented = [i for i, line in enumerate(lines) if not line.isascii()]
    if len(accented) < 2:
        return None
    half = set(accented[: len(accented) // 2])
    return g.newline.encode().join(line.encode("cp1252" if i in half else "utf-8") for i, line in enumerate(lines))


@kind("encoding", "same", on=CSV)
def mojibake(g, c):
    text = g.text()
    if text.isascii():
        return None
    return text.encode("utf-8").decode("latin-1").encode("utf-8")


@kind("encoding", "either", on=CSV)
def mojibake_in_some_lines(g, c):
    lines = g.text().split(g.newline)
    accented = [i for i, line in enumerate(lines) if not line.isascii()]
    if len(accented) < 4:
        return None
    for i in accented[::3]:
        lines[i] = lines[i].encode("utf-8").decode("latin-1")
    return g.newline.join(lines).encode("utf-8")


@kind("encoding", "either", on=CSV)
def nul_bytes(g, c):
    data = bytearray(g.bytes())
    data[len(data) // 2 : len(data) // 2] = b"\x00\x00"
    return bytes(data)


# delimiters, quoting, line ends -------------------------------------------------------------------


def _delimited(name: str, delimiter: str) -> None:
    def make(g: Grid, c: Context) -> Grid | None:
        g.delimiter = delimiter
        return g

    make.__name__ = name
    kind("delimiter", "same", on=CSV)(make)


_delimited("delimiter_comma", ",")
_delimited("delimiter_semicolon", ";")
_delimited("delimiter_tab", "\t")
_delimited("delimiter_bar", "|")


@kind("quoting", "same", on=CSV)
def every_cell_quoted(g, c):
    g.quoting = csv.QUOTE_ALL
    return g


@kind("quoting", "either", on=CSV)
def quote_left_open(g, c):
    lines = g.text().split(g.newline)
    at = len(lines) // 2
    lines[at] = '"' + lines[at]
    return g.newline.join(lines).encode(g.encoding)


def _stray(name: str, column: int, *places: tuple[float, str, str]) -> None:
    """Put signs before or after the cell of `column` in the rows that stand at shares of the file."""

    def make(g: Grid, c: Context) -> bytes | None:
        lines = g.text().rstrip(g.newline).split(g.newline)
        first = len(lines) - len(g.rows) - len(g.below)
        for share, before, after in places:
            at = first + min(int(share * len(g.rows)), len(g.rows) - 1)
            cells = lines[at].split(g.delimiter)
            if '"' in lines[at] or len(cells) != len(g.header):
                return None
            cells[column] = before + cells[column] + after
            lines[at] = g.delimiter.join(cells)
        return (g.newline.join(lines) + g.newline).encode(g.encoding)

    make.__name__ = name
    kind("quoting", "either", on=CSV)(make)


_stray("quotes_swallow_a_row", 0, (0.5, '"', ""), (0.51, "", '"'))
_stray("quotes_swallow_the_first_rows", 1, (0.0, '"', ""), (0.01, "", '"'))
_stray("quotes_swallow_the_last_rows", -1, (0.99, '"', ""), (1.0, "", '"'))
_stray("quotes_swallow_half_the_file", 1, (0.3, '"', ""), (0.8, "", '"'))
_stray("quote_opens_in_the_last_row", 1, (1.0, '"', ""))
_stray("quotes_inside_a_quoted_cell", 1, (0.5, '"a "b" ', '"'))
_stray("quote_alone_in_a_cell", 1, (0.4, '"', ""), (0.6, '"', ""))


@kind("line ends", "same", on=CSV)
def line_ends_unix(g, c):
    g.newline = "\n"
    return g


@kind("line ends", "same", on=CSV)
def line_ends_windows(g, c):
    g.newline = "\r\n"
    return g


@kind("line ends", "same", on=CSV)
def line_ends_old_mac(g, c):
    g.newline = "\r"
    return g


@kind("line ends", "either", on=CSV)
def line_ends_mixed(g, c):
    lines = g.text().split(g.newline)
    return "".join(line + ("\n" if i % 2 else "\r\n") for i, line in enumerate(lines[:-1])).encode(g.encoding)


# numbers ------------------------------------------------------------------------------------------

_DECIMAL = re.compile(r"-?\d+[.,]\d+")


def _each_number(g: Grid, c: Context, change: Callable[[str, int], str]) -> bool:
    done = False
    for column in c.numeric():
        for i, row in enumerate(g.rows):
            new = change(row[column.index], i)
            done |= new != row[column.index]
            row[column.index] = new
    return done


@kind("decimal sign", "same", on=CSV)
def decimal_sign_swapped(g, c):
    def swap(cell: str, i: int) -> str:
        return cell.translate(str.maketrans(",.", ".,")) if _DECIMAL.fullmatch(cell) else cell

    return g if _each_number(g, c, swap) else None


@kind("decimal sign", "either", on=CSV)
def decimal_signs_mixed(g, c):
    def swap(cell: str, i: int) -> str:
        return cell.translate(str.maketrans(",.", ".,")) if i % 2 and _DECIMAL.fullmatch(cell) else cell

    return g if _each_number(g, c, swap) else None


def _grouped(name: str, sign: str, expect: str) -> None:
    def make(g: Grid, c: Context) -> Grid | None:
        def change(cell: str, i: int) -> str:
            found = re.fullmatch(r"(\d{4,})([.,]\d+)?", cell)
            if not found or (sign in ".," and found[2]):
                return cell
            return f"{int(found[1]):,}".replace(",", sign) + (found[2] or "")

        return g if _each_number(g, c, change) else None

    make.__name__ = name
    kind("thousands", expect, on=CSV)(make)


_grouped("thousands_space", " ", "same")
_grouped("thousands_nbsp", "\u00a0", "same")
_grouped("thousands_narrow_nbsp", "\u202f", "same")
_grouped("thousands_dot", ".", "either")
_grouped("thousands_comma", ",", "either")
_grouped("thousands_apostrophe", "'", "either")


@kind("decimal sign", "either", on=CSV)
def percent_signs(g, c):
    chosen = c.numeric(lambda x: x.maximum == 100)
    if not chosen:
        return None
    for row in g.rows:
        if row[chosen[0].index]:
            row[chosen[0].index] += " %"
    return g


@kind("decimal sign", "either", on=CSV)
def euro_signs(g, c):
    chosen = c.numeric()
    if not chosen:
        return None
    for row in g.rows:
        if row[chosen[0].index]:
            row[chosen[0].index] += " €"
    return g


@kind("damaged by a spreadsheet", "either", nulls=True, lost_rows=True, on=CSV)
def exponents_in_figures(g, c):
    chosen = c.numeric()
    done = 0
    for column in chosen[:3]:
        for row in g.rows[:: max(1, len(g.rows) // 6)]:
            if re.fullmatch(r"\d{4,}", row[column.index]):
                row[column.index] = f"{float(row[column.index]):.1E}".replace(".", ",")
                done += 1
    return g if done else None


@kind("damaged by a spreadsheet", "refuse", lost_rows=True, on=CSV)
def exponents_in_codes(g, c):
    column = c.code("siren", "siret", "epci")
    if column is None:
        return None
    for row in g.rows:
        if row[column.index]:
            row[column.index] = f"{float(row[column.index]):.2E}".replace(".", ",")
    return g


@kind("damaged by a spreadsheet", "either", lost_rows=True, nulls=True, on=CSV)
def dates_in_figures(g, c):
    chosen = c.numeric()
    if not chosen:
        return None
    for row in g.rows[:: max(1, len(g.rows) // 4)]:
        row[chosen[-1].index] = "01-sept"
    return g


@kind("leading zeros", "same", on=CSV)
def leading_zeros_lost(g, c):
    done = False
    for column in c.columns:
        if column.canonical and column.type in (
            "commune",
            "department",
            "region",
            "siren",
            "siret",
            "employment_zone",
            "territory",
        ):
            for row in g.rows:
                cell = row[column.index]
                # no company's number begins with more zeros than two; made-up ones in samples do
                if cell.isdigit() and cell.startswith("0") and not cell.startswith("000"):
                    row[column.index] = str(int(cell))
                    done = True
    return g if done else None


@kind("leading zeros", "either", on=CSV)
def codes_as_decimals(g, c):
    column = c.code("commune", "territory", "siren", "epci")
    if column is None:
        return None
    for row in g.rows:
        if row[column.index].isdigit():
            row[column.index] = f"{int(row[column.index])}.0"
    return g


@kind("leading zeros", "same", on=CSV)
def blanks_around_cells(g, c):
    g.rows = [[f" {cell} " if cell else cell for cell in row] for row in g.rows]
    return g


# frame --------------------------------------------------------------------------------------------


@kind("title lines", "same")
def title_lines(g, c):
    g.above = [["Titre du tableau"], ["Source : producteur, données au lieu de résidence"], [""], *g.above]
    return g


@kind("header lines", "same")
def labels_above_header(g, c):
    g.above = [*g.above, [f"Libellé long de la colonne {i}" for i, _ in enumerate(g.header)]]
    return g


@kind("header lines", "either")
def units_below_header(g, c):
    g.rows.insert(0, ["(code)", *["(unité)"] * (len(g.header) - 1)])
    return g


@kind("header lines", "same")
def repeated_header(g, c):
    g.rows.insert(len(g.rows) // 2, list(g.header))
    return g


@kind("blank cells", "same")
def trailing_blank_columns(g, c):
    g.header += [""] * 3
    g.rows = [row + [""] * 3 for row in g.rows]
    return g


@kind("blank cells", "same")
def trailing_blank_lines(g, c):
    g.below += [[""] * len(g.header)] * 5
    return g


@kind("blank cells", "same")
def blank_line_in_the_middle(g, c):
    g.rows.insert(len(g.rows) // 2, [""] * len(g.header))
    return g


@kind("notes", "same")
def notes_below(g, c):
    g.below += [[""], ["Source : Insee, exploitation principale."], ["Champ : France entière."]]
    return g


@kind("notes", "either")
def total_line_below(g, c):
    row = [""] * len(g.header)
    first = next((x for x in c.columns if x.canonical and x.key), None)
    if first is None:
        return None
    row[first.index] = "Total"
    for column in c.numeric():
        row[column.index] = "999"
    g.rows.append(row)
    return g


# columns ------------------------------------------------------------------------------------------


def _ordered(g: Grid, order: list[int]) -> Grid:
    g.header = [g.header[i] for i in order]
    g.rows = [[row[i] for i in order] for row in g.rows]
    return g


@kind("columns reordered", "same", on=CSV)
def columns_shuffled(g, c):
    order = list(range(len(g.header)))
    c.rng.shuffle(order)
    return _ordered(g, order)


@kind("columns reordered", "same")
def rows_shuffled(g, c):
    c.rng.shuffle(g.rows)
    return g


@kind("columns renamed", "same")
def headers_lower_case(g, c):
    if len({h.lower() for h in g.header if h}) < len([h for h in g.header if h]):
        return None
    g.header = [h.lower() for h in g.header]
    return g


@kind("columns renamed", "same")
def headers_with_blanks(g, c):
    g.header = [f" {h.replace('_', ' ')} " for h in g.header]
    return g


@kind("columns renamed", "same", on=CSV)
def headers_without_accents(g, c):
    import unicodedata

    bare = ["".join(x for x in unicodedata.normalize("NFKD", h) if not unicodedata.combining(x)) for h in g.header]
    if bare == g.header:
        return None
    g.header = bare
    return g


@kind("columns renamed", "refuse")
def required_column_renamed(g, c):
    chosen = [x for x in c.numeric() if x.required] or [
        x for x in c.columns if x.canonical and x.required and not x.key
    ]
    if not chosen:
        return None
    column = c.rng.choice(chosen)
    g.header[column.index] = "NOUVEAU_" + g.header[column.index] + "_BIS"
    return g


@kind("columns renamed", "either", nulls=True)
def optional_column_renamed(g, c):
    chosen = [x for x in c.numeric() if not x.required]
    if not chosen:
        return None
    g.header[c.rng.choice(chosen).index] = "AUTRE_NOM"
    return g


@kind("columns renamed", "refuse")
def key_column_renamed(g, c):
    column = next((x for x in c.columns if x.canonical and x.key), None)
    if column is None:
        return None
    g.header[column.index] = "IDENTIFIANT_TERRITOIRE"
    return g


@kind("columns added", "same")
def columns_added(g, c):
    g.header = [g.header[0], "INDICATEUR_NOUVEAU", *g.header[1:], "QUALITE"]
    g.rows = [[row[0], str(i), *row[1:], "A"] for i, row in enumerate(g.rows)]
    g.text_cells = {i if i == 0 else i + 1 for i in g.text_cells}
    return g


@kind("columns dropped", "refuse")
def required_column_dropped(g, c):
    chosen = [x for x in c.columns if x.canonical and x.required]
    index = c.rng.choice(chosen).index
    g.text_cells = {i - (i > index) for i in g.text_cells if i != index}
    return _ordered(g, [i for i in range(len(g.header)) if i != index])


@kind("columns dropped", "either", nulls=True)
def optional_column_dropped(g, c):
    chosen = [x for x in c.columns if x.canonical and not x.required and x.type in ("number", "integer", "text")]
    if not chosen:
        return None
    index = c.rng.choice(chosen).index
    g.text_cells = {i - (i > index) for i in g.text_cells if i != index}
    return _ordered(g, [i for i in range(len(g.header)) if i != index])


@kind("doubled header", "same", on=CSV)
def column_twice_same_content(g, c):
    i = c.rng.choice(c.numeric() or c.columns).index
    g.header.append(g.header[i])
    g.rows = [[*row, row[i]] for row in g.rows]
    return g


@kind("doubled header", "refuse", on=CSV)
def column_twice_other_content(g, c):
    chosen = c.numeric()
    if not chosen:
        return None
    i = c.rng.choice(chosen).index
    g.header.append(g.header[i])
    values = g.column(i)
    g.rows = [[*row, values[-1 - n]] for n, row in enumerate(g.rows)]
    return g if values != values[::-1] else None


@kind("doubled header", "refuse")
def header_given_twice(g, c):
    chosen = c.numeric()
    if len(chosen) < 2:
        return None
    a, b = c.rng.sample(chosen, 2)
    if g.column(a.index) == g.column(b.index):
        return None
    g.header[b.index] = g.header[a.index]
    return g


# formats ------------------------------------------------------------------------------------------


def _zip(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


@kind("format", "same")
def zipped(g, c):
    return Mutant(_zip(**{g.name: g.bytes()}), "same", name=g.name + ".zip")


@kind("format", "same")
def zipped_under_its_own_name(g, c):
    return _zip(**{g.name: g.bytes()}) if g.kind == "csv" else None


@kind("format", "same")
def zipped_with_a_readme(g, c):
    return Mutant(_zip(**{"lisezmoi.txt": b"Bonjour", g.name: g.bytes()}), "same", name=g.name + ".zip")


@kind("format", "same")
def gzipped(g, c):
    return Mutant(gzip.compress(g.bytes()), "same", name=g.name + ".gz")


@kind("format", "same", on=CSV)
def saved_as_workbook(g, c):
    import openpyxl

    def typed(cell: str, column: Column | None) -> object:
        if (
            column
            and column.canonical
            and column.type in ("number", "integer", "year")
            and re.fullmatch(r"-?\d+([.,]\d+)?", cell)
        ):
            return float(cell.replace(",", "."))
        return cell or None

    by_index = {x.index: x for x in c.columns}
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Données"
    sheet.append(g.header)
    for row in g.rows:
        sheet.append([typed(cell, by_index.get(i)) for i, cell in enumerate(row)])
    out = io.BytesIO()
    book.save(out)
    return Mutant(out.getvalue(), "same", name=re.sub(r"\.csv$", ".xlsx", g.name))


def _valueless(name: str, cell: str, share: float) -> None:
    """Save as a workbook in which a share of the cells of each read column is `cell`: an error, or a formula without result."""

    def make(g: Grid, c: Context) -> Mutant | None:
        import openpyxl

        read = [x.index for x in c.columns if x.canonical]
        if not read:
            return None
        book = openpyxl.load_workbook(io.BytesIO(saved_as_workbook(g, c).data))
        for n, index in enumerate(read):
            for row in range(2 + n, len(g.rows) + 2, max(1, int(1 / share))):
                book.active.cell(row, index + 1).value = cell
        out = io.BytesIO()
        book.save(out)
        return Mutant(out.getvalue(), "either", name=re.sub(r"\.csv$", ".xlsx", g.name))

    make.__name__ = name
    kind("cells without value", "either", on=CSV)(make)


_valueless("formulas_without_result", "=1+1", 0.2)
_valueless("few_formulas_without_result", "=1+1", 0.001)
_valueless("error_cells", "#DIV/0!", 0.2)
_valueless("few_error_cells", "#N/A", 0.001)


@kind("header lines", "either")
def row_above_header(g, c):
    g.above = [*g.above, g.rows.pop(len(g.rows) // 2)]
    return g


@kind("format", "same", on=CSV)
def workbook_under_a_csv_name(g, c):
    mutant = saved_as_workbook(g, c)
    return Mutant(mutant.data, "same", name=g.name)


@kind("format", "same", on=("xlsx",))
def saved_as_csv(g, c):
    g.delimiter = ";"
    return Mutant(g.text().encode(), "same", name=re.sub(r"\.xlsx$", ".csv", g.name))


@kind("format", "either", on=CSV)
def saved_as_parquet(g, c):
    import tempfile
    from pathlib import Path

    import duckdb
    import pandas as pd

    frame = pd.DataFrame(g.rows, columns=[h or f"vide{i}" for i, h in enumerate(g.header)], dtype="object")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.parquet"
        with duckdb.connect() as connection:
            connection.register("frame", frame)
            connection.execute(f"COPY (SELECT * FROM frame) TO '{path}' (FORMAT parquet)")
        return Mutant(path.read_bytes(), "same", name=re.sub(r"\.csv$", ".parquet", g.name))


@kind("format", "either", on=CSV)
def saved_as_json_records(g, c):
    records = [dict(zip(g.header, row, strict=False)) for row in g.rows]
    return Mutant(json.dumps(records).encode(), "either", name=re.sub(r"\.csv$", ".json", g.name))


@kind("format", "same", on=("xlsx",))
def sheets_before_and_after(g, c):
    g.extra_sheets = {
        "Lisez-moi": [["Documentation"], ["Ce classeur contient un tableau."]],
        "Annexe": [["a", "b"], ["1", "2"]],
    }
    return g


@kind("format", "either", on=("xlsx",))
def sheet_renamed(g, c):
    g.sheet = "Feuil1"
    return g


# markers ------------------------------------------------------------------------------------------


def _marked(marker: str) -> None:
    def make(g: Grid, c: Context) -> Grid | None:
        chosen = [x for x in c.numeric() if not x.key]
        if not chosen or (marker == "" and c.blank_is_zero):
            return None
        for column in chosen[:2]:
            for row in g.rows[1 :: max(2, len(g.rows) // 5)]:
                row[column.index] = marker
        return g

    make.__name__ = f"marker_{marker or 'empty'}"
    kind("markers", "either", nulls=True, lost_rows=True)(make)


for _marker in ("s", "nd", "ns", "NC", "N/A", "-", "", "c", "...", "n.d."):
    _marked(_marker)


# rows ---------------------------------------------------------------------------------------------


@kind("duplicates", "same")
def rows_twice(g, c):
    if not any(x.key for x in c.columns):
        return None
    g.rows += [list(r) for r in g.rows[:3]]
    return g


@kind("duplicates", "either", lost_rows=True)
def rows_in_conflict(g, c):
    chosen = c.numeric()
    if not chosen or not any(x.key for x in c.columns):
        return None
    row = list(g.rows[1])
    other = next((r[chosen[0].index] for r in g.rows if r[chosen[0].index] not in ("", row[chosen[0].index])), None)
    if other is None:
        return None
    row[chosen[0].index] = other
    g.rows.append(row)
    return g


@kind("truncation", "refuse", on=CSV)
def cut_in_a_line(g, c):
    text = g.text()
    lines = text.split(g.newline)
    at = len(lines) // 2
    keep = g.newline.join(lines[:at]) + g.newline
    cells = lines[at].split(g.delimiter)
    return (keep + g.delimiter.join(cells[: max(1, len(cells) // 2)])).encode(g.encoding)


@kind("truncation", "refuse", on=CSV)
def cut_in_a_figure(g, c):
    """The last line has every cell but its last figure lacks digits and its line end is gone."""
    text = g.text().rstrip("\r\n")
    lines = text.split(g.newline)
    at = len(lines) * 3 // 4
    last = next((i for i in range(at, 2, -1) if re.search(r"\d\d\d$", lines[i])), None)
    if last is None:
        return None
    return g.newline.join([*lines[:last], lines[last][:-2]]).encode(g.encoding)


@kind("truncation", "refuse")
def cut_at_a_line_half(g, c):
    g.rows = g.rows[: len(g.rows) // 2]
    return g


@kind("truncation", "either", lost_rows=True)
def cut_at_a_line_nine_tenths(g, c):
    g.rows = g.rows[: max(1, len(g.rows) * 9 // 10)]
    return g


@kind("truncation", "refuse")
def header_alone(g, c):
    g.rows = []
    return g


@kind("truncation", "refuse", on=("xlsx",))
def workbook_cut(g, c):
    data = g.bytes()
    return data[: len(data) * 2 // 3]


@kind("truncation", "refuse")
def archive_cut(g, c):
    data = gzip.compress(g.bytes())
    return Mutant(data[: len(data) * 2 // 3], "refuse", name=g.name + ".gz")


# no data ------------------------------------------------------------------------------------------


def _body(name: str, data: bytes) -> None:
    def make(g: Grid, c: Context) -> bytes:
        return data

    make.__name__ = name
    kind("error bodies", "refuse")(make)


_body(
    "html_page",
    b"<!DOCTYPE html><html><head><title>503 Service Unavailable</title></head><body>Maintenance</body></html>",
)
_body("html_without_doctype", b"\n\n<html><body><h1>Page introuvable</h1></body></html>")
_body("json_error", b'{"status": 500, "error": "Internal Server Error", "message": "Une erreur est survenue"}')
_body("json_error_with_status_200", b'{"errors": [{"code": "NOT_FOUND", "title": "unknown dataset"}]}')
_body("xml_error", b'<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>')
_body("empty_file", b"")
_body("blank_file", b"\r\n\r\n   \r\n")
_body("binary_file", bytes(range(256)) * 40)
_body("plain_text", "Le service est momentanément indisponible. Merci de réessayer plus tard.\n".encode())


# values that vanished, names of copies --------------------------------------------------------------


def _emptied(name: str, share: float) -> None:
    def make(g: Grid, c: Context) -> Grid | None:
        chosen = [
            x
            for x in c.numeric(lambda x: x.required)
            if sum(bool(v.strip()) for v in g.column(x.index)) > 0.9 * len(g.rows)
        ]
        if not chosen or len(g.rows) < 12 or c.blank_is_zero or c.made_by_team:
            return None
        for row in g.rows[: int(len(g.rows) * share)]:
            row[chosen[0].index] = ""
        return g

    make.__name__ = name
    kind("missing values", "refuse")(make)


_emptied("a_required_column_emptied", 1.0)
_emptied("a_required_column_emptied_in_two_thirds", 0.67)


@kind("file names", "same")
def name_of_a_second_download(g, c):
    stem, _, ending = g.name.rpartition(".")
    return Mutant(g.bytes(), "same", name=f"{stem} (1).{ending}")


@kind("file names", "same")
def name_of_a_copy(g, c):
    stem, _, ending = g.name.rpartition(".")
    return Mutant(g.bytes(), "same", name=f"{stem} - Copie.{ending}")


@kind("codes", "same", on=CSV)
def identifiers_as_french_floats(g, c):
    column = c.code("siren", "epci")
    if column is None:
        return None
    for row in g.rows:
        row[column.index] += ",0" if row[column.index].isdigit() else ""
    return g


# another file -------------------------------------------------------------------------------------


@kind("another source", "refuse")
def file_of_another_source(g, c):
    return c.rng.choice(c.others)[1]


@kind("another source", "refuse")
def file_of_a_second_source(g, c):
    return c.others[-1][1]


@kind("another level", "refuse")
def sibling_under_this_name(g, c):
    """Another file of the same source (another level, another year) under this file's name."""
    return c.rng.choice(c.siblings)[2] if c.siblings else None


@kind("another year", "refuse")
def folder_of_the_year_before(g, c):
    if not _dated(g):
        return None
    return Mutant(
        g.bytes(),
        "refuse",
        name=_renamed(g.name, c.year, c.year - 1),
        vintage=g.vintage.replace(str(c.year), str(c.year - 1)),
    )


@kind("another year", "either")
def folder_of_the_next_year(g, c):
    return Mutant(
        g.bytes(),
        "either",
        name=_renamed(g.name, c.year, c.year + 1),
        vintage=g.vintage.replace(str(c.year), str(c.year + 1)),
    )


@kind("another year", "refuse")
def name_says_another_year(g, c):
    if str(c.year) not in g.name or _is_range(g.name):
        return None
    return Mutant(g.bytes(), "refuse", name=_renamed(g.name, c.year, c.year - 2))


@kind("another year", "refuse", on=CSV)
def one_header_of_another_year(g, c):
    yy = f"{c.year % 100:02d}"
    dated = [x for x in c.numeric() if yy in x.header and "{yy" not in x.header]
    if len(dated) < 2:
        return None
    column = c.rng.choice(dated)
    g.header[column.index] = column.header[::-1].replace(yy[::-1], f"{(c.year + 1) % 100:02d}"[::-1], 1)[::-1]
    return g


@kind("next year", "same")
def next_years_file(g, c):
    """Next year's file, in which only years change: in the name, in the folder, in the headers."""
    yy, nn = f"{c.year % 100:02d}", f"{(c.year + 1) % 100:02d}"
    if not _dated(g):
        return None
    for x in c.columns:
        h = g.header[x.index]
        if str(c.year) in h:
            g.header[x.index] = h.replace(str(c.year), str(c.year + 1))
        elif yy in h:
            g.header[x.index] = h[::-1].replace(yy[::-1], nn[::-1], 1)[::-1]
    return Mutant(
        g.bytes(),
        "same",
        name=_renamed(g.name, c.year, c.year + 1),
        vintage=g.vintage.replace(str(c.year), str(c.year + 1)),
        years=1,
    )


def _dated(g: Grid) -> bool:
    year = int(re.search(r"(19|20)\d\d", g.vintage)[0])
    yy = f"{year % 100:02d}"
    return sum(1 for h in g.header if re.search(rf"[A-Z_]{yy}(\b|_|[A-Z])|{year}|(?<=\d){yy}$", h)) >= 3


def _is_range(name: str) -> bool:
    return len(re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", name)) > 1


def _renamed(name: str, old: int, new: int) -> str:
    return name.replace(str(old), str(new))


# exchanged and moved ------------------------------------------------------------------------------


def _differ(g: Grid, a: Column, b: Column) -> bool:
    return sum(x != y for x, y in zip(g.column(a.index), g.column(b.index), strict=True)) >= max(1, len(g.rows) // 2)


def _exchange(number: int) -> None:
    def make(g: Grid, c: Context) -> Grid | None:
        pairs = [(a, b) for a in c.numeric() for b in c.numeric() if a.index < b.index and _differ(g, a, b)]
        if not pairs:
            return None
        random.Random(f"{g.name}{number}").shuffle(pairs)
        a, b = pairs[0]
        g.header[a.index], g.header[b.index] = g.header[b.index], g.header[a.index]
        return g

    make.__name__ = f"columns_exchanged_{number}"
    kind("columns exchanged", "refuse")(make)


for _number in (1, 2, 3, 4):
    _exchange(_number)


@kind("columns exchanged", "refuse")
def three_columns_in_a_ring(g, c):
    chosen = c.numeric()
    if len(chosen) < 3:
        return None
    a, b, d = c.rng.sample(chosen, 3)
    if not (_differ(g, a, b) and _differ(g, b, d) and _differ(g, a, d)):
        return None
    g.header[a.index], g.header[b.index], g.header[d.index] = g.header[b.index], g.header[d.index], g.header[a.index]
    return g


@kind("columns exchanged", "refuse")
def cells_exchanged_in_half_the_rows(g, c):
    chosen = c.numeric()
    pairs = [(a, b) for a in chosen for b in chosen if a.index < b.index and _differ(g, a, b)]
    if not pairs:
        return None
    a, b = c.rng.choice(pairs)
    for row in g.rows[len(g.rows) // 2 :]:
        row[a.index], row[b.index] = row[b.index], row[a.index]
    return g


def _move(name: str, choose: Callable[[Context], list[int]], rows: int, start: float = 0.0) -> None:
    def make(g: Grid, c: Context) -> Grid | None:
        if c.made_by_team:
            return None
        begin = int(len(g.rows) * start)
        for index in choose(c):
            cells = g.column(index)
            if len(set(cells)) < 3:
                return None
            part = cells[begin:]
            moved = part[-rows % len(part) :] + part[: -rows % len(part)]
            for row, cell in zip(g.rows[begin:], moved, strict=True):
                row[index] = cell
        return g if choose(c) else None

    make.__name__ = name
    kind("rows moved", "refuse")(make)


_move("one_column_one_row_down", lambda c: [c.numeric()[0].index] if c.numeric() else [], 1)
_move("one_column_two_rows_up", lambda c: [c.numeric()[-1].index] if c.numeric() else [], -2)
_move("all_figures_one_row_down", lambda c: [x.index for x in c.numeric()], 1)
_move("all_figures_one_row_up_from_the_middle", lambda c: [x.index for x in c.numeric()], -1, 0.5)
_move(
    "codes_one_row_down",
    lambda c: [x.index for x in c.columns if x.canonical and x.key and x.type not in ("year", "text")][:1],
    1,
)
_move(
    "codes_and_names_one_row_down",
    lambda c: (
        [x.index for x in c.columns if x.canonical and x.type not in ("number", "integer", "year")]
        if c.numeric()
        else []
    ),
    1,
)


@kind("rows moved", "refuse")
def figures_sorted_apart_from_codes(g, c):
    chosen = c.numeric()
    if not chosen or len(set(g.column(chosen[0].index))) < 5:
        return None
    cells = sorted(g.column(chosen[0].index))
    if cells == g.column(chosen[0].index):
        return None
    for row, cell in zip(g.rows, cells, strict=True):
        row[chosen[0].index] = cell
    return g


@kind("rows moved", "refuse", on=CSV)
def cell_too_many_in_some_lines(g, c):
    for row in g.rows[2 :: max(2, len(g.rows) // 4)]:
        row.insert(1, "")
        row.pop()
    return g


# units and impossible values ----------------------------------------------------------------------


def _scaled_cell(cell: str, factor: float) -> str:
    if not re.fullmatch(r"-?\d+([.,]\d+)?", cell):
        return cell
    comma = "," in cell
    value = float(cell.replace(",", ".")) * factor
    text = f"{value:.10g}" if abs(value) < 1e10 else f"{value:.0f}"
    return text.replace(".", ",") if comma else text


def _scaled(name: str, factor: float, *, every: bool = False, share: float = 1.0) -> None:
    def make(g: Grid, c: Context) -> Grid | None:
        chosen = [x for x in c.numeric() if any(re.search("[1-9]", v) for v in g.column(x.index))]
        if factor < 1 and not every:
            chosen = [x for x in chosen if x.type == "number"] or chosen
        if not chosen:
            return None
        for column in chosen if every else [random.Random(f"{g.name}{name}").choice(chosen)]:
            for row in g.rows[: max(1, int(len(g.rows) * share))]:
                row[column.index] = _scaled_cell(row[column.index], factor)
        return g

    make.__name__ = name
    kind("unit", "refuse")(make)


_scaled("unit_times_100", 100)
_scaled("unit_times_1000", 1000)
_scaled("unit_times_001", 0.01)
_scaled("unit_times_0001", 0.001)
_scaled("unit_times_10", 10)
_scaled("every_unit_times_1000", 1000, every=True)
_scaled("every_unit_times_001", 0.01, every=True)
_scaled("unit_times_1000_in_a_third_of_the_rows", 1000, share=0.34)


@kind("unit", "refuse")
def percent_becomes_share(g, c):
    chosen = c.numeric(lambda x: x.maximum == 100)
    if not chosen:
        return None
    column = c.rng.choice(chosen)
    if not any(re.search("[1-9]", v) for v in g.column(column.index)):
        return None
    for row in g.rows:
        row[column.index] = _scaled_cell(row[column.index], 0.01)
    return g


def _impossible(name: str, text: str, wanted: Callable[[Column], bool] = lambda x: True) -> None:
    def make(g: Grid, c: Context) -> Grid | None:
        chosen = c.numeric(wanted)
        if not chosen:
            return None
        row = g.rows[len(g.rows) // 2]
        row[chosen[0].index] = text
        return g

    make.__name__ = name
    kind("impossible values", "either", lost_rows=True)(make)


_impossible("negative_value", "-12")
_impossible("a_rate_of_250", "250", lambda x: x.maximum == 100)
_impossible("a_value_of_nines", "99999999999")
_impossible("words_in_a_figure", "voir note 2")
_impossible("formula_error", "#DIV/0!")


# codes --------------------------------------------------------------------------------------------


MERGED_IN = {"44160": 2019, "69152": 2024, "44005": 2016}


@kind("codes", "either", lost_rows=True, on=CSV)
def commune_code_before_a_merger(g, c):
    column = c.code("commune")
    if column is None or len(g.rows) < 3 or not any(x.key for x in c.columns):
        return None
    old, new = c.merged_codes[0]
    place = next((row for row in g.rows if row[column.index] == new), None)
    if place is None:
        return None
    place[column.index] = old
    # a file older than the merger rightly states the former code, and the passage to the new one is made later
    return Mutant(g.bytes(), "either", lost_rows=True, former_codes=c.year < MERGED_IN[old])


@kind("codes", "either", lost_rows=True, on=CSV)
def codes_that_do_not_exist(g, c):
    column = c.code("commune")
    if column is None or not any(x.key for x in c.columns):
        return None
    for row in g.rows[1:3]:
        row[column.index] = row[column.index][:-3].zfill(2) + "999"
    return g


@kind("codes", "refuse", on=CSV)
def region_in_place_of_department(g, c):
    department, region = c.code("department"), c.code("region")
    if department is None or region is None:
        return None
    g.header[department.index], g.header[region.index] = g.header[region.index], g.header[department.index]
    return g


@kind("codes", "either", lost_rows=True, on=CSV)
def digit_altered_in_an_identifier(g, c):
    column = c.code("siren", "siret", "epci")
    if column is None:
        return None
    row = next(r for r in g.rows if r[column.index].isdigit())
    cell = row[column.index]
    row[column.index] = cell[:4] + str((int(cell[4]) + 1) % 10) + cell[5:]
    return g


@kind("codes", "same", on=CSV)
def identifiers_with_blanks(g, c):
    column = c.code("siren", "epci")
    if column is None:
        return None
    for row in g.rows:
        cell = row[column.index]
        if cell.isdigit() and len(cell) == 9:
            row[column.index] = f"{cell[:3]} {cell[3:6]} {cell[6:]}"
    return g


# digits that an identity holds --------------------------------------------------------------------

IDENTITIES = {
    "population_municipal",
    "population_counted_apart",
    "size_1",
    "size_10",
    "total",
    "d1",
    "d9",
    "interdecile_ratio",
}


@kind("a digit altered", "refuse")
def digit_altered_in_an_identity(g, c):
    chosen = [x for x in c.numeric() if x.canonical in IDENTITIES]
    if not chosen:
        return None
    column = c.rng.choice(chosen)
    row = next((r for r in g.rows if re.fullmatch(r"\d{3,}([.,]\d+)?", r[column.index])), None)
    if row is None:
        return None
    cell = row[column.index]
    row[column.index] = str((int(cell[0]) % 9) + 1) + cell[1:]
    return g


# dates --------------------------------------------------------------------------------------------


@kind("dates", "either", on=CSV)
def dates_month_first(g, c):
    column = next((x for x in c.columns if x.canonical and x.type == "date"), None)
    if column is None:
        return None
    done = False
    for row in g.rows:
        found = re.fullmatch(r"(\d\d)/(\d\d)/(\d{2,4})", row[column.index])
        if found:
            row[column.index] = f"{found[2]}/{found[1]}/{found[3]}"
            done = True
    return g if done else None


@kind("dates", "either", on=CSV)
def dates_as_serial_numbers(g, c):
    import datetime

    column = next((x for x in c.columns if x.canonical and x.type == "date"), None)
    if column is None:
        return None
    for row in g.rows:
        found = re.fullmatch(r"(\d\d)/(\d\d)/(\d{4})", row[column.index])
        if found:
            day = datetime.date(int(found[3]), int(found[2]), int(found[1]))
            row[column.index] = str((day - datetime.date(1899, 12, 30)).days)
    return g


# JSON files ---------------------------------------------------------------------------------------


@dataclass
class JsonKind:
    """A mutation of a JSON file: from its text to other content."""

    name: str
    family: str
    expect: str
    make: Callable[[str], bytes | None]
    rename: Callable[[str], str] = field(default=lambda n: n)


def _first_figures_scaled(text: str) -> bytes:
    def grow(found: re.Match[str]) -> str:
        return f"{found[1]}{int(found[2]) * 1000}"

    return re.sub(r'("(?:nb_salaries|salaries|20\d\d)"\s*:\s*)(\d+)', grow, text).encode()


JSON_KINDS = [
    JsonKind("json_with_bom", "encoding", "same", lambda t: b"\xef\xbb\xbf" + t.encode()),
    JsonKind("json_utf16", "encoding", "same", lambda t: t.encode("utf-16")),
    JsonKind("json_indented", "line ends", "same", lambda t: json.dumps(json.loads(t), indent=2).encode()),
    JsonKind("json_gzipped", "format", "same", lambda t: gzip.compress(t.encode()), lambda n: n + ".gz"),
    JsonKind(
        "json_keys_reordered", "columns reordered", "same", lambda t: json.dumps(json.loads(t), sort_keys=True).encode()
    ),
    JsonKind("json_cut", "truncation", "refuse", lambda t: t[: len(t) // 2].encode()),
    JsonKind("json_error_body", "error bodies", "refuse", lambda t: b'{"error": "quota exceeded", "status": 429}'),
    JsonKind("json_html", "error bodies", "refuse", lambda t: b"<html><title>Erreur</title></html>"),
    JsonKind("json_empty_object", "error bodies", "refuse", lambda t: b"{}"),
    JsonKind("json_empty_list", "error bodies", "refuse", lambda t: b"[]"),
    JsonKind("json_figures_times_1000", "unit", "refuse", _first_figures_scaled),
]
