"""What a refresh is asked for: slips are told before any work, and real figures do not give way to samples by mistake."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from pydantic import ValidationError

from orchestration.base.errors import UsageError
from orchestration.base.messages import say
from orchestration.base.settings import Settings
from orchestration.building.worker import BuildError
from orchestration.records.outcome import CheckOutcome
from orchestration.refresh import asking, build, ingest, publish
from orchestration.refresh.walking import Walk
from tests.conftest import observatory
from tests.words import fr


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path / "home", expectations_path=tmp_path)


def in_service(monkeypatch, realm, channel="mirror"):
    edition = SimpleNamespace(edition_id="20261129T130038Z", manifest=SimpleNamespace(realm=realm, channel=channel))
    monkeypatch.setattr(asking, "current", lambda _: edition)


def wrong(settings, channel):
    with pytest.raises(UsageError) as told:
        Walk.open(settings, channel=str(channel))
    # nothing was begun, and the home is free
    assert not (settings.home / "lake").exists() and not (settings.home / "editions").exists()
    return f"{fr(told.value.reason)} {fr(told.value.action)}"


def test_samples_do_not_take_the_place_of_real_figures_unless_it_is_said(settings, monkeypatch):
    in_service(monkeypatch, "real")
    said = wrong(settings, "sample")
    assert (
        "20261129T130038Z" in said
        and "fichiers réels" in said
        and "--replace-real" in said
        and "replace_real: true" in said
    )
    with Walk.open(settings, channel="sample", replace_real=True, only=["un_sdg"]) as refresh:
        assert refresh.run.grounds.realm == "sample"


@pytest.mark.parametrize("realm", ["sample", None])
def test_a_trial_home_goes_on_as_before(settings, monkeypatch, realm):
    if realm:
        in_service(monkeypatch, realm)
    with Walk.open(settings, channel="sample", only=["un_sdg"]) as refresh:
        assert refresh.run.grounds.realm == "sample"


def test_a_folder_without_any_source_is_a_slip(settings, tmp_path):
    (tmp_path / "plan/annexes").mkdir(parents=True)
    said = wrong(settings, tmp_path / "plan")
    assert "Aucun dossier de source" in said and "annexes" in said and "SOURCE/MILLÉSIME/FICHIER" in said


def test_the_folder_of_one_source_is_told_for_what_it_is(settings, tmp_path):
    (tmp_path / "envoi/insee_neet/2018").mkdir(parents=True)
    assert str(tmp_path / "envoi") in wrong(settings, tmp_path / "envoi/insee_neet").partition("donner le dossier")[2]


def test_a_channel_written_otherwise_is_told(settings, tmp_path):
    said = wrong(settings, tmp_path / "Sample")
    assert "n'existe pas" in said and "Vouliez-vous dire « sample » ?" in said and "« live »" in said


def test_a_mirror_of_which_one_folder_is_known_is_a_mirror(settings, tmp_path):
    (tmp_path / "envoi/insee_neet").mkdir(parents=True)
    (tmp_path / "envoi/insee_mystere").mkdir()
    with Walk.open(settings, channel=str(tmp_path / "envoi"), only=["insee_neet"]) as refresh:
        assert refresh.run.grounds.realm == "real"


# Luhn's formula by hand: 244400404 → 4+0+4+0+0+8+4+8+2 = 30; with its last digit wrong, 31
@pytest.mark.parametrize(
    ("siren", "good"),
    [
        ("244400404", True),
        ("244 400 404", True),
        ("244400405", False),
        ("999999999", False),
        ("24440040", False),
        ("٢٤٤٤٠٠٤٠٤", False),
    ],
)
def test_a_territory_is_a_siren(siren, good):
    if good:
        assert Settings(territory=siren).territory == "244400404"
    else:
        with pytest.raises(ValidationError, match="SIREN"):
            Settings(territory=siren)


def test_the_prompt_stops_at_once(tmp_path):
    answer = observatory("refresh", "--territory", "999999999", "--home", tmp_path / "home", "--json")
    assert answer.code == 2 and "999999999" in answer.err and not (tmp_path / "home").exists()
    answer = observatory("refresh", "--from", tmp_path, "--home", tmp_path / "home", "--json")
    assert answer.code == answer.receipt["exit_code"] == 2 and "Aucun dossier de source" in answer.receipt["reason"]


def test_what_was_ordered_and_never_judged_is_not_published():
    with pytest.raises(RuntimeError, match=r"programmes\.figures\.2026-11"):
        publish.publish(SimpleNamespace(ordered=[SimpleNamespace(ticket="programmes.figures.2026-11")]), None, None)


def test_a_mart_whose_suite_did_not_answer_is_not_published(tmp_path):
    suites = tmp_path / "marts"
    suites.mkdir()
    for name in ("fct_value", "fct_label"):
        (suites / f"{name}.json").write_text("{}")
    answered = [
        CheckOutcome(name="rows", asset="fct_value", severity="error", passed=True, message=say("refresh.holds"))
    ]
    worker = SimpleNamespace(check_tables=lambda _: answered, stop=lambda: None)
    run = SimpleNamespace(
        begins=lambda *_: None, worker=worker, settings=SimpleNamespace(expectations_path=tmp_path), grounds=None
    )
    built = build.Built(SimpleNamespace(success=True, spared=frozenset()), "e", None)
    with pytest.raises(BuildError) as unanswered:
        build.check_marts(run, built)
    assert unanswered.value.reason.params["suites"] == ("fct_label",)


def test_a_suite_stays_owed_until_its_verdict_is_there():
    def gone(_: str) -> None:
        raise BuildError(say("building.process_ended", log="worker.log"))

    item = SimpleNamespace(ticket="t", source=SimpleNamespace(source_id="s"), vintage="2018")
    run = SimpleNamespace(
        ordered=[item], worker=SimpleNamespace(checks=gone), outcomes=lambda _: [], facts=None, kept=[]
    )
    with pytest.raises(BuildError):
        ingest.check_sources(run)
    assert run.ordered == [item]
    with pytest.raises(RuntimeError, match="never judged"):
        publish.publish(run, None, None)
