"""Observatory of companies' CSR practice and the Sustainable Development Goals.

Rooms, in the order in which a publisher's file passes through them:
`catalog` (what is known of each source) → `landing` (a file on disk) → `reading` (rows of text) →
`conforming` (the contract's columns and types) → `triage` (is the content believable) → `lake` →
`warehouse` (dbt) → `quality` → `editions` → `receipts`. `refresh` walks that way; `assets`, `jobs`,
`schedules`, `sensors` and `definitions` show the same walk to Dagster and hold no logic.
"""
