"""The figures of the home territory a second time: from the publishers' raw files, in plain Python.

Nothing of `orchestration` or `dbt_project` is imported or read here: neither the lake nor the contracts of columns nor the rules of
the catalogue. Only the standard library and a reader of spreadsheets. Add a module here for a new source, or a figure to the module of
its source; what compares stands in `__main__`. A rule that both sides share by copying would prove nothing: write it from the publisher's documentation.
"""
