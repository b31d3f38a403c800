"""From an edition's folder to a folder of pages: everything is made and checked first, and only then written.

Add here what holds for every page. What stands on a page belongs to `pages`, how it is written to the disk to `writing`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import time
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from orchestration.base.messages import Language, Message, say
from orchestration.readers.site import beside, budget, links
from orchestration.readers.site.colours import GOALS
from orchestration.readers.site.configuration import SiteConfiguration
from orchestration.readers.site.csv_files import csv_files
from orchestration.readers.site.edition import Edition, read_edition
from orchestration.readers.site.pages import (
    about,
    assess,
    companies,
    declarations,
    goals,
    home,
    indicators,
    issues,
    territories,
)
from orchestration.readers.site.pages import figures as figure_pages
from orchestration.readers.site.pages.shared import Draft
from orchestration.readers.site.words import LANGUAGES, SIGNS, Route, Voice, place_route
from orchestration.readers.site.writing import Packed, Writer, pack, pack_telling
from orchestration.receipts import wording
from orchestration.receipts.typography import spaced

TEMPLATES = Path(__file__).parent / "templates"
# where the open data lie beside the pages: docs/nginx-site.conf
OPEN = "open/"
MENU = ("goals", "territories", "issues", "companies", "assess", "sources")
FOOTER = ("index", "sitemap", "methods", "changes", "monitoring", "accessibility", "ecodesign")
# stands for what a page weighs until it is weighed; as long as what takes its place
WEIGHT = "§weight of this page, to be told when it is known§"


@dataclass(frozen=True)
class Fault:
    """What keeps the site back: the page, and why."""

    page: str
    why: Message


class SiteRefused(Exception):
    """The site as made breaks its own rules: nothing was written. `faults` says which page, and why."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        first = faults[0]
        self.reason = say("site.refused_pages", count=len(faults), page=first.page, why=first.why)
        self.action = say("site.refused_action")
        super().__init__(str(self.reason))


@dataclass
class SiteReport:
    """What a build made. Sizes in bytes; `seconds` of computing; `unchanged` were left as they lay."""

    edition: str
    folder: Path
    pages: int = 0
    written: int = 0
    unchanged: int = 0
    gone: int = 0
    heaviest: int = 0
    most_nodes: int = 0
    lowest_ecoindex: float = 100.0
    total: int = 0
    seconds: float = 0.0
    weights: dict[str, budget.Weight] = field(default_factory=dict)


@dataclass
class Page:
    """A draft in one language, as templates see it."""

    route: Route
    language: Language
    title: str
    description: str
    dataset: Markup | None
    fragment: str | None
    crumbs: list[tuple[str, str, str]]
    # of a page that is gone: its path, whose route nobody knows any more
    gone: str = ""

    @property
    def path(self) -> str:
        """Return where the page lies in the site."""
        return self.gone or self.route.path(self.language)

    @property
    def up(self) -> str:
        """Return what leads from the page to the root of the site."""
        return "../" * self.path.count("/")

    @property
    def translations(self) -> list[tuple[str, str]]:
        """Return each language and where the page lies in it, its own included."""
        return [(language, self.route.path(language)) for language in LANGUAGES]

    @property
    def others(self) -> list[tuple[str, str]]:
        """Return the other languages and where the page lies in them."""
        return [pair for pair in self.translations if pair[0] != self.language]


def build_site(edition: Path, configuration: SiteConfiguration, folder: Path, *, all_epcis: bool = False) -> SiteReport:
    """Make the pages of the edition in folder `edition` and write them below `folder`; return what was made.

    Raises Refusal where the edition cannot be read, SiteRefused where a page breaks the budget or a link leads nowhere:
    nothing is written then, and the pages of before stay.
    """
    began = time.process_time()
    e = read_edition(edition, all_epcis=all_epcis)
    writer = Writer(folder)
    made = Made()
    presses = [Press(e, configuration, language) for language in LANGUAGES]
    book = figure_pages.FigureBook(e)
    made.files |= csv_files(e)
    sizes = {path: len(text.encode()) for path, text in made.files.items()}
    for press in presses:
        for draft in _drafts(e, press.voice, book, sizes, configuration.url, all_epcis=all_epcis):
            made.add(press, draft)
            if draft.fragment:
                made.pieces |= press.fragment(draft)
    # the declarations tell what all the others weigh
    weighed = declarations.measured(made.weights)
    for press in presses:
        for draft in declarations.drafts(e, press.voice, configuration, weighed):
            made.add(press, draft)
    for press in presses:
        for path in sorted(writer.before):
            if path.startswith(f"{press.voice.language}/") and path.endswith(".html") and path not in made.pages:
                made.gone(press, path)
        made.files |= press.beside()
    addresses = [path for path in made.pages if path not in made.absent]
    made.files["sitemap.xml"] = beside.sitemap(addresses, configuration.url)
    made.files["robots.txt"] = beside.robots(configuration.url)
    voices = [press.voice for press in presses]
    made.files["index.html"] = presses[0].front(voices, "site.front_heading")
    # from any depth: its links begin at the site's own address
    made.files["404.html"] = presses[0].front(voices, "site.not_found", root=configuration.url)
    _refuse(made)
    files = {path: pack(text) for path, text in made.files.items()}
    pieces = {path: Packed(text.encode()) for path, text in made.pieces.items()}
    writer.write({**made.packed, **files, **pieces})
    report = _report(e, folder, made.weights, writer)
    report.gone = len(made.absent)
    report.seconds = round(time.process_time() - began, 2)
    return report


@dataclass
class Made:
    """What a build has made so far, by path: pages and what they weigh; files that are no pages; pages that are gone.

    `pieces` are what other servers take in, as it is: nothing packed lies beside them.
    """

    pages: dict[str, str] = field(default_factory=dict)
    packed: dict[str, Packed] = field(default_factory=dict)
    weights: dict[str, budget.Weight] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    pieces: dict[str, str] = field(default_factory=dict)
    scripted: set[str] = field(default_factory=set)
    absent: set[str] = field(default_factory=set)

    def add(self, press: Press, draft: Draft) -> None:
        """Print and weigh a page; it says itself what it weighs."""
        path = draft.route.path(press.voice.language)
        if path in self.pages:
            raise RuntimeError(f"two pages at {path}")
        self._keep(press, path, *press.print(draft))
        if draft.may_script:
            self.scripted.add(path)

    def gone(self, press: Press, path: str) -> None:
        """Let the address of a page that is no longer made still answer."""
        self._keep(press, path, *press.print_gone(path))
        self.absent.add(path)

    def _keep(self, press: Press, path: str, head: str, rest: str) -> None:
        # what the page will say of its weight is text: it adds neither a node nor a request
        counted = budget.counted(head, rest)
        text, packed = pack_telling(head, rest, WEIGHT, lambda compressed: press.weighed(compressed, *counted))
        self.pages[path], self.packed[path] = text, packed
        self.weights[path] = budget.weigh(packed.plain, len(packed.gzipped), counted=counted)


def _refuse(made: Made) -> None:
    faults = [
        Fault(path, say(code, **params))
        for path, text in made.pages.items()
        for code, params in budget.faults(text, made.weights[path], may_script=path in made.scripted)
    ]
    files = frozenset([*made.files, *made.pieces])
    faults += [Fault(path, say("site.link_lost", target=target)) for path, target in links.lost(made.pages, files)]
    if faults:
        raise SiteRefused(faults)


def _report(e: Edition, folder: Path, weights: dict[str, budget.Weight], writer: Writer) -> SiteReport:
    return SiteReport(
        edition=e.edition_id,
        folder=folder,
        pages=len(weights),
        written=writer.written,
        unchanged=writer.unchanged,
        heaviest=max(w.compressed for w in weights.values()),
        most_nodes=max(w.nodes for w in weights.values()),
        lowest_ecoindex=min(w.ecoindex for w in weights.values()),
        total=sum(w.compressed for w in weights.values()),
        weights=weights,
    )


def _drafts(
    e: Edition, v: Voice, book: figure_pages.FigureBook, sizes: Mapping[str, int], base: str, *, all_epcis: bool
) -> Iterator[Draft]:
    yield from home.drafts(e, v)
    yield from goals.drafts(e, v)
    yield from indicators.drafts(e, v, book, sizes, base)
    yield from figure_pages.drafts(e, v, book)
    yield from territories.drafts(e, v, book, all_epcis=all_epcis)
    yield from issues.drafts(e, v)
    yield from companies.drafts(e, v)
    yield from about.drafts(e, v)
    yield from assess.drafts(e, v, script())


class Press:
    """Prints drafts in one language."""

    def __init__(self, e: Edition, configuration: SiteConfiguration, language: Language) -> None:
        self.voice = v = Voice(e, language)
        name = configuration.name.model_dump()[language]
        state = v.t(f"site.conformity_{declarations.conformity(configuration)}")
        self.environment = environment()
        # what every page of this language is filled with; given to each, for the compiled templates are shared
        self.common: dict[str, Any] = {
            "v": v,
            "t": v.t,
            "signs": SIGNS,
            # on what stands in French whatever the page's language: publishers' reasons, licences, titles of sheets
            "french": Markup("") if language == "fr" else Markup(' lang="fr"'),
            "colon": v.t("site.colon"),
            "base": configuration.url,
            "site_name": name,
            "publisher": configuration.publisher,
            "logo": Markup(configuration.logo),  # noqa: S704 - the operator's own file
            "style": Markup(style()),  # noqa: S704 - our own file
            "is_sample": e.is_sample,
            "edition_id": e.edition_id,
            "published": wording.moment(datetime.fromisoformat(e.published_at), language),
            "menu": [(kind, v.t(f"site.menu_{kind}")) for kind in MENU],
            "footer_menu": [(kind, v.t(f"site.menu_{kind}", state=state)) for kind in FOOTER],
            "listed": cache(self._listed),
            "contact": configuration.contact,
            "open_data": f"{configuration.url}{OPEN}" if configuration.open_data else "",
            "page_weight": WEIGHT,
        }
        self.edition, self.configuration, self.name = e, configuration, name
        self.head = cache(self._head)

    def print(self, draft: Draft) -> tuple[str, str]:
        """Return the page as HTML: how all pages begin, and the rest."""
        page = Page(
            draft.route,
            self.voice.language,
            draft.title,
            draft.description,
            _data(draft.dataset),
            draft.fragment,
            draft.crumbs,
        )
        return self._rendered(draft.template, page, draft.context, script() if draft.may_script else "")

    def print_gone(self, path: str) -> tuple[str, str]:
        """Return what stands at the address of a page that is no longer made, as `print` does."""
        v = self.voice
        title, description = v.t("site.gone_title"), v.t("site.gone_lead")
        page = Page(Route("home"), v.language, title, description, None, None, [], gone=path)
        return self._rendered("gone.html.j2", page, {}, "")

    def _listed(self, menu: str, up: str, current: str) -> Markup:
        """Return the items of a menu as a page of that depth has them, the page's own marked; a few serve all pages."""
        language, skipped = self.voice.language, len(self.voice.language) + 1
        return Markup("\n").join(
            Markup('<li><a href="{}"{}>{}</a></li>').format(
                up + Route(kind).path(language)[skipped:],
                Markup(' aria-current="page"') if kind == current else "",
                label,
            )
            for kind, label in self.common[menu]
        )

    def _rendered(self, template: str, page: Page, context: dict[str, Any], own_script: str) -> tuple[str, str]:
        # pages link within their language: the shortest way is from its own folder on
        up, language, skipped = page.up[3:], self.voice.language, len(self.voice.language) + 1

        def url(kind: str, name: object = "") -> str:
            return up + Route(kind, str(name)).path(language)[skipped:]

        def territory(place: tuple[str, str]) -> str:
            return up + place_route(place).path(language)[skipped:]

        given = {
            **self.common,
            **context,
            "page": page,
            "up": up,
            "url": url,
            "territory": territory,
        }
        return self.head(own_script), squeezed(self.environment.get_template(template).render(given))

    def _head(self, own_script: str) -> str:
        """Return how every page of the language begins: half of a page, counted and compressed once for all of them."""
        given = {"v": self.voice, "policy": policy(own_script), "style": self.common["style"]}
        return squeezed(self.environment.get_template("head.html.j2").render(given))

    def weighed(self, compressed: int, nodes: int, requests: int) -> str:
        """Return what a page says of its own weight, in bytes compressed, elements and requests."""
        index = budget.ecoindex(nodes, requests, compressed / 1000)
        return self.voice.t(
            "site.page_weight",
            kilobytes=self.voice.number(round(compressed / 1000 + 0.05, 1), 1),
            nodes=nodes,
            index=f"{index:.0f}",
            grade=budget.grade(index),
        )

    def fragment(self, draft: Draft) -> dict[str, str]:
        """Return the chart of an indicator as a piece for other sites, and the oEmbed answer that holds it."""
        v, given = self.voice, draft.context
        place = given["place"]
        source = given["source"]
        sourced = v.t(
            "site.fragment_source",
            place=place,
            source=source.publisher if source else "",
            edition=self.edition.edition_id,
        )
        html = squeezed(
            self.environment.get_template("fragment.html.j2").render(
                **self.common,
                id=draft.route.name,
                name=draft.title,
                see=given["see"],
                chart=given["chart"],
                sourced=sourced,
                path=draft.route.path(v.language),
            )
        )
        stem = f"fragments/{v.language}/{draft.route.name}"
        answer = beside.oembed(html, draft.title, self.name, self.configuration.url)
        return {f"{stem}.html": html, f"{stem}.json": answer}

    def beside(self) -> dict[str, str]:
        """Return the feed of this language."""
        v = self.voice
        path = Route("feed").path(v.language)
        feed = self.environment.get_template("feed.xml.j2").render(
            **self.common,
            path=path,
            changes=Route("changes").path(v.language),
            updated=beside.stamp(self.edition.edition_id),
            entries=beside.entries(self.edition, v),
        )
        return {path: squeezed(feed)}

    def front(self, voices: list[Voice], heading: str, root: str = "") -> str:
        """Return a page of both languages, with the ways on; a server may send readers on by the language that they ask for."""
        ways = [
            (v.language, root + Route("home").path(v.language), v.t(heading), v.t("site.front_way")) for v in voices
        ]
        return self.head("") + squeezed(self.environment.get_template("front.html.j2").render(**self.common, ways=ways))


# how templates are read; what they compile to is kept under a name that tells it
_READ: dict[str, Any] = {"trim_blocks": True, "lstrip_blocks": True, "auto_reload": False}
_KEPT = f"jinja-{jinja2.__version__}-{zlib.crc32(repr(_READ).encode()):08x}-%s.cache"


class Compiled(FileSystemBytecodeCache):
    """What the templates compile to, kept beside them as Python keeps what its modules do; one that changed is compiled anew.

    `keeping`: for set-up (`compile_templates`); a build writes nothing outside its home.
    """

    def __init__(self, *, keeping: bool) -> None:
        folder = TEMPLATES / "__pycache__"
        if keeping:
            folder.mkdir(exist_ok=True)
        super().__init__(str(folder), _KEPT)
        self.keeping = keeping

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Write down what a template compiled to, at set-up."""
        if self.keeping:
            super().dump_bytecode(bucket)


def compile_templates() -> int:
    """Compile the templates once for all builds, a quarter of a second of each; return how many there are. Raises OSError."""
    compiling = environment(keeping=True)
    names = [file.name for file in sorted(TEMPLATES.glob("*.j2"))]
    for name in names:
        compiling.get_template(name)
    return len(names)


@cache
def environment(*, keeping: bool = False) -> Environment:
    """Return what compiles the templates, once for both languages; `keeping` what it made of them, for later builds."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        bytecode_cache=Compiled(keeping=keeping),
        **_READ,
    )
    # of what our own templates wrote
    # the first letter alone: Jinja's own would write « nantes métropole » and « co2 »
    made.filters["raised"] = lambda text: text[:1].upper() + text[1:]
    made.filters["lowered"] = lambda text: text if text[1:2].isupper() else text[:1].lower() + text[1:]
    made.filters["spaced"] = lambda html: Markup(spaced(str(html)))  # noqa: S704
    return made


def squeezed(html: str) -> str:
    """Return HTML without blank lines: templates leave one for each of their own lines."""
    return "\n".join(line for line in html.split("\n") if line) + "\n"


def _data(dataset: dict[str, Any] | None) -> Markup | None:
    if dataset is None:
        return None
    # what would end the block early is written as JSON may write it
    return Markup(json.dumps(dataset, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c"))  # noqa: S704


@cache
def style() -> str:
    """Return the one style sheet, which stands in every page: with the goals' colours, without what only people need."""
    rules = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    rules += "".join(f".g{n},a.g{n}{{background:{colour};color:{ink}}}" for n, (colour, ink) in GOALS.items())
    return "".join(line.strip() for line in rules.split("\n"))


@cache
def script() -> str:
    """Return the one script, of the page « Évaluez votre entreprise »."""
    lines = (TEMPLATES / "assess.js").read_text(encoding="utf-8").split("\n")
    return "\n".join(line.strip() for line in lines if line.strip())


def policy(script: str) -> str:
    """Return the content policy of a page: its own style, its own script where it has one, and nothing else."""
    allowed = f"; script-src 'sha256-{_sha(script)}'" if script else ""
    return f"default-src 'none'; style-src 'sha256-{_sha(style())}'; img-src data:{allowed}; base-uri 'none'; form-action 'none'"


def _sha(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
