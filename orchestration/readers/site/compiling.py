"""Compiles the pages' templates once at set-up, so that no build has to.

Run as `python -m orchestration.readers.site.compiling`; `make setup` does. Without it each build compiles them for itself.
"""

from __future__ import annotations

from orchestration.readers.site.build import compile_templates

if __name__ == "__main__":
    compile_templates()
