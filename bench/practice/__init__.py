"""How well the list of practice terms finds the goals of texts that others wrote and labelled.

`python -m bench.practice --mirror DIR [--benchmark FILE]` prints the measures; `measures` computes them, `reading` runs the matcher of
the dbt project on plain texts. Add a labelled set here. Not here: a term (seed practice_terms) or how words are compared (macro
term_places): what is measured here is what the edition is made with.
"""
