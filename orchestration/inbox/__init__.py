"""The inbox: a file dropped into `HOME/inbox/` is recognised, taken and answered.

`folder` (what lies there and is whole) → `recognise` (which table it is, by its content) → `dating`
(its vintage) → `trial` (would it be taken?) → `delivery` (its place below `taken/`, undone when it is
refused) → `shown` (what readers see now) → `answers` (what the team reads). `take` walks that way, with all files
of one visit together. What a file's columns mean belongs to
`conforming`; the refresh itself is a callback, so that the command line and Dagster share this walk.
"""
