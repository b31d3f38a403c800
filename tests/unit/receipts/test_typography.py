"""Spaces that no line may break at: where French wants them, and nowhere that a machine or a person copies from."""

from __future__ import annotations

import pytest

from orchestration.readers.site.build import script, style
from orchestration.receipts.typography import spaced, typeset

N, W = "\u202f", "\u00a0"


@pytest.mark.parametrize(
    ("plain", "kept"),
    [
        ("« oui » : 3 % ; non !", f"«{W}oui{W}»{W}: 3{N}% ; non !".replace(" ;", f"{N};").replace(" !", f"{N}!")),
        ("Pourquoi ? Voir 12:30, https://a.fr/?q=1", f"Pourquoi{N}? Voir 12:30, https://a.fr/?q=1"),
        ("Why? Because: 3%; no!", "Why? Because: 3%; no!"),
    ],
)
def test_signs_stay_with_their_words(plain: str, kept: str) -> None:
    assert spaced(plain) == kept == spaced(kept)


def test_of_a_page_only_the_text_is_set() -> None:
    page = (
        '<p title="a : b">« x »<input value="c ; d"><pre>e ; f</pre><textarea>g : h</textarea> : <code>i ? j</code></p>'
    )
    assert typeset(page) == (
        f'<p title="a : b">«{W}x{W}»<input value="c ; d"><pre>e ; f</pre><textarea>g : h</textarea>{W}: <code>i ? j</code></p>'
    )


def test_neither_style_nor_script_would_change() -> None:
    """Both are named by their hash in the policy of each page."""
    assert spaced(style()) == style() and spaced(script()) == script()
