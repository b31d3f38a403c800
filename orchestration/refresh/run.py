"""A refresh from beginning to end: land, read, judge, build, check, publish.

The command line and the Dagster layer call the same steps in the same order; neither holds any of
this logic. Everything is written below the home; the register of the lake and the current edition
change only at the very end, and only when nothing blocks.
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from filelock import FileLock, Timeout

from orchestration.base.errors import HomeBusy, UsageError
from orchestration.base.messages import Message, Refusal
from orchestration.base.settings import Settings, code_version
from orchestration.catalog import Source, load_catalogue
from orchestration.catalog.schema import lake_types, provenance
from orchestration.catalog.vintages import sort_key
from orchestration.conforming import HeaderRefusal
from orchestration.judging.judge import BESIDE, DOCUMENTS, Judge, Match, match_file
from orchestration.judging.waivers import EXPECTATION, MARTS, TEST, load_waivers, waiver_line
from orchestration.lake.fingerprint import contract_hash, folder_hash
from orchestration.lake.register import KnownFile, Realm, Register, SourceState, Vintage
from orchestration.lake.store import Lake
from orchestration.landing import (
    HashCache,
    Landed,
    Landing,
    land_folder,
    land_sample,
    unknown_folders,
)
from orchestration.records.outcome import CheckOutcome, FileOutcome, RefreshOutcome, Step, Waived
from orchestration.triage.levels import LEVELS

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from orchestration.building.ledger import Ledger
    from orchestration.building.warehouse import Broken, BuildOutcome, NodeResult
    from orchestration.building.worker import Worker
    from orchestration.conforming import Conformed
    from orchestration.editions import Comparison
    from orchestration.health.status import SourceStatus

log = logging.getLogger("observatory")
GOOD = ("accepted", "adapted", "unchanged")
# channels that are no folder of somebody's: anything else is the path of a mirror
WELL_KNOWN = ("sample", "live", "inbox")
# a table is judged by Great Expectations only where it is of territory size; SQL judges the national ones
LARGEST_VALIDATED = 500_000


class Refresh:
    """One refresh of one home. Open it, ask it what is new, then walk: ingest → build → check → publish."""

    def __init__(
        self,
        settings: Settings,
        *,
        channel: str,
        only: list[str] | None,
        run_id: str,
        lock: FileLock,
        vintages: list[str] | None = None,
        today: date | None = None,
        replace_real: bool = False,
    ) -> None:
        self.settings = settings
        self.run_id = run_id
        self.concluded: RefreshOutcome | None = None
        self._closed = False
        self._again = frozenset(vintages or ())
        self.started_at = datetime.now(UTC)
        self._today = today
        self._lock = lock
        self.catalogue = load_catalogue(settings.sources_path)
        self.channel = channel
        self.lake = Lake(settings.home)
        self.register = self.lake.candidate()
        self.realm = _realm(channel, self.register)
        self.states = self.register.realm(self.realm)
        asked = {s.source_id for s in _asked_for(self.catalogue, only)}
        needed = set() if self._again else self._needed()
        self.sources = [s for n, s in self.catalogue.items() if n in asked | needed]
        if channel not in WELL_KNOWN:
            _require_mirror(Path(channel), self.catalogue)
        if channel == "sample" and not replace_real:
            _keep_real(settings.home)
        self.outcomes: dict[str, list[FileOutcome]] = {}
        self.checks: list[CheckOutcome] = []
        self.source_checks: dict[str, list[CheckOutcome]] = {}
        # what would let an edition through that is blocked, ready to be reviewed
        self.waivable: list[str] = []
        self.built: BuildOutcome | None = None
        self.edition_id: str | None = None
        self.ledger: Ledger | None = None
        # what the edition changed in the figures, once it is published
        self.comparison: Comparison | None = None
        self._worker: Worker | None = None
        self._kept: list[_Kept] = []
        self._ordered: list[_Kept] = []
        self._contracts: dict[tuple[str, str], str] = {}
        # told of each step as it begins, an ingestion with its source
        self.on_step: Callable[[Step, str | None], None] = lambda step, source_id: None
        self.work = settings.home / "work" / run_id
        self.waivers = load_waivers(settings.waivers_path, self.catalogue, settings.expectations_path)
        self.judge = Judge(self.lake, self.realm, self.work, waivers=self.waivers, today=self.today)
        self.landings = self._land()

    def use(self, catalogue: dict[str, Source], suites: Worker) -> None:
        """Work with this catalogue, and with what runs the expectation suites here: for a trial that builds nothing."""
        self.catalogue, self._worker = catalogue, suites
        self.judge.catalogue = catalogue

    @property
    def today(self) -> date:
        """Return the day on which waivers and calendars are judged."""
        return self._today or self.started_at.date()

    # opening and closing --------------------------------------------------------------------------

    @classmethod
    def open(
        cls,
        settings: Settings,
        *,
        channel: str = "sample",
        only: list[str] | None = None,
        run_id: str | None = None,
        vintages: list[str] | None = None,
        wait_seconds: float = 0,
        today: date | None = None,
        replace_real: bool = False,
    ) -> Refresh:
        """Return a refresh that holds the lock of `settings.home`.

        `channel`: `sample`, `live`, `inbox`, or the path of a mirror. `only`: identifiers of sources or groups; None for
        all, empty for none (the marts are made anew from what the lake holds); what every figure rests on and the
        home has never had (communes, EPCIs, goals …) comes along by the same channel. `vintages`: read these and no
        others, also where their files were judged before. `wait_seconds`: how long another refresh is waited
        for. `today`: the day that waivers and calendars are asked for, by default the clock's. `replace_real`: an edition
        made of real files may be replaced by one of samples. Raises HomeBusy, UsageError, CatalogueError, LakeError.
        """
        settings.home.mkdir(parents=True, exist_ok=True)
        # whichever thread ends the refresh gives the lock back
        lock = FileLock(settings.home / "refresh.lock", thread_local=False)
        try:
            lock.acquire(timeout=wait_seconds)
        except Timeout as error:
            raise HomeBusy(settings.home) from error
        try:
            from orchestration.editions import sweep

            sweep(settings.home)
            run_id = run_id or datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
            return cls(
                settings,
                channel=channel,
                only=only,
                run_id=run_id,
                lock=lock,
                vintages=vintages,
                today=today,
                replace_real=replace_real,
            )
        except BaseException as error:
            lock.release()
            _tell_accident(settings, channel, error)
            raise

    def __enter__(self) -> Refresh:
        return self

    def __exit__(self, _: object, error: BaseException | None, *__: object) -> None:
        unfinished = self.concluded is None and not self._closed
        self.close()
        if error is not None and unfinished:
            _tell_accident(self.settings, self.channel, error)

    def close(self) -> None:
        """End the worker, drop the working files, give the lock back, then tell who must know.

        Every refresh ends here, whoever started it. Messages go out when the home is free again: a mail
        server that does not answer must not make the next refresh wait.
        """
        if self._closed:
            return
        self._closed = True
        if self._worker:
            self._worker.stop()
        shutil.rmtree(self.work, ignore_errors=True)
        self._lock.release()
        if self.concluded is not None:
            from orchestration.notifications import after_refresh

            after_refresh(self.settings, self.concluded, self.catalogue)

    # landing --------------------------------------------------------------------------------------

    def _land(self) -> dict[str, Landing]:
        hashes = HashCache(self.settings.home / "hashes.json")
        landings: dict[str, Landing] = {}
        live = [s for s in self.sources if self.channel == "live" and s.role != "project"]
        if live:
            # imported here: the network's libraries are not needed by any other channel
            from orchestration.landing.live import land_all_live

            good = {s.source_id: self.states.get(s.source_id, SourceState()).vintages() for s in live}
            landings.update(
                land_all_live(
                    live,
                    self.settings.home / "live",
                    hashes,
                    now=self.started_at,
                    last_good={name: vintages[-1] for name, vintages in good.items() if vintages},
                )
            )
        for source in self.sources:
            if source.source_id not in landings:
                landings[source.source_id] = self._land_source(source, hashes)
        if self.channel not in WELL_KNOWN:
            for name in unknown_folders(Path(self.channel), set(self.catalogue)):
                log.info(
                    "%s",
                    Message(
                        fr=f"aucune source ne s'appelle « {name} » : le dossier est ignoré",
                        en=f"no source is called '{name}': the folder is ignored",
                    ).text(self.settings.language),
                )
        hashes.save()
        return self._only_again(landings) if self._again else landings

    def _only_again(self, landings: dict[str, Landing]) -> dict[str, Landing]:
        """Leave only what is to be read again; raise UsageError where the channel has nothing of it."""
        for landing in landings.values():
            landing.files = [f for f in landing.files if f.vintage in self._again]
            landing.outcomes = [o for o in landing.outcomes if o.vintage in self._again]
        if not any(landing.files or landing.outcomes for landing in landings.values()):
            sources, vintages = ", ".join(landings), ", ".join(sorted(self._again))
            raise UsageError(
                Message(
                    fr=f"Aucun fichier de « {sources} » pour {vintages} dans « {self.channel} » : rien n'est relu.",
                    en=f"No file of '{sources}' for {vintages} in '{self.channel}': nothing is read again.",
                )
            )
        return landings

    def _land_source(self, source: Source, hashes: HashCache) -> Landing:
        name = source.source_id
        if source.role == "project":
            return land_folder(source, source.sample_path, "project", hashes, f"project:sources/{name}/data")
        if self.channel == "sample":
            return land_sample(source, hashes)
        if self.channel == "inbox":
            from orchestration.inbox import land_inbox

            return land_inbox(self.settings.home, source, hashes)
        return land_folder(source, Path(self.channel) / name, "mirror", hashes, f"mirror:{name}")

    def _needed(self) -> set[str]:
        """Return the sources that every figure rests on and of which this home has nothing yet."""
        return {
            name
            for name, source in self.catalogue.items()
            if source.role in ("reference", "project") and not any(self.states.get(name, SourceState()).tables.values())
        }

    # what is new ----------------------------------------------------------------------------------

    def nothing_new(self) -> bool:
        """Return whether every landed file was judged before and the current edition rests on just that.

        Needs neither dbt, Great Expectations nor Dagster: it is what an unchanged refresh costs.
        """
        if any(self._without_waiver(self.catalogue[n], s) for n, s in self.states.items() if n in self.catalogue):
            return False
        for source in self.sources:
            landing = self.landings[source.source_id]
            state = self.states.get(source.source_id, SourceState())
            if any(not state.tables.get(table) for table in self._extracts(source, state)):
                return False
            for landed in landing.files:
                if self.known(source, state, landed) is None:
                    return False
        return self.register.published.get("basis") == self.basis() and self.current_edition() is not None

    def unchanged_outcome(self) -> RefreshOutcome:
        """Return the outcome of a refresh that has nothing to do."""
        for source in self.sources:
            self.outcomes[source.source_id] = self._judged_before(source)
        self.concluded = self.outcome(
            edition=self.current_edition(),
            published=False,
            note=Message(
                fr="Rien de nouveau : l'édition publiée reste la même.",
                en="Nothing new: the published edition stays as it is.",
            ),
        ).model_copy(update={"has_receipt": False})
        return self.concluded

    def _judged_before(self, source: Source) -> list[FileOutcome]:
        landing = self.landings[source.source_id]
        state = self.states.get(source.source_id, SourceState())
        outcomes = list(landing.outcomes)
        for landed in landing.files:
            known = self.known(source, state, landed)
            assert known is not None
            outcomes.append(from_known(known, landed))
        outcomes = _nothing_but_documents(source, outcomes)
        outcomes += self._stand_in(source, state, self._aside(state), outcomes)
        return outcomes or [self._missing(source, state)]

    def known(self, source: Source, state: SourceState, landed: Landed) -> KnownFile | None:
        """Return how the same bytes were judged under the same contract; None when they must be read."""
        if landed.vintage in self._again:
            return None
        known = state.files.get(landed.vintage, {}).get(landed.name)
        if known is None or known.sha256 != landed.sha256 or known.contract != self.contract(source, landed.vintage):
            return None
        for table in known.tables:
            vintage = state.tables.get(table, {}).get(landed.vintage)
            if vintage is None or not (self.lake.root / vintage.path).exists():
                return None
        return known

    def contract(self, source: Source, vintage: str) -> str:
        """Return the hash of what decides how a vintage of the source is judged.

        The vintages that it depends on count too, and the waivers in force: a file that was refused is
        judged again when one is entered, a file that was let through when it ends.
        """
        found = self._contracts.get((source.source_id, vintage))
        if found is None:
            found = contract_hash(source)
            if source.depends_on:
                needed = json.dumps(
                    [
                        self.settings.territory,
                        *(
                            sorted(
                                v.path for t in self.states.get(d, SourceState()).tables.values() for v in t.values()
                            )
                            for d in source.depends_on
                        ),
                    ]
                )
                found = hashlib.sha256((found + needed).encode()).hexdigest()[:16]
            waived = self.waivers.fingerprint(self.today, source.source_id, vintage)
            if waived:
                found = hashlib.sha256((found + waived).encode()).hexdigest()[:16]
            self._contracts[source.source_id, vintage] = found
        return found

    def basis(self) -> str:
        """Return the hash of everything that the marts are made from; equal basis, equal marts.

        The day belongs to it: whether a label is in force depends on it.
        """
        paths = sorted(
            f"{source_id}/{table}/{vintage}={v.path}"
            for source_id, state in self.states.items()
            for table, vintages in state.tables.items()
            for vintage, v in vintages.items()
        )
        code = folder_hash(
            self.settings.dbt_project_path,
            self.settings.expectations_path,
            suffixes=(".sql", ".yml", ".csv", ".json"),
        )
        states = [[s.source.source_id, s.health.state, s.health.vintage] for s in self.statuses()]
        waived = self.waivers.fingerprint(self.today, MARTS)
        text = json.dumps([paths, self.settings.territory, self.realm, code, self.today.isoformat(), states, waived])
        return hashlib.sha256(text.encode()).hexdigest()

    def statuses(self) -> list[SourceStatus]:
        """Return how every source stands on the day of this refresh, by what it has taken so far."""
        from orchestration.health.status import statuses

        return statuses(self.catalogue, self.states, home=self.settings.home, realm=self.realm, today=self.today)

    def current_edition(self) -> str | None:
        """Return the name of the edition that readers see, or None."""
        from orchestration.editions.shelf import current_name

        return current_name(self.settings.home)

    # ingesting ------------------------------------------------------------------------------------

    def start_worker(self) -> None:
        """Start the second process, so that its imports hide behind the ingestion."""
        if self._worker is None:
            from orchestration.building.worker import Worker

            self._worker = Worker(self.settings.home, self.settings.dbt_project_path)

    def ingest(self, source_id: str) -> list[FileOutcome]:
        """Take every file of one source: read, conform, judge, and write what is good to the lake.

        Returns one outcome a file (or one for a source without files). Never raises for a bad file.
        """
        if source_id in self.outcomes:
            return self.outcomes[source_id]
        source = self.catalogue[source_id]
        for needed in source.depends_on:
            if needed in self.landings:
                self.ingest(needed)
        self.on_step("ingest", source_id)
        landing = self.landings[source_id]
        state = self.states.setdefault(source_id, SourceState())
        here = {(f.vintage, f.name) for f in landing.files}
        # what lies in this delivery is judged again below, and says itself what became of it
        withdrawn = [o for o in self._withdraw(source, state) if (o.vintage, o.file) not in here]
        outcomes = list(landing.outcomes) + withdrawn
        # the extract shipped with the software is no past of a real file: it waits aside until these are judged
        extract = self._aside(state)
        outcomes += self._take(source, state, landing.files)
        outcomes += self._stand_in(source, state, extract, outcomes)
        self.outcomes[source_id] = outcomes or [self._missing(source, state)]
        for outcome in outcomes:
            if outcome.state == "refused" and outcome.reason:
                log.warning("%s %s: %s", source_id, outcome.vintage or "", outcome.reason.text(self.settings.language))
        return self.outcomes[source_id]

    def held(self, source_id: str) -> dict[str, dict[str, Vintage]]:
        """Return what counts of a source so far, by table and vintage."""
        return self.states.get(source_id, SourceState()).tables

    def _missing(self, source: Source, state: SourceState) -> FileOutcome:
        vintages = state.vintages()
        if vintages:
            return FileOutcome(
                source=source.source_id,
                vintage=vintages[-1],
                state="missing",
                reason=Message(
                    fr=f"aucun fichier dans cet envoi ; le dernier bon millésime ({vintages[-1]}) reste",
                    en=f"no file in this delivery; the last good vintage ({vintages[-1]}) stays",
                ),
            )
        return FileOutcome(
            source=source.source_id,
            state="missing",
            reason=Message(fr="aucun fichier dans cet envoi", en="no file in this delivery"),
        )

    def _extracts(self, source: Source, state: SourceState) -> dict[str, list[Landed]]:
        """Return the files of the shipped extract by table, of the tables for which no real file is held.

        Figures need communes, EPCIs and populations whatever became of a delivery: a note in the folder of the
        communes (`LISEZMOI.txt`) kept a whole edition from readers, and the SIREN was blamed for it.
        """
        lacking = (
            {name for name in source.tables if all(_is_extract(v) for v in state.tables.get(name, {}).values())}
            if source.role == "reference" and self.realm == "real"
            else set()
        )
        found: dict[str, list[Landed]] = {}
        for landed in land_sample(source, HashCache(self.settings.home / "hashes.json")).files if lacking else []:
            table = match_file(source, landed).table_name
            if table in lacking:
                found.setdefault(table, []).append(landed)
        return found

    def _aside(self, state: SourceState) -> SourceState:
        """Take what is held of the shipped extract out of `state` and return it; a trial on samples holds nothing else."""
        aside = SourceState()
        if self.realm == "sample":
            return aside
        for table, vintages in state.tables.items():
            for vintage in [v for v, kept in vintages.items() if _is_extract(kept)]:
                aside.tables.setdefault(table, {})[vintage] = vintages.pop(vintage)
        for vintage, files in list(state.files.items()):
            for name in [n for n, f in files.items() if f.channel == "sample"]:
                aside.files.setdefault(vintage, {})[name] = files.pop(name)
            if not files:
                del state.files[vintage]
        return aside

    def _stand_in(
        self, source: Source, state: SourceState, extract: SourceState, outcomes: list[FileOutcome]
    ) -> list[FileOutcome]:
        """Let what is known serve where a reference source's file could not; return one outcome a file or table.

        `extract`: what was held of the shipped extract; its tables count again where no real file is held.
        `outcomes`: what came of the delivery's own files. Where the newest of them was refused, the vintage that
        figures rest on instead is named: a population must never become another year's without a word.
        """
        wanted = self._extracts(source, state)
        refused_ones = [o for o in outcomes if o.state == "refused"]
        told = []
        for table, files in wanted.items():
            serves = _extract_serves(source, table, bool(refused_ones))
            for outcome in self._take(source, extract, files):
                told.append(
                    outcome.model_copy(update={"state": "kept", **serves}) if outcome.state in GOOD else outcome
                )
            if table in extract.tables:
                state.tables[table] = extract.tables[table]
        for vintage, judged_files in extract.files.items():
            for name, known in judged_files.items():
                if set(known.tables) <= set(wanted):
                    # the judgement of a real file of the same name is not forgotten
                    state.files.setdefault(vintage, {}).setdefault(name, known)
        if source.role == "reference":
            for table in source.tables.keys() - wanted.keys():
                told += _in_use(source, state, table, refused_ones)
        return told

    def _take(self, source: Source, state: SourceState, files: list[Landed]) -> list[FileOutcome]:
        if source.is_bulk and files:
            from orchestration.judging.national import take_bulk

            return take_bulk(self, source, state, files)
        outcomes = []
        vintages = sorted({f.vintage for f in files}, key=sort_key)
        for vintage in vintages:
            outcomes += self._take_vintage(source, state, vintage, [f for f in files if f.vintage == vintage])
        return outcomes

    def _take_vintage(self, source: Source, state: SourceState, vintage: str, files: list[Landed]) -> list[FileOutcome]:
        """Judge the files of one vintage; a bad one takes nothing else with it."""
        outcomes: dict[str, FileOutcome] = {}
        parts: dict[str, list[_Part]] = {}
        fresh = False
        for landed in files:
            known = self.known(source, state, landed)
            if known is not None:
                outcomes[landed.name] = from_known(known, landed)
                for table in known.tables:
                    parts.setdefault(table, []).append(_Part(known.slot, landed, None))
                continue
            fresh = True
            match: Match | None = None
            try:
                match = match_file(source, landed)
                conformed = self.judge.read(source, state, match, landed)
                self._no_rival(parts.get(match.table_name, []), match, landed)
            except Refusal as refusal:
                outcomes[landed.name] = refused(landed, refusal)
                remember(self, source, state, landed, match, outcomes[landed.name], [])
                continue
            except Exception as error:  # a fault of ours in one file must not take the others with it
                log.exception("%s %s %s", source.source_id, vintage, landed.name)
                outcomes[landed.name] = refused(landed, _unforeseen(landed, error))
                continue
            outcome = taken(landed, conformed)
            outcomes[landed.name] = outcome
            remember(self, source, state, landed, match, outcome, [match.table_name])
            parts.setdefault(match.table_name, []).append(_Part(match.slot, landed, conformed.frame))
        if fresh:
            for table in source.tables:
                if parts.get(table):
                    self._compose(source, state, table, vintage, parts[table], outcomes)
        return _nothing_but_documents(source, [outcomes[f.name] for f in files])

    def _no_rival(self, parts: list[_Part], match: Match, landed: Landed) -> None:
        for part in parts:
            if part.slot == match.slot:
                raise Refusal(
                    Message(
                        fr=f"{landed.name} et {part.landed.name} sont tous deux le même fichier de ce millésime.",
                        en=f"{landed.name} and {part.landed.name} are both the same file of this vintage.",
                    ),
                    Message(fr="N'en garder qu'un.", en="Keep only one of them."),
                    kind="rival",
                )

    def _compose(
        self,
        source: Source,
        state: SourceState,
        table: str,
        vintage: str,
        parts: list[_Part],
        outcomes: dict[str, FileOutcome],
    ) -> None:
        """Write one vintage of one table from the files accepted now and what stays of those refused."""
        import pandas as pd

        before = state.tables.get(table, {}).get(vintage)
        old = self.lake.read(before) if before else None
        frames: list[pd.DataFrame] = []
        made_of: dict[str, KnownFile] = {}
        synthetic = source.synthetic_sample is not None
        for part in parts:
            known = state.files[vintage][part.landed.name]
            if part.frame is None:
                assert old is not None
                frames.append(old[old["_file"] == part.landed.name])
            else:
                is_synthetic = known.synthetic or (synthetic and part.landed.channel == "sample")
                frames.append(part.frame.assign(**provenance(part.landed, is_synthetic)))
            made_of[part.landed.name] = known
        # a kind of file whose new copy was refused, or that this delivery lacks, keeps its good rows
        present = {part.slot for part in parts}
        if before is not None and old is not None:
            for name, kept in before.parts.items():
                if kept.slot not in present:
                    frames.append(old[old["_file"] == name])
                    made_of[name] = kept
        frame = pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
        clash = _clash(source, table, frame)
        if clash is not None:
            for part in parts:
                if part.frame is not None:
                    outcomes[part.landed.name] = refused(part.landed, clash)
                    self._refuse_known(state, vintage, part.landed.name, clash)
            return
        apart, waived = self._levels_apart(source, table, vintage, frame, parts, before)
        if apart is not None:
            for part in apart.parts:
                outcomes[part.landed.name] = refused(part.landed, apart.refusal)
                self._refuse_known(state, vintage, part.landed.name, apart.refusal)
            rest = [part for part in parts if part not in apart.parts]
            if rest:
                self._compose(source, state, table, vintage, rest, outcomes)
            return
        for part, check in ((p, c) for p in parts if p.frame is not None and _levels_of(p) for c in waived):
            name = part.landed.name
            note = Message.join([m for m in (outcomes[name].reason, waived[check]) if m])
            outcomes[name] = outcomes[name].model_copy(
                update={"state": "adapted", "reason": note, "waived": [*outcomes[name].waived, check]}
            )
            known = state.files[vintage][name]
            state.files[vintage][name] = made_of[name] = known.model_copy(update={"waived": [*known.waived, check]})
        path = self.lake.path_for(source, table, vintage, made_of)
        rows = self.lake.write(frame, lake_types(source.tables[table]), path)
        new = [part.landed.name for part in parts if part.frame is not None]
        kept = Vintage(
            path=self.lake.relative(path),
            rows=rows,
            parts=made_of,
            synthetic=bool(frame["_synthetic"].fillna(False).astype(bool).any()),
            reference_end=self.lake.reference_end(source.tables[table], path),
        )
        self.keep(source, state, table, vintage, kept, new)

    def _levels_apart(
        self,
        source: Source,
        table: str,
        vintage: str,
        frame: pd.DataFrame,
        parts: list[_Part],
        before: Vintage | None,
    ) -> tuple[_Apart | None, dict[Waived, Message]]:
        """Return the new files of communes and EPCIs where these contradict each other, and what a waiver let through.

        Where both are new nobody can say which is wrong, and both are refused; where one is known, the new one.
        """
        new = [p for p in parts if p.frame is not None and _levels_of(p)]
        if not new:
            return None, {}
        refusal, waived = self.judge.levels(source, table, frame, vintage)
        if refusal is None:
            return None, waived
        good = {file: part.sha256 for file, part in before.parts.items()} if before else {}
        # bytes that were believed before are not the ones to doubt
        new = [p for p in new if good.get(p.landed.name) != p.landed.sha256] or new
        names = ", ".join(p.landed.name for p in new)
        refusal.reason = Message(fr=f"{names} : {refusal.reason.fr}", en=f"{names}: {refusal.reason.en}")
        return _Apart(new, refusal), {}

    def keep(self, source: Source, state: SourceState, table: str, vintage: str, kept: Vintage, new: list[str]) -> None:
        """Let a vintage count from now on, and note it for the expectation suites. `new`: its new files."""
        before = state.tables.get(table, {}).get(vintage)
        state.tables.setdefault(table, {})[vintage] = kept
        _keep_what_was(kept, before)
        self._kept.append(_Kept(source, state, table, vintage, before, new))
        suite = self.settings.expectations_path / "sources" / f"{source.source_id}.{table}.json"
        if suite.exists() and kept.rows <= LARGEST_VALIDATED:
            self.start_worker()
            assert self._worker is not None
            item = self._kept[-1]
            self._worker.validate(item.ticket, [self.lake.root / kept.path], suite, f"{source.source_id}.{table}")
            self._ordered.append(item)

    # waivers that ended ---------------------------------------------------------------------------

    def _without_waiver(self, source: Source, state: SourceState) -> dict[tuple[str, str], _Ended]:
        """Return what is in the lake thanks to a waiver that holds no more, by vintage and file."""
        found: dict[tuple[str, str], _Ended] = {}
        for table, vintages in state.tables.items():
            for vintage, kept in vintages.items():
                for file, part in kept.parts.items():
                    checks = [
                        w.check
                        for w in part.waived
                        if not self.waivers.waived(source.source_id, table, vintage, w.check, self.today, w.column)
                    ]
                    if checks:
                        found.setdefault((vintage, file), _Ended(part, [])).checks.extend(checks)
        return found

    def _withdraw(self, source: Source, state: SourceState) -> list[FileOutcome]:
        """Take out of the lake what only an ended waiver let in, and put back what it had replaced.

        Returns one refusal a file; a file that this delivery brings again is judged anew after that.
        """
        ended = self._without_waiver(source, state)
        outcomes = []
        for vintage in sorted({v for v, _ in ended}, key=sort_key):
            files = {f: e for (v, f), e in ended.items() if v == vintage}
            restored = [self._put_back(source, state, table, vintage, set(files)) for table in list(state.tables)]
            for file, (part, checks) in files.items():
                refusal = _ended(file, checks, any(restored))
                known = state.files.get(vintage, {}).get(file)
                if known is not None and known.sha256 == part.sha256:
                    self._refuse_known(state, vintage, file, refusal)
                    # no contract: as soon as the file is brought again, it is judged anew
                    state.files[vintage][file] = state.files[vintage][file].model_copy(
                        update={"contract": "", "waived": []}
                    )
                outcomes.append(
                    FileOutcome(
                        source=source.source_id,
                        vintage=vintage,
                        file=file,
                        state="refused",
                        reason=refusal.reason,
                        action=refusal.action,
                        sha256=part.sha256,
                        bytes=part.bytes,
                        origin=part.origin,
                        channel=part.channel,  # type: ignore[arg-type]
                    )
                )
        return outcomes

    def _put_back(self, source: Source, state: SourceState, table: str, vintage: str, files: set[str]) -> bool:
        """Make a vintage of a table without the rows of `files`; return whether what they had replaced is back."""
        import pandas as pd

        kept = state.tables[table].get(vintage)
        if kept is None or not files & set(kept.parts):
            return False
        was = kept.before if kept.before and (self.lake.root / kept.before.path).exists() else None
        if source.is_bulk:
            # made of several national files at once: its rows cannot be told apart by file
            state.tables[table].pop(vintage)
            if was is not None:
                state.tables[table][vintage] = was
            return was is not None
        slots = {kept.parts[f].slot for f in files & set(kept.parts)}
        stay = {n: p for n, p in kept.parts.items() if n not in files}
        back = {n: p for n, p in was.parts.items() if p.slot in slots and n not in stay} if was else {}
        frames = []
        for vintage_kept, parts in ((kept, stay), (was, back)):
            if parts and vintage_kept is not None:
                frame = self.lake.read(vintage_kept)
                frames.append(frame[frame["_file"].isin(parts)])
        state.tables[table].pop(vintage)
        if frames:
            frame = pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
            made_of = stay | back
            path = self.lake.path_for(source, table, vintage, made_of)
            rows = self.lake.write(frame, lake_types(source.tables[table]), path)
            state.tables[table][vintage] = again = Vintage(
                path=self.lake.relative(path),
                rows=rows,
                parts=made_of,
                synthetic=bool(frame["_synthetic"].fillna(False).astype(bool).any()),
                reference_end=self.lake.reference_end(source.tables[table], path),
            )
            _keep_what_was(again, kept.before)
        return bool(back)

    @staticmethod
    def _refuse_known(state: SourceState, vintage: str, file: str, refusal: Refusal) -> None:
        known = state.files[vintage][file]
        state.files[vintage][file] = known.model_copy(
            update={
                "state": "refused",
                "reason": refusal.reason,
                "action": refusal.action,
                "tables": [],
                "rows_kept": 0,
                "rows_rejected": 0,
            }
        )

    def check_sources(self) -> None:
        """Fetch what the expectation suites say of what was taken, and refuse what breaks a blocking one.

        The suites run in the second process while files are read; the last ones are waited for here.
        """
        assert self._worker is not None
        ordered, self._ordered = self._ordered, []
        for item in ordered:
            checks = [
                self._waived_check(item, c.model_copy(update={"vintage": item.vintage}))
                for c in self._worker.checks(item.ticket)
            ]
            self.source_checks.setdefault(item.source.source_id, []).extend(checks)
            self._judge_checks(item, checks)

    @property
    def unjudged(self) -> list[str]:
        """Return the tables whose expectation suites were ordered and never fetched."""
        return [item.ticket for item in self._ordered]

    def _waived_check(self, item: _Kept, check: CheckOutcome) -> CheckOutcome:
        """Return a failed check of a source as a warning where a waiver is in force, and note whom it let through."""
        source_id, vintage = item.source.source_id, item.vintage
        name = EXPECTATION + check.name
        if check.passed or check.severity != "error":
            return check
        waiver = self.waivers.waived(source_id, item.table, vintage, name, self.today)
        if waiver is None:
            return check
        waived, kept = Waived(check=name), item.state.tables[item.table][vintage]
        for file in item.new:
            known = item.state.files[vintage][file]
            item.state.files[vintage][file] = known.model_copy(update={"waived": [*known.waived, waived]})
            part = kept.parts[file]
            kept.parts[file] = part.model_copy(update={"waived": [*part.waived, waived]})
        _keep_what_was(kept, item.before)
        outcomes = self.outcomes[source_id]
        for index, outcome in enumerate(outcomes):
            if outcome.vintage == vintage and outcome.file in item.new:
                outcomes[index] = outcome.model_copy(update={"waived": [*outcome.waived, waived]})
        return _as_warning(check, waiver.message)

    def _judge_checks(self, item: _Kept, checks: list[CheckOutcome]) -> None:
        failed = [c for c in checks if not c.passed and c.severity == "error"]
        reason = Message.join([c.message for c in failed])
        if reason is None:
            return
        refusal = Refusal(
            Message(fr=f"{item.table} {item.vintage} : {reason.fr}", en=f"{item.table} {item.vintage}: {reason.en}"),
            Message(
                fr="Comparer avec la page de l'éditeur ; si le fichier est juste, revoir l'attente avec l'équipe données.",
                en="Compare with the publisher's page; if the file is right, review the expectation with the data team.",
            ),
            kind="expectation",
        )
        for check in failed:
            refusal = self.waivers.explained(
                refusal, item.source.source_id, item.table, item.vintage, EXPECTATION + check.name
            )
        # a national file feeds several tables: what is refused in one is taken out of all
        for other in self._kept:
            if (other.source, other.vintage) == (item.source, item.vintage) and set(other.new) & set(item.new):
                tables = item.state.tables[other.table]
                if other.before is None:
                    tables.pop(item.vintage, None)
                else:
                    tables[item.vintage] = other.before
        outcomes = self.outcomes[item.source.source_id]
        for index, outcome in enumerate(outcomes):
            if outcome.vintage == item.vintage and outcome.file in item.new:
                self._refuse_known(item.state, item.vintage, outcome.file, refusal)
                outcomes[index] = outcome.model_copy(
                    update={
                        "state": "refused",
                        "reason": refusal.reason,
                        "action": refusal.action,
                        "rows_kept": 0,
                        "rows_rejected": 0,
                    }
                )
        log.warning("%s %s: %s", item.source.source_id, item.vintage, refusal.reason.text(self.settings.language))

    # building, checking, publishing ---------------------------------------------------------------

    def build(self) -> BuildOutcome:
        """Wait for the sources' expectations, fill the warehouse and run the one dbt build.

        Raises BuildError when dbt could not run.
        """
        from orchestration.building.ledger import ledger_of
        from orchestration.building.warehouse import fill
        from orchestration.editions import new_edition_id

        self.on_step("build", None)
        self.start_worker()
        assert self._worker is not None
        # Dagster's steps come in the order of the lineage, in which a table that no model reads stands behind the
        # build, and what the home lacked has no step at all
        for source in self.sources:
            self.ingest(source.source_id)
        for source_id, state in self.states.items():
            # what nobody asked for now must not be published any longer than its waiver either
            if source_id not in self.outcomes and source_id in self.catalogue:
                withdrawn = self._withdraw(self.catalogue[source_id], state)
                if withdrawn:
                    self.outcomes[source_id] = withdrawn
        self.check_sources()
        for source_id, outcomes in self.outcomes.items():
            # what an expectation or an ended waiver took away may have been all that there was
            source, state = self.catalogue[source_id], self.states.get(source_id, SourceState())
            told = {(o.vintage, o.file, o.state) for o in outcomes}
            outcomes += [
                o
                for o in self._stand_in(source, state, self._aside(state), outcomes)
                if (o.vintage, o.file, o.state) not in told
            ]
        self.check_sources()
        self._require_territory()
        # the ledger of revisions names the edition in its rows: the name stands before the figures do
        self.edition_id = new_edition_id(self.settings.home)
        self.ledger = ledger_of(self.settings.home, self.realm)
        fill(
            self._worker.warehouse,
            self.lake,
            self.catalogue,
            self.states,
            territory=self.settings.territory,
            refreshed_at=self.started_at,
            run_id=self.run_id,
            code_version=code_version(),
            edition_id=self.edition_id,
            health=self.statuses(),
            ledger=self.ledger,
        )
        tests = {
            w.check.removeprefix(TEST): w for w in self.waivers.in_force(self.today, MARTS) if w.check.startswith(TEST)
        }
        self.built = self._worker.build(sorted(tests))
        for node in self.built.nodes:
            if node.resource_type == "test" or (node.failed and node.resource_type != "exposure"):
                check = _node_check(node, self._named)
                asked = [node.name, *(f"{node.name}/{b.rule}" for b in node.broken if b.rule)]
                if node.status == "warn":
                    for name in asked:
                        check = _as_warning(check, tests[name].message) if name in tests else check
                elif node.resource_type == "test" and node.status == "fail":
                    self.waivable += [waiver_line(MARTS, "", "", TEST + name) for name in asked[1:] or asked]
                self.checks.append(check)
        for broken in self.built.held:
            said = self._named(broken)
            message = Message(
                fr=f"{said.fr}. Retenu, le reste est publié : comparer avec la page de l'éditeur.",
                en=f"{said.en}. Held back, the rest is published: compare with the publisher's page.",
            )
            self.checks.append(
                CheckOutcome(
                    name=f"held/{broken.rule}", asset=broken.asset, severity="warn", passed=False, message=message
                )
            )
        for name in tests.keys() - set(self.built.waived):
            self.waivers.reject(
                tests[name], Message(fr=f"aucun test dbt ne s'appelle « {name} »", en=f"no dbt test is called '{name}'")
            )
        return self.built

    def _named(self, broken: Broken) -> Message:
        """Return a broken rule in words: what it demands of which table, how many rows, which ones, from which files."""
        shown = [", ".join(f"{k} = {v}" for k, v in keys.items() if v is not None) for keys in broken.examples]
        more_fr = f" ; et {broken.rows - len(shown)} autre(s)" if broken.rows > len(shown) > 0 else ""
        more_en = f"; and {broken.rows - len(shown)} more" if broken.rows > len(shown) > 0 else ""
        rows = " ; ".join(shown)
        files = self._files({(str(k.get("source_id")), str(k.get("vintage"))) for k in broken.examples})
        more_fr += f" (fichiers : {files})" if files else ""
        more_en += f" (files: {files})" if files else ""
        return Message(
            fr=f"« {broken.asset} » : {broken.fr}. {broken.rows} ligne{'s' if broken.rows > 1 else ''} s'en écarte{'nt' if broken.rows > 1 else ''}"
            f"{' : ' + rows if rows else ''}{more_fr}",
            en=f"'{broken.asset}': {broken.en}. {broken.rows} row{'s' if broken.rows > 1 else ''} deviate{'' if broken.rows > 1 else 's'}"
            f"{': ' + rows if rows else ''}{more_en}",
        )

    def _files(self, vintages: set[tuple[str, str]]) -> str:
        names = sorted(
            {
                name
                for source_id, vintage in vintages
                for table in self.states.get(source_id, SourceState()).tables.values()
                if vintage in table
                for name in table[vintage].parts
            }
        )
        return ", ".join(names[:4]) + (" …" if len(names) > 4 else "")

    def _require_territory(self) -> None:
        """Refuse a territory that the lists at hand do not know, before dbt fails on it in its own words."""
        from orchestration.building.worker import BuildError

        territory = self.settings.territory
        members = _newest(self.lake, self.catalogue, self.states, "composition", "epci_code = ?", [territory])
        known = _newest(self.lake, self.catalogue, self.states, "communes", "true", [])
        if members.codes and (not known.codes or set(members.codes) & set(known.codes)):
            return
        found = known if members.codes else members
        extract = (
            Message(
                fr=" ; c'est l'extrait livré avec le logiciel, qui n'a que quelques métropoles : fournir le fichier national",
                en="; it is the extract shipped with the software, which holds a few metropolises only: provide the national file",
            )
            if found.is_extract
            else Message(fr="", en="")
        )
        raise BuildError(
            Message(
                fr=f"Aucune commune de l'intercommunalité de SIREN {territory} dans la liste à disposition ({found.name.fr}){extract.fr} ; "
                "vérifier aussi le numéro.",
                en=f"No commune of the intercommunal body with SIREN {territory} in the list at hand ({found.name.en}){extract.en}; "
                "check the number too.",
            )
        )

    def check_marts(self) -> list[CheckOutcome]:
        """Run the expectation suites of the marts and return their results."""
        assert self.built is not None and self._worker is not None, "build() comes first"
        self.on_step("check", None)
        results: list[CheckOutcome] = []
        if self.built.success:
            results = [
                self._waived_mart(c)
                for c in self._worker.check_tables(sorted((self.settings.expectations_path / "marts").glob("*.json")))
            ]
        self._worker.stop()
        self.checks += results
        return results

    def _waived_mart(self, check: CheckOutcome) -> CheckOutcome:
        if check.passed or check.severity != "error":
            return check
        name = EXPECTATION + check.name
        waiver = self.waivers.waived(MARTS, check.asset, "*", name, self.today)
        if waiver is None:
            self.waivable.append(waiver_line(MARTS, check.asset, "", name))
            return check
        return _as_warning(check, waiver.message)

    def publish(self) -> RefreshOutcome:
        """Publish the edition, or say what blocks it; write the receipts; return the outcome."""
        from orchestration.refresh.publish import publish

        self.on_step("publish", None)
        for source in self.sources:
            self.outcomes.setdefault(source.source_id, [])
        self.concluded = publish(self)
        return self.concluded

    def give_up(self, reason: Message) -> RefreshOutcome:
        """Publish nothing because a step broke down; write the receipt; return the outcome (exit code 4)."""
        from orchestration.refresh.publish import block

        self.concluded = block(self, [reason]).model_copy(update={"accident": True})
        return self.concluded

    def run(self) -> RefreshOutcome:
        """Walk the whole way without Dagster; tests and benchmarks do."""
        if self.nothing_new():
            return self.unchanged_outcome()
        self.start_worker()
        for source in self.sources:
            self.ingest(source.source_id)
        self.build()
        self.check_marts()
        return self.publish()

    def outcome(
        self,
        *,
        edition: str | None,
        published: bool,
        exit_code: int | None = None,
        note: Message | None = None,
        action: Message | None = None,
    ) -> RefreshOutcome:
        files = [o for source_id in self.catalogue for o in self.outcomes.get(source_id, [])]
        if exit_code is None:
            exit_code = 3 if any(o.state == "refused" for o in files) else 0
        checks = [c for found in self.source_checks.values() for c in found] + self.checks
        return RefreshOutcome(
            run_id=self.run_id,
            edition=edition,
            exit_code=exit_code,
            started_at=self.started_at,
            finished_at=datetime.now(UTC),
            territory=self.settings.territory,
            channel=self.channel if self.channel in WELL_KNOWN else "mirror",
            realm=self.realm,
            published=published,
            sources=files,
            checks=checks,
            waivers=self.waivers.notes(self.today),
            note=note,
            action=action,
            standing=[s.standing for s in self.statuses()],
        )


def _tell_accident(settings: Settings, channel: str, error: BaseException) -> None:
    """Tell that a refresh broke off without an outcome; not where it was never begun."""
    if isinstance(error, UsageError) or not isinstance(error, Exception):
        return
    from orchestration.notifications import accident

    reason, action = getattr(error, "reason", None), getattr(error, "action", None)
    said = f"{type(error).__name__}: {error}"
    accident(settings, channel, reason or Message(fr=said, en=said), action)


@dataclass
class _Part:
    """What one file contributes to a vintage: a new frame, or (None) the rows already in the lake."""

    slot: str
    landed: Landed
    frame: pd.DataFrame | None


@dataclass
class _Apart:
    """New files of one vintage that contradict each other or a known one, and why."""

    parts: list[_Part]
    refusal: Refusal


def _levels_of(part: _Part) -> bool:
    """Return whether a new file holds communes or EPCIs."""
    return (
        part.frame is not None
        and "territory_level" in part.frame
        and bool(set(LEVELS) & set(part.frame["territory_level"]))
    )


@dataclass
class _Kept:
    """A vintage of a table that was taken in this refresh. `before`: what it replaced; `new`: its new files."""

    source: Source
    state: SourceState
    table: str
    vintage: str
    before: Vintage | None
    new: list[str]

    @property
    def ticket(self) -> str:
        """Return the name under which its suite is ordered."""
        return f"{self.source.source_id}.{self.table}.{self.vintage}"


class _Ended(NamedTuple):
    """A file of the lake whose waiver has ended, and the checks that it fails."""

    part: KnownFile
    checks: list[str]


class _Listed(NamedTuple):
    """Codes of communes, and the list that they stand in: its name with the vintage, and whether it is the shipped extract."""

    codes: list[str]
    name: Message
    is_extract: bool


def _newest(
    lake: Lake,
    catalogue: dict[str, Source],
    states: dict[str, SourceState],
    provides: Provides,
    where: str,
    values: list[str],
) -> _Listed:
    """Return the communes for which `where` holds in the newest vintage of the table that provides that list."""
    from orchestration.base.duck import connect

    found: tuple[tuple, Source, str, Vintage] | None = None
    for source in catalogue.values():
        for name, table in source.tables.items():
            vintages = states.get(source.source_id, SourceState()).tables.get(name, {})
            if vintages and table.provides == provides:
                vintage = max(vintages, key=sort_key)
                if found is None or sort_key(vintage) > found[0]:
                    found = (sort_key(vintage), source, vintage, vintages[vintage])
    if found is None:
        return _Listed([], Message(fr="aucune", en="none"), False)
    _, source, vintage, kept = found
    with connect() as connection:
        rows = connection.execute(
            f"SELECT DISTINCT commune_code FROM read_parquet(?) WHERE {where} ORDER BY 1",
            [str(lake.root / kept.path), *values],
        ).fetchall()
    name = Message(fr=f"« {source.title.fr} », {vintage}", en=f"'{source.title.en}', {vintage}")
    return _Listed([r[0] for r in rows], name, _is_extract(kept))


def home_communes(
    lake: Lake, catalogue: dict[str, Source], states: dict[str, SourceState], territory: str
) -> list[str]:
    """Return the codes of the communes of an EPCI, by the newest composition that the lake holds."""
    return _newest(lake, catalogue, states, "composition", "epci_code = ?", [territory]).codes


def _realm(channel: str, register: Register) -> Realm:
    """Return which register a channel works on.

    A file dropped into the inbox of a home that only ever saw samples joins them: on its own it would
    leave readers with its figures and nothing else.
    """
    if channel == "sample" or (channel == "inbox" and not register.real and register.sample):
        return "sample"
    return "real"


def _asked_for(catalogue: dict[str, Source], only: list[str] | None) -> list[Source]:
    if only is None:
        return list(catalogue.values())
    groups = {g for s in catalogue.values() for g in s.groups}
    for name in only:
        if name not in catalogue and name not in groups:
            raise UsageError(
                Message(
                    fr=f"Aucune source ni aucun groupe ne s'appelle « {name} ». Sources : {', '.join(catalogue)}. Groupes : {', '.join(sorted(groups))}.",
                    en=f"No source or group is called '{name}'. Sources: {', '.join(catalogue)}. Groups: {', '.join(sorted(groups))}.",
                )
            )
    return [s for s in catalogue.values() if s.source_id in only or set(s.groups) & set(only)]


def _is_extract(vintage: Vintage) -> bool:
    return all(p.channel == "sample" for p in vintage.parts.values())


def _extract_serves(source: Source, table: str, was_refused: bool) -> dict[str, Message]:
    """Return why the shipped extract serves for a table, and what a person does about it."""
    what = source.tables[table].description
    why = (
        Message(
            fr=f"« {what.fr} » : aucun fichier n'a pu être pris, et aucun ne l'avait été avant",
            en=f"'{what.en}': no file could be taken, and none had been before",
        )
        if was_refused
        else Message(fr="source de référence absente de l'envoi", en="reference source missing from the delivery")
    )
    return {
        "reason": Message(
            fr=f"{why.fr} : l'extrait livré avec le logiciel est utilisé",
            en=f"{why.en}: the extract shipped with the software is used",
        ),
        "action": Message(
            fr=f"Fournir le fichier de {source.publisher} (« {source.title.fr} »).",
            en=f"Provide the file of {source.publisher} ('{source.title.en}').",
        ),
    }


def _in_use(source: Source, state: SourceState, table: str, refused_ones: list[FileOutcome]) -> list[FileOutcome]:
    """Return one outcome where the newest file of a table was refused, which names the vintage that figures rest on."""
    held = max(state.tables.get(table, {}), key=sort_key, default=None)
    if held is None:
        return []
    newer = []
    for outcome in refused_ones:
        known = state.files.get(outcome.vintage or "", {}).get(outcome.file or "")
        whose = known.slot.partition("/")[0] if known else ""
        # a file that nothing says which table it is of concerns those of older vintages only
        if (
            outcome.vintage
            and whose in ("", table)
            and (sort_key(outcome.vintage) > sort_key(held) or (whose and outcome.vintage == held))
        ):
            newer.append(outcome)
    if not newer:
        return []
    last = max((o.vintage for o in newer if o.vintage), key=sort_key)
    files, what = (
        ", ".join(sorted({o.file or "" for o in newer if o.vintage == last})),
        source.tables[table].description,
    )
    return [
        FileOutcome(
            source=source.source_id,
            vintage=held,
            state="kept",
            reason=Message(
                fr=f"« {what.fr} » : le millésime {held} sert, le fichier de {last} étant refusé ({files})",
                en=f"'{what.en}': vintage {held} serves, since the file of {last} was refused ({files})",
            ),
            action=Message(
                fr=f"Lire pourquoi il est refusé ; tant qu'il l'est, les chiffres qui en dépendent sont calculés sur {held}.",
                en=f"Read why it was refused; until it is mended, figures that depend on it rest on {held}.",
            ),
        )
    ]


def _require_mirror(root: Path, catalogue: dict[str, Source]) -> None:
    """Raise UsageError unless `root` holds a folder of a source: a slip in a path must not pass for a delivery."""
    from orchestration.catalog.vintages import parse_vintage

    how = Message(
        fr="--from prend « live » (les adresses des éditeurs), « sample » (les échantillons livrés), ou un dossier rangé en "
        "SOURCE/MILLÉSIME/FICHIER (noms des sources : « observatory sources »).",
        en="--from takes 'live' (the publishers' addresses), 'sample' (the samples shipped), or a folder laid out as "
        "SOURCE/VINTAGE/FILE (names of sources: 'observatory sources').",
    )
    meant = root.name.casefold()
    if not root.is_dir():
        hint = (
            Message(fr=f" Vouliez-vous dire « {meant} » ?", en=f" Did you mean '{meant}'?")
            if meant in WELL_KNOWN
            else Message(fr="", en="")
        )
        raise UsageError(
            Message(
                fr=f"Le dossier « {root} » n'existe pas.{hint.fr}", en=f"The folder '{root}' does not exist.{hint.en}"
            ),
            how,
        )
    folders = sorted(p.name for p in root.iterdir() if p.is_dir() and not p.name.startswith("."))
    if set(folders) & set(catalogue):
        return
    there = ", ".join(folders[:5]) + (" …" if len(folders) > 5 else "")
    if root.name in catalogue or (folders and all(parse_vintage(name) for name in folders)):
        found = Message(
            fr=f"il semble être celui d'une seule source : donner le dossier qui le contient (« {root.parent} »)",
            en=f"it looks like that of one source: give the folder that it lies in ('{root.parent}')",
        )
    else:
        found = (
            Message(fr=f"il contient : {there}", en=f"it holds: {there}")
            if folders
            else Message(fr="il ne contient aucun dossier", en="it holds no folder")
        )
    raise UsageError(
        Message(
            fr=f"Aucun dossier de source dans « {root} » ; {found.fr}. Rien n'a été fait.",
            en=f"No folder of a source in '{root}'; {found.en}. Nothing was done.",
        ),
        how,
    )


def _keep_real(home: Path) -> None:
    """Raise UsageError where readers see figures made from real files, which samples would replace."""
    from orchestration.building.ledger import realm_of
    from orchestration.editions.shelf import current

    edition = current(home)
    if edition is None or realm_of(edition) != "real":
        return
    raise UsageError(
        Message(
            fr=f"Rien n'a été fait : l'édition en service ({edition.edition_id}) est faite de fichiers réels, et les échantillons "
            "livrés avec le logiciel, en partie inventés, prendraient leur place.",
            en=f"Nothing was done: the edition in service ({edition.edition_id}) is made of real files, and the samples shipped "
            "with the software, made up in part, would take their place.",
        ),
        Message(
            fr="Dire d'où viennent les fichiers : --from live, ou --from DOSSIER (dans Dagster : « channel » de la ressource "
            "observatory, ou la variable OBSERVATORY_FROM). Pour un essai, prendre un autre --home. Pour remplacer quand même "
            "l'édition réelle : --replace-real (dans Dagster : replace_real: true).",
            en="Say where the files come from: --from live, or --from FOLDER (in Dagster: 'channel' of the resource "
            "observatory, or the variable OBSERVATORY_FROM). For a trial, take another --home. To replace the real edition all "
            "the same: --replace-real (in Dagster: replace_real: true).",
        ),
    )


def remember(
    refresh: Refresh,
    source: Source,
    state: SourceState,
    landed: Landed,
    match: Match | None,
    outcome: FileOutcome,
    tables: list[str],
) -> None:
    """Note in the register how `landed` was judged, so that the same bytes need not be judged again."""
    state.files.setdefault(landed.vintage, {})[landed.name] = judged(refresh, source, landed, match, outcome, tables)


def judged(
    refresh: Refresh, source: Source, landed: Landed, match: Match | None, outcome: FileOutcome, tables: list[str]
) -> KnownFile:
    """Return what the register keeps of a judgement."""
    return KnownFile(
        file=landed.name,
        slot=match.slot if match else "",
        sha256=landed.sha256,
        contract=refresh.contract(source, landed.vintage),
        bytes=landed.bytes,
        origin=landed.origin,
        channel=landed.channel,
        state=outcome.state,
        reason=outcome.reason,
        action=outcome.action,
        rows_read=outcome.rows_read,
        rows_kept=outcome.rows_kept,
        rows_rejected=outcome.rows_rejected,
        tables=tables,
        fetched_at=refresh.started_at.isoformat(timespec="seconds"),
        patch=outcome.patch,
        waived=outcome.waived,
        synthetic=bool(match and match.spec.synthetic),
        published_at=outcome.published_at,
    )


def from_known(known: KnownFile, landed: Landed) -> FileOutcome:
    """Return the outcome of a file that was judged before: unchanged, or not taken for the same reason."""
    state = "unchanged" if known.state in GOOD else known.state
    return FileOutcome(
        source=landed.source,
        vintage=landed.vintage,
        file=landed.name,
        state=state,  # type: ignore[arg-type]
        reason=known.reason,
        action=known.action,
        rows_read=known.rows_read,
        rows_kept=known.rows_kept,
        rows_rejected=known.rows_rejected,
        sha256=known.sha256,
        bytes=known.bytes,
        origin=landed.origin,
        channel=landed.channel,
        patch=known.patch,
        waived=known.waived,
        published_at=known.published_at,
    )


def _nothing_but_documents(source: Source, outcomes: list[FileOutcome]) -> list[FileOutcome]:
    """Return `outcomes` with the documents refused that are all that lies in a vintage's folder.

    A read-me beside the communes changes nothing; alone in `insee_cog/2027`, it stands where somebody meant to put
    them. Asked each time and not remembered: the list may come tomorrow, and the read-me is then beside it.
    """

    def is_document(outcome: FileOutcome) -> bool:
        return (
            outcome.state == "unchanged"
            and outcome.rows_read == 0
            and Path(outcome.file or "").suffix.lower() in DOCUMENTS
        )

    lists = {o.vintage for o in outcomes if not is_document(o)}
    return [
        o.model_copy(
            update={
                "state": "refused",
                "reason": Message(
                    fr=f"{o.file} : ce document n'est aucun tableau de « {source.title.fr} », et rien d'autre n'est dans le dossier « {o.vintage} »",
                    en=f"{o.file}: this document is no table of '{source.title.en}', and nothing else is in the folder '{o.vintage}'",
                ),
                "action": Message(
                    fr=f"Placer dans ce dossier le fichier de {source.publisher}, ou retirer le dossier.",
                    en=f"Put the file of {source.publisher} into this folder, or take the folder away.",
                ),
            }
        )
        if is_document(o) and o.vintage not in lists
        else o
        for o in outcomes
    ]


def refused(landed: Landed, refusal: Refusal) -> FileOutcome:
    """Return the outcome of a file that must not be read further; one that no table needs changes nothing."""
    return FileOutcome(
        source=landed.source,
        vintage=landed.vintage,
        file=landed.name,
        state="unchanged" if refusal.kind == BESIDE else "refused",
        reason=Message.join([refusal.reason, *([landed.note] if landed.note else [])]),
        action=refusal.action,
        sha256=landed.sha256,
        bytes=landed.bytes,
        origin=landed.origin,
        channel=landed.channel,
        patch=refusal.patch if isinstance(refusal, HeaderRefusal) else None,
    )


def taken(landed: Landed, conformed: Conformed) -> FileOutcome:
    """Return the outcome of a file that was read: `adapted` when anything had drifted."""
    notes = list(conformed.notes)
    if conformed.rejected:
        first = conformed.rejected[0]
        notes.append(
            Message(
                fr=f"{len(conformed.rejected)} ligne(s) écartée(s), la première ligne {first.line} : {first.why.fr} (colonne « {first.column} »)",
                en=f"{len(conformed.rejected)} row(s) left out, the first on line {first.line}: {first.why.en} (column '{first.column}')",
            )
        )
    return FileOutcome(
        source=landed.source,
        vintage=landed.vintage,
        file=landed.name,
        state="adapted" if notes else "accepted",
        reason=Message.join(notes),
        rows_read=conformed.rows_read,
        rows_kept=len(conformed.frame),
        rows_rejected=len(conformed.rejected),
        sha256=landed.sha256,
        bytes=landed.bytes,
        origin=landed.origin,
        channel=landed.channel,
        waived=conformed.waived,
        published_at=conformed.published_at,
    )


def _keep_what_was(kept: Vintage, before: Vintage | None) -> None:
    """Let a vintage that rests on a waiver remember the one that did not, for the day when the waiver ends."""
    kept.before = None
    if kept.rests_on_waivers and before is not None:
        kept.before = before.before if before.rests_on_waivers else before


def _ended(file: str, checks: list[str], is_back: bool) -> Refusal:
    names = ", ".join(dict.fromkeys(checks))
    stays = (
        Message(
            fr="la version précédente de ce fichier est remise en service",
            en="the version of it before is back in service",
        )
        if is_back
        else Message(
            fr="il n'en existe pas de version plus ancienne, ce millésime n'a plus ses chiffres",
            en="there is no older version of it, this vintage has its figures no more",
        )
    )
    return Refusal(
        Message(
            fr=f"{file} n'était admis que par une dérogation ({names}) qui n'est plus en vigueur ; ses chiffres sont retirés : {stays.fr}.",
            en=f"{file} was let in only by a waiver ({names}) that holds no more; its figures are withdrawn: {stays.en}.",
        ),
        Message(
            fr="Obtenir un fichier corrigé de l'éditeur, ou faire relire la dérogation et sa date de fin dans waivers.yml.",
            en="Get a corrected file from the publisher, or have the waiver and its end reviewed in waivers.yml.",
        ),
        kind="waiver",
    )


def _as_warning(check: CheckOutcome, waiver: Message) -> CheckOutcome:
    """Return a failed check that a waiver lets through."""
    said = Message(fr=f"{check.message.fr} — {waiver.fr}", en=f"{check.message.en} — {waiver.en}")
    return check.model_copy(update={"severity": "warn", "message": said})


def _unforeseen(landed: Landed, error: Exception) -> Refusal:
    return Refusal(
        Message(
            fr=f"{landed.name} : le logiciel n'a pas su lire ce fichier ({type(error).__name__}) ; ce n'est pas votre faute.",
            en=f"{landed.name}: the software could not read this file ({type(error).__name__}); it is not your fault.",
        ),
        Message(
            fr="Transmettre ce fichier et ce compte rendu à l'équipe données.",
            en="Hand this file and this receipt to the data team.",
        ),
        kind="unforeseen",
    )


def _clash(source: Source, table: str, frame: pd.DataFrame) -> Refusal | None:
    """Two files of one vintage must not tell two truths about one key."""
    key = source.tables[table].key
    if not key:
        return None
    doubled = frame[frame.duplicated(subset=key, keep=False)]
    if doubled["_file"].nunique() < 2:
        return None
    files = ", ".join(sorted(doubled["_file"].unique())[:3])
    first = doubled.iloc[0]
    what = ", ".join(f"{k} = {first[k]}" for k in key)
    return Refusal(
        Message(
            fr=f"Les fichiers {files} donnent tous deux des valeurs pour la même clé ({what}).",
            en=f"The files {files} both give values for the same key ({what}).",
        ),
        Message(fr="Ne garder que le fichier qui fait foi.", en="Keep only the file that counts."),
        kind="clash",
    )


def _node_check(node: NodeResult, named: Callable[[Broken], Message]) -> CheckOutcome:
    """Return a dbt node as a check; what was skipped behind a failure is no second reason to block."""
    if node.status in ("pass", "success"):
        message = Message(fr="tient", en="holds")
    elif node.status == "skipped":
        message = Message(
            fr=f"« {node.name} » n'a pas été vérifié : une table dont il dépend a échoué",
            en=f"'{node.name}' was not checked: a table that it needs failed",
        )
    elif node.broken:
        found = [_too_many(named(b)) if b.held else named(b) for b in node.broken]
        message = Message(fr=" ; ".join(m.fr for m in found), en="; ".join(m.en for m in found))
    else:
        said = " ".join((node.message or node.status).split())
        message = Message(
            fr=f"le contrôle « {node.name} » a échoué : {said}", en=f"the check '{node.name}' failed: {said}"
        )
    return CheckOutcome(
        name=node.name,
        asset=node.unique_id.split(".")[2],
        severity="warn" if node.status in ("warn", "skipped") else "error",
        passed=node.status in ("pass", "success"),
        message=message,
    )


def _too_many(said: Message) -> Message:
    """Return that rows are held back of which there are too many for the rest to go out without a person's word."""
    return Message(
        fr=f"{said.fr}. C'est trop pour des lignes isolées (une sur vingt) : un modèle ou un fichier est faux. Ces lignes sont retenues ; "
        "le corriger, ou laisser paraître l'édition sans elles en l'inscrivant dans waivers.yml",
        en=f"{said.en}. That is too many for single rows (one in twenty): a model or a file is wrong. These rows are held back; "
        "correct it, or let the edition appear without them by an entry in waivers.yml",
    )
