"""A refresh from beginning to end: land, read, judge, build, check, publish.

The command line and Dagster call these steps and hold none of their logic.
"""
