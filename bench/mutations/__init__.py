"""Seeded damage to published files: what a publisher, a spreadsheet, a download or a person does to them.

`grid` takes a file apart and puts it together again, `kinds` holds the mutations by family. Add a
mutation when a drift is met that none of them is; what the software makes of them is `bench/drift.py`.
"""
