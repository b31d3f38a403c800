"""`python -m orchestration.cli`: the same as `observatory`."""

from orchestration.cli import main

main()
