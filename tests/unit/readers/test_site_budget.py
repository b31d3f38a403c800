"""The budget: EcoIndex by its formula, nodes as a browser counts them, and what keeps a page back."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.readers.site import budget

# published examples: nodes, kB, requests → score; the median page of the web, and EcoIndex's own target
EXAMPLES = [
    (100, 10, 1, 92.5),
    (200, 20, 1, 89.3),
    (300, 20, 2, 84.8),
    (400, 20, 2, 80.6),
    (500, 60, 4, 75.9),
    (800, 60, 4, 65.6),
    (1000, 60, 4, 60.9),
]


class Counter(HTMLParser):
    """Counts elements as the document tree has them, those within drawings left out."""

    def __init__(self) -> None:
        super().__init__()
        self.count = self.depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not self.depth:
            self.count += 1
        self.depth += tag == "svg"

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.count += not self.depth

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag == "svg"


def counted(html: str) -> int:
    counter = Counter()
    counter.feed(html)
    return counter.count


@pytest.mark.parametrize(("nodes", "kilobytes", "requests", "score"), EXAMPLES)
def test_ecoindex_is_that_of_the_published_examples(nodes: int, kilobytes: float, requests: int, score: float) -> None:
    assert budget.ecoindex(nodes, requests, kilobytes) == pytest.approx(score, abs=0.06)


@pytest.mark.parametrize(("index", "letter"), [(80.1, "A"), (80, "B"), (70.5, "B"), (60.9, "C"), (43.7, "D"), (3, "G")])
def test_grades(index: float, letter: str) -> None:
    assert budget.grade(index) == letter


PAGE = """<!doctype html>
<html lang="fr">
<head><title>Indice de Gini – essai</title>
<meta name="description" content="Une description assez longue pour en être une.">
<link rel="canonical" href="https://example.org/x.html">
<link rel="alternate" hreflang="en" href="https://example.org/en/x.html">
<link rel="icon" href="data:,">
<script type="application/ld+json">{"a":"<b> <i>"}</script>
</head><body><a class="skip" href="#main">Aller</a><main id="main"><h1>Titre</h1>
<svg viewBox="0 0 1 1"><title>t</title><path d="M0 0"/><g><path d="M1 1"/></g></svg>
<table><tr><td>1</td></tr></table><br></main></body></html>"""


def test_nodes_are_those_of_a_parser() -> None:
    assert budget.nodes(PAGE) == counted(PAGE) == 17


@given(
    st.recursive(
        st.just("x"), lambda inner: st.tuples(st.sampled_from(["p", "svg", "td"]), st.lists(inner, max_size=3))
    )
)
def test_nodes_are_those_of_a_parser_on_any_tree(tree: object) -> None:
    def written(node: object, drawn: bool) -> str:
        if isinstance(node, str):
            return node
        tag, inner = node  # type: ignore[misc]
        # a drawing within a drawing is none of ours
        tag = "g" if tag == "svg" and drawn else tag
        return f"<{tag}>{''.join(written(n, drawn or tag == 'svg') for n in inner)}</{tag}>"

    html = written(tree, False)
    assert budget.nodes(html) == counted(html)


def test_a_page_counted_in_two_parts_counts_the_same() -> None:
    head, rest = PAGE.split("</head>")
    assert budget.counted(head, rest) == (counted(PAGE), 1)


def codes(html: str, *, compressed: int = 2000, may_script: bool = False) -> list[str]:
    return [code for code, _ in budget.faults(html, budget.weigh(html.encode(), compressed), may_script=may_script)]


def test_a_good_page_has_no_fault() -> None:
    assert codes(PAGE) == []


@pytest.mark.parametrize(
    ("html", "code"),
    [
        (PAGE.replace("<br>", "<p>x</p>" * 400), "site.too_many_nodes"),
        (PAGE.replace("<br>", '<img src="a.png" alt="">'), "site.too_many_requests"),
        (PAGE.replace("<br>", "<style>@import 'a.css'</style>"), "site.too_many_requests"),
        (PAGE.replace("<br>", "<style>a{background:url(a.png)}</style>"), "site.too_many_requests"),
        (PAGE.replace("data:,", "/favicon.ico"), "site.too_many_requests"),
        (PAGE.replace("<br>", '<link rel="stylesheet" href="a.css">'), "site.too_many_requests"),
        (PAGE.replace("<br>", '<script src="a.js"></script>'), "site.too_many_requests"),
        (PAGE.replace("<br>", "<script>1</script>"), "site.script_refused"),
        (PAGE.replace('lang="fr"', ""), "site.lacks_language"),
        (PAGE.replace("<h1>Titre</h1>", ""), "site.lacks_heading"),
        (PAGE.replace('<a class="skip" href="#main">Aller</a>', ""), "site.lacks_skip_link"),
        (PAGE.replace('name="description"', 'name="keywords"'), "site.lacks_description"),
        (PAGE.replace('rel="canonical"', 'rel="up"'), "site.lacks_canonical"),
    ],
)
def test_each_fault_is_found(html: str, code: str) -> None:
    assert code in codes(html)


def test_weight_and_length_of_script_are_held() -> None:
    assert "site.too_heavy" in codes(PAGE, compressed=14_001)
    with_script = PAGE.replace("<br>", "<script>1</script>")
    assert codes(with_script, may_script=True) == []
    assert "site.script_too_long" in codes(PAGE.replace("<br>", f"<script>{'x' * 8001}</script>"), may_script=True)
