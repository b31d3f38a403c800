"""An answer as one small page that any computer opens: no script, nothing fetched, every text escaped.

Takes the few marks of Markdown that `answers` writes (headings, lists of two levels, a line in bold, names in back
quotes) and no others. Add a mark here when an answer needs it; what an answer says belongs to `answers`.
"""

from __future__ import annotations

import html
import re

from orchestration.base.messages import Language
from orchestration.base.showing import visible

_FRAME = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 17px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; background: #fff }}
h1 {{ font-size: 1.4rem }} h2 {{ font-size: 1.1rem; margin-top: 1.8rem }}
.said {{ border-left: .4rem solid {colour}; padding: .6rem 1rem; background: #f4f6f8; font-weight: 600 }}
code {{ background: #f0f0f0; padding: 0 .2rem; overflow-wrap: anywhere }} li {{ margin: .2rem 0 }}
</style>
</head>
<body>
{body}
</body>
</html>
"""


def as_page(lines: list[str], *, title: str, language: Language, good: bool) -> str:
    """Return the lines of an answer as an HTML document."""
    body, level = [], 0
    for line in lines:
        mark = re.match(r"( *)- (.*)", line)
        wanted = 0 if mark is None else 1 + bool(mark[1])
        if line and wanted != level:
            body += ["<ul>"] * max(0, wanted - level) + ["</ul>"] * max(0, level - wanted)
            level = wanted
        if mark is not None:
            body.append(f"<li>{_inline(mark[2])}</li>")
        elif line.startswith("## "):
            body.append(f"<h2>{_inline(line[3:])}</h2>")
        elif line.startswith("# "):
            body.append(f"<h1>{_inline(line[2:])}</h1>")
        elif len(line) > 4 and line.startswith("**") and line.endswith("**"):
            body.append(f'<p class="said">{_inline(line[2:-2])}</p>')
        elif line:
            body.append(f"<p>{_inline(line)}</p>")
    body += ["</ul>"] * level
    return _FRAME.format(
        language=language,
        title=html.escape(visible(title)),
        colour="#2e7d32" if good else "#b3261e",
        body="\n".join(body),
    )


def _inline(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text, quote=False))
