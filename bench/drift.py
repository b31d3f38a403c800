"""Drift benchmark: damage published files in every known way, and count what comes of it.

Every mutation (`bench/mutations/kinds.py`) is applied to the embedded sample of the sources below, or with
`--mirror DIR` to the publishers' own files, and delivered in three situations:

- `first`: nothing is in the lake; only the extract that is shipped with the software is known;
- `next`:  only a neighbouring vintage of the same places is known (values a few percent off);
- `again`: the same vintage was taken before, and is delivered once more;
- `unseen` (with `--mirror`): nothing is in the lake and the shipped extract is of another year.

What is read is compared cell by cell with the clean file. Usage:
`python -m bench.drift [--mirror DIR] [--only SOURCE] [--kind NAME] [--wrong] [--json]`; exit code 1 when a
number was silently wrong or anything crashed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import random
import re
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

PROJECT = Path(__file__).resolve().parents[1]
if str(PROJECT) not in sys.path:
    sys.path.insert(0, str(PROJECT))

import bench.mutations.cells  # noqa: E402, F401  (registers its kinds)
from bench.mutations.grid import Grid, read_grid  # noqa: E402
from bench.mutations.kinds import JSON_KINDS, KINDS, UNDETECTABLE, Column, Context, Kind, Mutant  # noqa: E402
from orchestration.base.messages import Message, Refusal  # noqa: E402
from orchestration.base.settings import Settings  # noqa: E402
from orchestration.catalog import load_catalogue  # noqa: E402
from orchestration.catalog.models import Source  # noqa: E402
from orchestration.catalog.schema import lake_types, provenance  # noqa: E402
from orchestration.catalog.vintages import parse_vintage  # noqa: E402
from orchestration.conforming.headers import HeaderFinder  # noqa: E402
from orchestration.judging.facts import Facts  # noqa: E402
from orchestration.judging.grounds import Grounds  # noqa: E402
from orchestration.judging.judge import judge_file  # noqa: E402
from orchestration.judging.match import match_file  # noqa: E402
from orchestration.judging.rows import Match, conformed  # noqa: E402
from orchestration.judging.waivers import Waivers  # noqa: E402
from orchestration.lake.register import SourceState, Vintage  # noqa: E402
from orchestration.lake.store import Lake  # noqa: E402
from orchestration.landing import Landed  # noqa: E402
from orchestration.receipts.sentences import text  # noqa: E402
from orchestration.records.judgement import Judgement, Verdict  # noqa: E402
from orchestration.triage import CodeLists, Reference, code_lists, refuse  # noqa: E402

NOW = datetime(2026, 11, 29, tzinfo=UTC)
SITUATIONS = ("first", "next", "again")
MIRROR_SITUATIONS = (*SITUATIONS, "unseen")
OUTCOMES = (
    "read exactly",
    "refused usefully",
    "refused needlessly",
    "refused unhelpfully",
    "silently wrong",
    "crashed",
)


@dataclass(frozen=True)
class Base:
    """A clean file: where its sample lies, a cell that only its header has, its place in the mirror."""

    source: str
    vintage: str
    file: str
    hint: str
    mirror: str | None = None
    sheet: str | None = None
    situations: tuple[str, ...] = SITUATIONS


BASES = [
    Base("insee_filosofi", "2018", "FILO2018_DISP_COM.csv", "CODGEO"),
    Base("insee_filosofi", "2018", "FILO2018_DISP_EPCI.csv", "CODGEO"),
    Base("insee_filosofi", "2018", "FILO2018_DISP_DEP.csv", "CODGEO"),
    Base("insee_filosofi", "2018", "FILO2018_DISP_METROPOLE.csv", "CODGEO"),
    Base("insee_filosofi", "2021", "cc_filosofi_2021_COM.csv", "CODGEO"),
    Base("insee_neet", "2018", "neet_epci_2018.csv", "codgeo"),
    Base("insee_neet", "2018", "neet_communes_2018.csv", "codgeo"),
    Base("insee_wages", "2014", "net_salary_per_town_categories.csv", "CODGEO"),
    Base("insee_establishments_by_size", "2014", "base_etablissement_par_tranche_effectif.csv", "CODGEO"),
    Base("insee_comparateur", "2022", "base_cc_comparateur.csv", "CODGEO", "base_cc_comparateur.extract44.csv"),
    Base("insee_unemployment", "2023", "chomage-zone-t1-2003-t3-2023.xlsx", "ZE2020", sheet="txcho_ze"),
    Base("egapro_index", "2021-12", "index-egalite-fh.csv", "SIREN"),
    Base("insee_population", "2022", "pop2022_donnees_communes.csv", "PMUN"),
    Base("insee_cog", "2024", "cog2024_communes.csv", "TYPECOM"),
    Base("insee_cog", "2024", "cog2024_mouvements-communes.csv", "MOD"),
    Base("dgcl_epci", "2024", "epcicom2024.xlsx", "insee", sheet="Epcicom2024"),
    Base("insee_zones_emploi", "2023", "ZE2020_au_01-01-2023.xlsx", "CODGEO", sheet="Composition_communale"),
    Base("blab_bcorp", "2022-06", "b_impact.csv", "company_id"),
    Base("lucie_labels", "2026-09", "labels-rse.csv", "Label"),
    Base("ameli_work_accidents", "2024", "2024_Risque-AT-CTN-x-NAF_serie_annuelle.xlsx", "CTN", "at-by-ctn-naf.xlsx"),
    Base("ademe_ghg_reports", "2023", "rapport-beges-ademe-2022-annexe-1.csv", "Code NAF"),
]
JSON_BASES = [
    Base("ameli_work_accidents", "2024", "regional-data.json", ""),
    Base("ameli_work_accidents", "2024", "trajet-data.json", ""),
]
# Mergers of the COG that the samples or the mirror's files hold: (code before, code of the new commune)
MERGED = [("44160", "44003"), ("69152", "69149"), ("44005", "44021")]


@dataclass
class Case:
    """One mutation of one file in one situation, and what came of it."""

    source: str
    file: str
    mutation: str
    family: str
    expect: str
    situation: str
    outcome: str
    said: str = ""
    action: str = ""
    detail: str = ""


@dataclass
class Bench:
    """Runs cases; holds the catalogue and a scratch folder."""

    scratch: Path
    mirror: Path | None
    catalogue: dict[str, Source] = field(default_factory=lambda: load_catalogue(PROJECT / "sources"))
    cases: list[Case] = field(default_factory=list)
    samples: dict[str, Any] = field(default_factory=dict)
    known: dict[tuple[str, str], Facts] = field(default_factory=dict)
    lists: CodeLists | None = None

    def path(self, base: Base) -> Path | None:
        """Return the clean file: the sample, or the mirror's where one is asked for."""
        if self.mirror is None:
            return self.catalogue[base.source].path / "sample" / base.vintage / base.file
        found = self.mirror / base.source / base.vintage / (base.mirror or base.file)
        return found if found.exists() else None

    def run(self, bases: list[Base], kinds: list[Kind], situations: tuple[str, ...], most_bases: int) -> None:
        """Run `kinds` on at most `most_bases` of the `bases` each, chosen by chance with a fixed seed."""
        ready = [(b, p) for b in bases if (p := self.path(b)) is not None]
        grids = {b: read_grid(p, b.file, b.vintage, b.hint, b.sheet) for b, p in ready}
        contents = {b: p.read_bytes() for b in BASES if (p := self.path(b)) is not None}
        wanted: dict[Base, list[tuple[Kind, Mutant]]] = {b: [] for b in grids}
        for kind in kinds:
            order = list(grids)
            random.Random(kind.name).shuffle(order)
            taken = 0
            for base in order:
                if taken == most_bases or grids[base].kind not in kind.on:
                    continue
                mutant = self.mutant(kind, base, grids, contents)
                if (mutant is not None and mutant.data != contents[base]) or (
                    mutant is not None and (mutant.name or mutant.vintage)
                ):
                    wanted[base].append((kind, mutant))
                    taken += 1
        for base, mutants in wanted.items():
            self.try_all(base, contents[base], mutants, situations)

    def mutant(self, kind: Kind, base: Base, grids: dict[Base, Grid], contents: dict[Base, bytes]) -> Mutant | None:
        """Return the damaged file, or None where it cannot be damaged in that way."""
        source = self.catalogue[base.source]
        grid = grids[base].copy()
        rng = random.Random(f"{kind.name}|{base.file}")
        others = sorted(
            ((b.file, d) for b, d in contents.items() if b.source != base.source),
            key=lambda x: hashlib.md5(f"{kind.name}{base.file}{x[0]}".encode(), usedforsecurity=False).hexdigest(),
        )
        siblings = [
            (b.vintage, b.file, d)
            for b, d in contents.items()
            if b.source == base.source and b.file != base.file and b.file.rsplit(".")[-1] == base.file.rsplit(".")[-1]
        ]
        context = Context(
            self.columns(source, base, grid), rng, others, siblings, MERGED, parse_vintage(base.vintage).year
        )
        context.blank_is_zero = any("=0" in x.missing for t in source.tables.values() for x in t.columns)
        context.made_by_team = source.role == "team"
        codes = {r[c.index] for r in grid.rows if (c := context.code("commune"))} if context.code("commune") else set()
        context.merged_codes = [m for m in MERGED if m[1] in codes] or MERGED[:1]
        if kind.name == "next_years_file" and self.match(source, base, base.file, base.vintage).spec.unpivot:
            return None
        made = kind.make(grid, context)
        if made is None:
            return None
        if isinstance(made, Grid):
            made = made.bytes()
        if isinstance(made, bytes):
            made = Mutant(made, kind.expect)
        made.nulls |= kind.nulls
        made.lost_rows |= kind.lost_rows
        return made

    def match(self, source: Source, base: Base, name: str, vintage: str) -> Match:
        return match_file(source, self.landed(source, Path(name), name, vintage, b""), self.catalogue)

    def landed(self, source: Source, path: Path, name: str, vintage: str, data: bytes) -> Landed:
        return Landed(
            source=source.source_id,
            vintage=vintage,
            path=path,
            name=name,
            bytes=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            channel="mirror",
            origin=f"bench:{name}",
        )

    def columns(self, source: Source, base: Base, grid: Grid) -> list[Column]:
        """Return what the catalogue says of the file's columns."""
        match = self.match(source, base, base.file, base.vintage)
        finder = HeaderFinder(
            match.table, match.spec.layout, match.spec.unpivot.headers if match.spec.unpivot else None
        )
        found = []
        periods = re.compile(match.spec.unpivot.headers) if match.spec.unpivot else None
        for index, header in enumerate(grid.header):
            _, column, _ = finder.find(header)
            if column is not None:
                found.append(
                    Column(index, header, column.name, column.type, column.required, column.key, column.maximum)
                )
            elif periods and periods.fullmatch(header):
                found.append(Column(index, header, match.spec.unpivot.value, "number", True, False, 100))
            else:
                found.append(Column(index, header, None, "text", False, False))
        return found

    def deliver(
        self,
        base: Base,
        name: str,
        vintage: str,
        data: bytes,
        lake: Lake,
        state: SourceState,
        situation: str,
        foreign: Reference | None = None,
    ) -> Any:
        """Return the conformed table, or the Refusal, or the exception."""
        source = self.catalogue[base.source]
        folder = self.scratch / "delivery" / vintage
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / name
        path.write_bytes(data)
        landed = self.landed(source, path, name, vintage, data)
        facts = self.facts(lake, situation)
        if foreign is not None:
            facts._extracts = lambda *_: [foreign]  # type: ignore[method-assign]
        try:
            findings = judge_file(facts, source, state, landed).findings
        finally:
            path.unlink()
        if findings.refusal is not None and findings.refusal.kind == "unforeseen":
            return RuntimeError(text(findings.refusal.reason, "en"))
        return findings.refusal or findings.rows

    def facts(self, lake: Lake, situation: str) -> Facts:
        """Return what is known beside a lake; the conformed extracts and the code lists are made once and shared."""
        key = (str(lake.root), situation)
        if key not in self.known:
            facts = self.known[key] = Facts(
                Grounds(
                    catalogue=self.catalogue,
                    lake=lake,
                    register=lake.register,
                    realm="real",
                    waivers=Waivers([], []),
                    today=NOW.date(),
                    territory=Settings.model_fields["territory"].default,
                    run_id="bench",
                    judged_at=NOW,
                    work=self.scratch / "work",
                )
            )
            facts._samples = self.samples
            if self.lists is None:
                self.lists = self.code_lists(facts)
            facts.code_lists = lambda _: self.lists  # type: ignore[method-assign]
            if situation != "first":
                facts._extracts = lambda *_: []  # type: ignore[method-assign]
        return self.known[key]

    def code_lists(self, facts: Facts) -> CodeLists:
        """Return the lists of communes: the extracts', or the newest of the mirror, as a refresh has them."""
        cog = self.catalogue["insee_cog"]
        if self.mirror is None or not (self.mirror / "insee_cog").is_dir():
            return facts._made_lists()
        newest = sorted(p for p in (self.mirror / "insee_cog").iterdir() if p.is_dir())[-1]
        frames: dict[str, pd.DataFrame] = {}
        for path in sorted(newest.iterdir()):
            landed = self.landed(cog, path, path.name, newest.name, path.read_bytes())
            match = match_file(cog, landed, self.catalogue)
            frames[match.table_name] = conformed(cog, landed, match, facts.grounds.work, refuse).frame
        return code_lists([frames["communes"]], [frames["movements"]])

    def foreign_extract(self, source: Source, base: Base, match: Match, clean: pd.DataFrame) -> Reference | None:
        """Return an extract of the year before, of the places that the shipped extract holds."""
        facts = self.facts(Lake(self.scratch / "none"), "first")
        extract = facts._sample(source).get(match.table_name)
        places = [k for k in match.table.key if k not in ("year", "period")]
        if extract is None or not places or source.synthetic_sample or source.role == "team":
            return None
        known = set(map(tuple, extract[places].astype(str).values.tolist()))
        part = clean[[tuple(row) in known for row in clean[places].astype(str).values.tolist()]]
        year = parse_vintage(base.vintage).year
        name = base.vintage.replace(str(year), str(year - 1))
        return Reference(
            neighbour(part.reset_index(drop=True), match),
            Message.of(fr=f"l'extrait {name}", en=f"the extract of {name}"),
            name,
            extract=True,
        )

    def try_all(
        self, base: Base, clean: bytes, mutants: list[tuple[Kind, Mutant]], situations: tuple[str, ...]
    ) -> None:
        source = self.catalogue[base.source]
        bare = self.deliver(base, base.file, base.vintage, clean, Lake(self.scratch / "none"), SourceState(), "bare")
        if isinstance(bare, Exception):
            said = text(bare.reason, "en") if isinstance(bare, Refusal) else repr(bare)
            self.cases.append(
                Case(base.source, base.file, "clean file", "clean", "same", "first", "refused needlessly", said)
            )
            return
        match = self.match(source, base, base.file, base.vintage)
        foreign = self.foreign_extract(source, base, match, bare.frame)
        for situation in situations:
            if situation == "unseen" and foreign is None:
                continue
            lake, state = self.lake(source, base, match, bare.frame, situation)
            for kind, mutant in [
                (Kind("clean_file", "clean", "same", lambda g, c: None), Mutant(clean, "same")),
                *mutants,
            ]:
                got = self.deliver(
                    base,
                    mutant.name or base.file,
                    mutant.vintage or base.vintage,
                    mutant.data,
                    lake,
                    state,
                    situation,
                    foreign if situation == "unseen" else None,
                )
                self.cases.append(self.judged(base, match, kind, mutant, situation, bare.frame, got))

    def lake(
        self, source: Source, base: Base, match: Match, clean: pd.DataFrame, situation: str
    ) -> tuple[Lake, SourceState]:
        """Return a lake that holds what `situation` says."""
        home = self.scratch / f"home-{base.source}-{base.file}-{situation}"
        lake, state = Lake(home), SourceState()
        if situation in ("first", "unseen"):
            return lake, state
        vintage = base.vintage
        frame = clean
        if situation == "next":
            year = parse_vintage(vintage).year
            vintage = vintage.replace(str(year), str(year - 1))
            frame = neighbour(clean, match)
        known = Judgement(
            id=base.file,
            source=base.source,
            vintage=vintage,
            file=base.file,
            slot=match.slot,
            sha256="0" * 64 if situation == "next" else hashlib.sha256(b"again").hexdigest(),
            bytes=1,
            origin="x",
            channel="mirror",
            verdicts=(Verdict(stage="file", state="accepted"),),
        )
        lake.register.judgements[known.id] = known
        landed = self.landed(source, Path(base.file), base.file, vintage, b"")
        path = lake.path_for(source, match.table_name, vintage, {base.file: known})
        rows = lake.write(frame.assign(**provenance(landed, False)), lake_types(match.table), path)
        state.tables[match.table_name] = {
            vintage: Vintage(path=lake.relative(path), rows=rows, parts={base.file: known.id})
        }
        return lake, state

    def judged(
        self, base: Base, match: Match, kind: Kind, mutant: Mutant, situation: str, clean: pd.DataFrame, got: Any
    ) -> Case:
        case = Case(base.source, base.file, kind.name, kind.family, mutant.expect, situation, "")
        if isinstance(got, Refusal):
            case.said, case.action = text(got.reason, "fr"), text(got.action, "fr")
            name = mutant.name or base.file
            named = any(n and n in text(got.reason, "fr") for n in (name, re.sub(r"\.(gz|zip)$", "", name), base.file))
            useful = named and len(text(got.action, "fr")) > 10 and text(got.reason, "en") and text(got.action, "en")
            case.outcome = (
                "refused needlessly"
                if mutant.expect == "same"
                else "refused usefully"
                if useful
                else "refused unhelpfully"
            )
        elif isinstance(got, Exception):
            case.outcome, case.said = "crashed", repr(got)
        else:
            case.said = " ; ".join(text(n, "fr") for n in got.notes)
            wrong = differences(match, clean, got, mutant, kind.family.startswith("another"))
            if wrong:
                case.outcome, case.detail = "silently wrong", wrong
            else:
                case.outcome = "read exactly"
        return case


def neighbour(clean: pd.DataFrame, match: Match) -> pd.DataFrame:
    """Return the table as the year before would have been: places grow by a few percent, each column by its own."""
    import numpy as np

    rng = np.random.default_rng(7)
    frame = clean.copy()
    places = [k for k in match.table.key if k not in ("year", "period")]
    periods = [k for k in match.table.key if k in ("year", "period")]
    several = bool(periods) and bool(places) and clean.duplicated(subset=places).any()
    measures = [c for c in match.table.columns if c.type in ("number", "integer") and not c.key]
    if several:
        # a file that holds several years: last year's lacks the newest, and states the others nearly alike
        frame = frame[frame[periods[0]] != frame[periods[0]].max()].reset_index(drop=True)
    if not measures:
        # lists of communes change by a few from year to year
        return frame.drop(index=len(frame) // 3).reset_index(drop=True)
    place = np.zeros(len(frame)) if several else rng.normal(-0.01, 0.012, len(frame))
    noise = 0.002 if several else 0.01
    for column in match.table.columns:
        if column in measures:
            factor = np.exp(place + rng.normal(0, noise, len(frame)))
            values = pd.to_numeric(frame[column.name], errors="coerce").astype("float64") * factor
            frame[column.name] = values.round(0 if column.type == "integer" else 3).astype(
                "Int64" if column.type == "integer" else "float64"
            )
        elif column.type == "year" and not several:
            frame[column.name] = frame[column.name] - 1
    return frame


def differences(match: Match, clean: pd.DataFrame, got: Any, mutant: Mutant, strict: bool) -> str:
    """Return what differs between what was read and the truth; an empty text when nothing does."""
    if mutant.expect == "refuse" and strict:
        return "taken although it had to be refused"
    names = [c.name for c in match.table.columns]
    truth = clean[names].copy()
    for column in match.table.columns:
        if mutant.years and column.type == "year":
            truth[column.name] = truth[column.name] + mutant.years
    read = got.frame[names]
    if mutant.quotes_stay:
        read = read.apply(lambda c: c.map(lambda v: v.replace('"', "").strip() if isinstance(v, str) else v))
    if not match.table.key:
        return of_whole_rows(plain(truth), plain(read), got, mutant)
    # one line of a cross-tab is a row a period
    spread = int(clean["_row"].value_counts().max()) if "_row" in clean and len(clean) else 1
    key = match.table.key
    read = plain(read)
    for old, new in MERGED if mutant.former_codes else ():  # counted with their new commune further on
        for name in key:
            if old not in set(truth[name]):
                read[name] = read[name].replace(old, new)
    return of_keyed_rows(plain(truth).set_index(key), read.set_index(key), got, mutant, spread)


def of_whole_rows(truth: pd.DataFrame, read: pd.DataFrame, got: Any, mutant: Mutant) -> str:
    """Return what differs between lists of rows without a key."""
    a, b = Counter(map(tuple, truth.values.tolist())), Counter(map(tuple, read.values.tolist()))
    if b - a:
        return f"rows that do not exist: {list((b - a).items())[:1]}"
    return "" if mutant.lost_rows or not a - b or got.rejected else f"rows lost: {list((a - b).items())[:1]}"


def of_keyed_rows(left: pd.DataFrame, right: pd.DataFrame, got: Any, mutant: Mutant, spread: int) -> str:
    """Return what differs between the truth and what was read, by key. `spread`: rows that one line makes."""
    strange = right.index.difference(left.index)
    if len(strange):
        return f"{len(strange)} rows that do not exist: {list(strange)[:2]}"
    lost = len(left.index.difference(right.index))
    if lost and not mutant.lost_rows and lost > spread * len(got.rejected):
        return f"{lost} rows lost without a word"
    left = left.loc[right.index]
    for name in left.columns:
        a, b = left[name].tolist(), right[name].tolist()
        for index, x, y in zip(left.index, a, b, strict=True):
            if x != y and not (mutant.nulls and y == "") and not told(got, name, index):
                return f"{name} at {index}: {y!r} instead of {x!r}"
    return ""


def told(got: Any, name: str, index: Any) -> bool:
    """Return whether a note names the figure as changed, old → new: a publisher's correction is taken and told."""
    places = [str(i) for i in (index if isinstance(index, tuple) else (index,))]
    return any(
        "→" in said and f"« {name} »" in said and all(p in said for p in places if not p.endswith(".0"))
        for said in (text(n, "fr") for n in got.notes)
    )


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with cells that compare: missing is '', floats rounded to 9 digits."""

    def cell(value: Any) -> Any:
        if value is None or value is pd.NA or value != value:
            return ""
        if isinstance(value, float):
            return float(f"{value:.9g}")
        return value

    return pd.DataFrame(
        {n: [cell(v) for v in frame[n].astype("object").tolist()] for n in frame.columns}, dtype="object"
    )


def run_json(bench: Bench, bases: list[Base], situations: tuple[str, ...]) -> None:
    """Run the mutations of JSON files."""
    for base in bases:
        path = bench.path(base)
        if path is None:
            continue
        text = path.read_text(encoding="utf-8")
        mutants = []
        for j in JSON_KINDS:
            data = j.make(text)
            if data is not None and data != text.encode():
                mutants.append(
                    (
                        Kind(j.name, j.family, j.expect, lambda g, c: None),
                        Mutant(data, j.expect, name=j.rename(base.file)),
                    )
                )
        bench.try_all(base, text.encode(), mutants, situations)


def summary(cases: list[Case]) -> dict[str, int]:
    """Return how many cases had each outcome."""
    counted = Counter(c.outcome for c in cases)
    return {o: counted.get(o, 0) for o in OUTCOMES}


def measure(
    mirror: Path | None = None,
    only: str | None = None,
    kind: str | None = None,
    situations: tuple[str, ...] = SITUATIONS,
    most_bases: int = 6,
    bases: list[Base] | None = None,
) -> Bench:
    """Run the benchmark and return it with its cases."""
    logging.getLogger("observatory").setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory(prefix="drift-") as folder:
        bench = Bench(Path(folder), mirror)
        wanted = [b for b in bases or BASES if only is None or only in (b.source, b.file)]
        bench.run(wanted, [k for k in KINDS if kind is None or re.search(kind, k.name)], situations, most_bases)
        if kind is None or "json" in kind:
            run_json(bench, [b for b in JSON_BASES if only is None or only in (b.source, b.file)], situations)
        return bench


def main() -> int:
    """Run from the command line; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mirror", type=Path)
    parser.add_argument("--only")
    parser.add_argument("--kind")
    parser.add_argument("--situation", choices=MIRROR_SITUATIONS)
    parser.add_argument("--bases", type=int, default=6, help="files a mutation is applied to at most")
    parser.add_argument(
        "--wrong", action="store_true", help="list what was silently wrong, crashed or refused needlessly"
    )
    parser.add_argument("--all", action="store_true", help="list every case")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    begun = time.perf_counter()
    situations = (options.situation,) if options.situation else MIRROR_SITUATIONS if options.mirror else SITUATIONS
    bench = measure(options.mirror, options.only, options.kind, situations, options.bases)
    seconds = time.perf_counter() - begun
    cases = [c for c in bench.cases if c.family != "clean"]
    clean = [c for c in bench.cases if c.family == "clean"]
    counted = summary(cases)
    if options.json:
        print(
            json.dumps(
                {
                    "cases": len(cases),
                    "mutations": len({(c.file, c.mutation) for c in cases}),
                    "kinds": len({c.mutation for c in cases}),
                    "sources": len({c.source for c in cases}),
                    "seconds": round(seconds, 1),
                    "outcomes": counted,
                    "clean_files": summary(clean),
                    "undetectable": UNDETECTABLE,
                    "details": [asdict(c) for c in bench.cases],
                },
                ensure_ascii=False,
                indent=1,
            )
        )
    else:
        table(cases)
        for case in bench.cases:
            bad = case.outcome in ("silently wrong", "crashed", "refused needlessly", "refused unhelpfully")
            if options.all or (options.wrong and bad):
                print(f"[{case.outcome}] {case.situation} {case.file} {case.mutation}: {case.detail} {case.said[:260]}")
        print(f"clean files: {summary(clean)['read exactly']} of {len(clean)} read exactly")
        print(
            f"{len({(c.file, c.mutation) for c in cases})} mutations of {len({c.mutation for c in cases})} kinds, "
            f"{len({c.source for c in cases})} sources, {len(cases)} deliveries in {seconds:.0f} s: "
            + ", ".join(f"{n} {o}" for o, n in counted.items())
        )
    return 1 if counted["silently wrong"] or counted["crashed"] else 0


def table(cases: list[Case]) -> None:
    """Print one line a family."""
    head = ["family", *OUTCOMES]
    print(f"{head[0]:<26}" + "".join(f"{h:>20}" for h in head[1:]))
    for family in dict.fromkeys(c.family for c in cases):
        counted = summary([c for c in cases if c.family == family])
        print(f"{family:<26}" + "".join(f"{counted[o] or '·':>20}" for o in OUTCOMES))


if __name__ == "__main__":
    sys.exit(main())
