"""Who may ask: loopback, a web server in front, roles, tokens, how often."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest
from counter_fakes import SECRET, Browser, behind, browser_of
from pydantic import SecretStr

from orchestration.base.messages import Refusal
from orchestration.base.settings import PROJECT, Settings
from orchestration.counter.access import Access, Person, refuse_open_door

PAGES = ("/", "/deposit", "/refresh", "/editions", "/tables", "/review", "/journal")


def test_an_empty_home_has_every_page_in_both_languages(browser: Browser) -> None:
    for page in PAGES:
        french, english = browser.get(f"{page}?lang=fr"), browser.get(f"{page}?lang=en")
        assert french.status_code == english.status_code == 200, page
        assert '<html lang="fr">' in french.text and '<html lang="en">' in english.text
        policy = french.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy
        # nothing stands in the page that its policy would forbid
        assert "<script>" not in french.text and " style=" not in french.text and " onclick" not in french.text
        # each in the typography of its language
        assert " : " not in re.sub("<[^>]*>", "", english.text), page
    assert "English" in browser.get("/?lang=fr").text
    assert '<html lang="fr">' in browser.get("/").text  # what was chosen last is kept


def test_an_empty_home_says_how_to_begin_and_whom_to_call(settings: Settings) -> None:
    behind(settings)
    settings = settings.model_copy(update={"counter_contact": "<i>équipe données</i>, 02 00 00 00 00"})
    with browser_of(settings) as alone:
        page = alone.get("/").text
        assert "Pour commencer" in page and 'class="go" href="/refresh"' in page
        assert "&lt;i&gt;équipe données" in page and "02 00 00 00 00" in page
    headers = {"X-Observatory-Secret": SECRET, "X-Observatory-User": "agent", "X-Observatory-Roles": "agents"}
    with browser_of(behind(settings), **headers) as reader:
        page = reader.get("/").text
        assert "Pour commencer" not in page and "L&#39;équipe RSE en lance une première" in page


def test_a_form_without_the_token_of_its_page_changes_nothing(browser: Browser, settings: Settings) -> None:
    for path in ("/refresh", "/editions/back", "/review/ask", "/review/settle"):
        answer = browser.post(path, data={"token": "0" * 64, "channel": "sample"})
        assert answer.status_code == 403 and "Ce formulaire ne vient pas de cette page" in answer.text
    assert not (settings.home / "counter" / "jobs").exists()


def test_a_token_is_of_one_browser_and_one_person(settings: Settings) -> None:
    settings.home.mkdir()
    access = Access(settings)
    one, other = (access.session(Nobody())[0] for _ in range(2))
    claire, yann = Person("Claire", "team"), Person("Yann", "team")
    token = access.token(one, claire)
    assert access.is_token(token, one, claire)
    assert not access.is_token(token, other, claire)
    assert not access.is_token(token, one, yann)
    assert not access.is_token("é" * 64, one, claire)
    # another process of the same home signs alike
    assert Access(settings).token(one, claire) == token


class Nobody:
    def __init__(self) -> None:
        self.cookies: dict[str, str] = {}


def test_a_cookie_that_somebody_wrote_is_no_session(browser: Browser) -> None:
    browser.get("/")
    first = browser.cookies["observatory_counter"]
    browser.cookies.set("observatory_counter", first[:33] + "en" + first[35:], domain="127.0.0.1")
    assert '<html lang="fr">' in browser.get("/").text


def test_another_page_sends_nothing(browser: Browser) -> None:
    token = browser.token()
    strange = browser.post("/refresh", data={"token": token}, headers={"Origin": "https://example.org"})
    assert strange.status_code == 403
    assert browser.get("/", headers={"Host": "rebound.example.org"}).status_code == 421


def test_behind_a_web_server_only_the_server_is_answered(settings: Settings) -> None:
    settings = behind(settings)
    with browser_of(settings) as nobody:
        assert nobody.get("/").status_code == 403
        assert (
            nobody.get("/", headers={"X-Observatory-User": "Claire", "X-Observatory-Roles": "rse"}).status_code == 403
        )
        wrong = {"X-Observatory-Secret": SECRET[:-1], "X-Observatory-User": "Claire", "X-Observatory-Roles": "rse"}
        answer = nobody.get("/", headers=wrong)
        assert answer.status_code == 403 and "Personne n&#39;a dit qui vous êtes" in answer.text
        right = {**wrong, "X-Observatory-Secret": SECRET}
        assert nobody.get("/", headers=right).status_code == 200
        # a group that nobody named has no role, and an empty name is nobody
        assert nobody.get("/", headers={**right, "X-Observatory-Roles": "visiteurs"}).status_code == 403
        assert nobody.get("/", headers={**right, "X-Observatory-User": " "}).status_code == 403
        # two headers of a name: nobody knows which one the server wrote
        twice = [*right.items(), ("X-Observatory-Roles", "donnees")]
        assert nobody.get("/", headers=twice).status_code == 403


def test_roles_build_on_each_other(settings: Settings) -> None:
    settings = behind(settings)

    def as_(groups: str, name: str = "Zoé") -> Browser:
        return browser_of(
            settings,
            **{"X-Observatory-Secret": SECRET, "X-Observatory-User": name, "X-Observatory-Roles": groups},
        )

    with as_("agents") as reader, as_("agents, RSE") as team, as_("donnees") as engineer:
        assert reader.get("/").status_code == 200 and reader.get("/journal").status_code == 403
        assert "Déposer et examiner" not in reader.get("/deposit").text
        assert team.get("/journal").status_code == 200
        token = team.token()
        denied = reader.post("/refresh", data={"token": token, "channel": "live"})
        assert denied.status_code == 403 and "Votre rôle" in denied.text
        assert "Zoé, équipe RSE" in team.get("/").text
        assert team.fill("/review/settle", request="x").status_code == 403
        assert engineer.fill("/review/settle", request="x").status_code == 404
        assert "secure" in team.get("/?lang=en").headers["set-cookie"].lower()


def test_a_name_is_text_whatever_it_holds(settings: Settings) -> None:
    settings = behind(settings)
    headers = {"X-Observatory-Secret": SECRET, "X-Observatory-Roles": "rse"}
    with browser_of(settings, **headers, **{"X-Observatory-User": "<b>Claire</b>\x1b[31m"}) as browser:
        page = browser.get("/").text
        assert "<b>Claire" not in page and "&lt;b&gt;Claire" in page and "\x1b" not in page


def test_somebody_who_asks_without_end_is_told_to_wait(settings: Settings) -> None:
    settings.home.mkdir()
    access, claire = Access(settings), Person("Claire", "team")
    said = [access.is_too_often(claire, changes=True, now=n / 10) for n in range(45)]
    assert not any(said[:40]) and all(said[40:])
    assert not access.is_too_often(Person("Yann", "team"), changes=True, now=4.5)
    assert not access.is_too_often(claire, changes=True, now=70.0)


@pytest.mark.parametrize(
    ("host", "secret", "roles", "code"),
    [
        ("0.0.0.0", "", "", "counter.open_door"),
        ("192.0.2.1", "", "team=rse", "counter.open_door"),
        ("127.0.0.1", "short", "team=rse", "counter.secret_short"),
        ("127.0.0.1", SECRET, "equipe=rse", "counter.no_roles"),
    ],
)
def test_a_door_that_would_stand_open_is_not_opened(
    settings: Settings, host: str, secret: str, roles: str, code: str
) -> None:
    settings = settings.model_copy(update={"counter_secret": SecretStr(secret), "counter_roles": roles})
    with pytest.raises(Refusal) as caught:
        refuse_open_door(settings, host)
    assert caught.value.reason.code == code


def test_the_key_is_the_accounts_alone(settings: Settings) -> None:
    settings.home.mkdir()
    Access(settings)
    assert (settings.home / "counter" / "key").stat().st_mode & 0o777 == 0o600


def test_the_page_starts_without_what_is_heavy() -> None:
    """What a process that runs all day imports: neither Dagster, dbt, Great Expectations nor pandas or DuckDB."""
    heavy = ("dagster", "dbt", "great_expectations", "pandas", "numpy", "duckdb", "openpyxl", "scipy", "httpx")
    code = "import sys, json, orchestration.counter.serving; print(json.dumps(sorted({m.split('.')[0] for m in sys.modules})))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=PROJECT, check=True)
    assert set(heavy) & set(json.loads(done.stdout)) == set()


def test_the_styles_have_names_that_say_their_content(browser: Browser) -> None:
    page = browser.get("/").text
    for part in page.split('"/static/')[1:]:
        answer = browser.get(f"/static/{part.partition(chr(34))[0]}")
        assert answer.status_code == 200 and "immutable" in answer.headers["cache-control"]
    assert browser.get("/static/../app.py").status_code == 404
