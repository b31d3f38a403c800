"""Everything that knows Dagster: assets, checks, jobs, schedules, sensors, runs, the web server.

Registers and reports; logic belongs to the rooms that it calls.
"""
