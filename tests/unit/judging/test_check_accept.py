"""`observatory check --accept`: proposed lines are written after a yes, and only when they are proven."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from orchestration.base.settings import PROJECT
from orchestration.cli.app import app

LINE = "rates,,neet_rate,part_des_non_inseres,,,,,,,,,,,"


class Desk:
    """A copy of the sources, a file to try, and the command line."""

    def __init__(self, root: Path) -> None:
        self.sources = root / "project/sources"
        for name in ("insee_neet", "egapro_index"):
            shutil.copytree(PROJECT / "sources" / name, self.sources / name)
        self.columns = self.sources / "insee_neet/columns.csv"
        self.home = root / "home"
        self.file = root / "2018/neet_epci_2018.csv"
        self.file.parent.mkdir()
        self.write("part_des_non_inseres")

    def write(self, header: str = "part_non_inseres", old: str = "", new: str = "") -> None:
        text = (PROJECT / "sources/insee_neet/sample/2018/neet_epci_2018.csv").read_text(encoding="utf-8-sig")
        assert old in text
        self.file.write_text(
            text.replace("part_non_inseres", header).replace(old, new)
            if old
            else text.replace("part_non_inseres", header),
            encoding="utf-8",
        )

    def check(self, *options: str, language: str = "fr"):
        env = {"OBSERVATORY_SOURCES_PATH": str(self.sources), "OBSERVATORY_LANGUAGE": language}
        return CliRunner().invoke(
            app, ["check", "insee_neet", str(self.file), "--home", str(self.home), *options], env=env
        )


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_renamed_column_is_refused_with_the_line_and_its_evidence(desk: Desk):
    before = desk.columns.read_bytes()
    answer = desk.check()
    assert answer.exit_code == 3
    assert LINE in answer.output and "% des valeurs" in answer.output and "--accept" in answer.output
    found = json.loads(desk.check("--json").output)["patch"]
    assert found["columns_file"] == "sources/insee_neet/columns.csv"
    assert [line["line"] for line in found["lines"]] == [LINE]
    assert "100% of the values fit" in found["lines"][0]["evidence_en"]
    assert desk.columns.read_bytes() == before and not desk.home.exists()


def test_without_a_terminal_and_without_yes_nothing_is_written(desk: Desk):
    before = desk.columns.read_bytes()
    answer = desk.check("--accept")
    assert answer.exit_code == 3
    assert "Rien n'a été écrit." in answer.output and "--yes" in answer.output
    assert desk.columns.read_bytes() == before


@pytest.mark.parametrize(("reply", "code"), [("y\n", 0), ("n\n", 3)])
def test_on_a_terminal_it_asks(desk: Desk, monkeypatch: pytest.MonkeyPatch, reply: str, code: int):
    monkeypatch.setattr("orchestration.cli.checking.is_terminal", lambda: True)
    before = desk.columns.read_text()
    env = {"OBSERVATORY_SOURCES_PATH": str(desk.sources)}
    answer = CliRunner().invoke(
        app, ["check", "insee_neet", str(desk.file), "--home", str(desk.home), "--accept"], env=env, input=reply
    )
    assert answer.exit_code == code, answer.output
    assert (LINE in desk.columns.read_text()) == (code == 0)
    assert desk.columns.read_text().startswith(before)


@pytest.mark.parametrize(("language", "said"), [("fr", "1 ligne écrite dans"), ("en", "1 line written to")])
def test_with_yes_the_line_is_written_and_the_file_is_taken(desk: Desk, language: str, said: str):
    answer = desk.check("--accept", "--yes", language=language)
    assert answer.exit_code == 0, answer.output
    assert said in answer.output and "observatory refresh" in answer.output and "git diff" in answer.output
    assert desk.columns.read_text(encoding="utf-8").splitlines()[-1] == LINE
    assert not list(desk.columns.parent.glob("*.tmp"))
    assert desk.check().exit_code == 0
    again = desk.check("--accept", "--yes")
    assert again.exit_code == 0 and "rien à accepter" in again.output
    assert desk.columns.read_text(encoding="utf-8").count(LINE) == 1


def test_for_a_program_the_answer_is_one_object(desk: Desk):
    assert json.loads(desk.check("--accept", "--json").output)["accepted"] is False
    answer = json.loads(desk.check("--accept", "--yes", "--json").output)
    assert answer["accepted"] is True and answer["said"]


def test_a_refusal_that_no_line_lifts_is_said_to_be_one(desk: Desk):
    desk.write(old="2013;12,50", new="2013;1250,0")
    before = desk.columns.read_bytes()
    answer = desk.check("--accept", "--yes")
    assert answer.exit_code == 3
    assert "ne se lève pas par une ligne" in answer.output and desk.columns.read_bytes() == before


def test_lines_that_do_not_make_the_file_readable_are_not_written(desk: Desk):
    desk.write("part_des_non_inseres", old="2013;12,50", new="2013;21,50")
    before = desk.columns.read_bytes()
    answer = desk.check("--accept", "--yes")
    assert answer.exit_code == 3, answer.output
    assert "encore refusé" in answer.output and "Rien n'a été écrit." in answer.output
    assert desk.columns.read_bytes() == before


def test_a_folder_that_cannot_be_written_is_told_without_a_traceback(desk: Desk):
    (desk.columns.parent / "columns.tmp").mkdir()  # what stands in the way of the new file, also for root
    before = desk.columns.read_bytes()
    answer = desk.check("--accept", "--yes")
    assert answer.exit_code == 3
    assert "ne peut pas être modifié d'ici" in answer.output and "Traceback" not in answer.output
    assert desk.columns.read_bytes() == before


def test_a_contract_keeps_its_line_ends_and_its_rights(desk: Desk):
    desk.columns.write_bytes(desk.columns.read_bytes().replace(b"\n", b"\r\n").rstrip(b"\r\n"))
    desk.columns.chmod(0o640)
    assert desk.check("--accept", "--yes").exit_code == 0
    assert desk.columns.read_bytes().endswith(b"\r\n" + LINE.encode() + b"\r\n")
    assert desk.columns.stat().st_mode & 0o777 == 0o640


def test_evidence_pasted_along_does_not_break_the_contract(desk: Desk):
    with desk.columns.open("a", encoding="utf-8") as handle:
        handle.write(f"#\n# 2018/neet.csv : « part, des » → neet_rate\n{LINE}\n")
    assert desk.check().exit_code == 0


def test_a_renamed_column_of_a_national_file_is_accepted(tmp_path: Path):
    sources = tmp_path / "sources"
    shutil.copytree(PROJECT / "sources/insee_sirene", sources / "insee_sirene")
    shutil.copytree(PROJECT / "sources/dgcl_epci", sources / "dgcl_epci")
    shutil.copytree(PROJECT / "sources/insee_cog", sources / "insee_cog")
    published = next((PROJECT / "sources/insee_sirene/sample").glob("*/StockUniteLegale_utf8.zip"))
    renamed = tmp_path / "2026-11/StockUniteLegale_utf8.zip"
    renamed.parent.mkdir()
    with zipfile.ZipFile(published) as archive, zipfile.ZipFile(renamed, "w") as changed:
        (name,) = archive.namelist()
        text = archive.read(name).decode("utf-8")
        assert text.count("trancheEffectifsUniteLegale") == 1
        changed.writestr(name, text.replace("trancheEffectifsUniteLegale", "trancheEffectifUniteLegale"))

    def check(file: Path, *options: str):
        arguments = [
            "check",
            "insee_sirene",
            str(file),
            "--vintage",
            "2026-11",
            "--home",
            str(tmp_path / "home"),
            *options,
        ]
        return CliRunner().invoke(app, arguments, env={"OBSERVATORY_SOURCES_PATH": str(sources)})

    good = check(published)
    assert good.exit_code == 0, good.output
    refused = check(renamed)
    assert (
        refused.exit_code == 3
        and "raw_legal_units,,trancheEffectifsUniteLegale,trancheEffectifUniteLegale," in refused.output
    )
    assert check(renamed, "--accept", "--yes").exit_code == 0
    assert check(renamed).exit_code == 0
