"""What is checked before an edition is published, and how late anybody is.

`suites` reads the expectation files, `expectations` runs them on a table (Great Expectations),
`wording` puts each in plain words, `docs` lays the results out as a page, `freshness` compares
vintages with the publishers' calendars. Rules of one source over one row are data in `sources/` and
are run by `triage`; tests of the marts' SQL are dbt's.
"""
