"""Writes what follows from data that already stands somewhere: seeds, pages, staging models, their YAML, plain expectations.

An indicator is one YAML and one SQL model, a dataset one folder; whatever else a tool needs to read of them is written from
there, so that nothing is said twice by hand. `python -m orchestration.generating` writes, `--check` names the files that differ.
Add here a file that can be written from such data without a person's judgement. Not here: what a refresh makes of publishers'
files (that is data, not part of the project), nor words that belong to one table or indicator: they stand in its own folder.
"""
