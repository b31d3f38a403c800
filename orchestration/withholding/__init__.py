"""Statistical secrecy of tables that add up: what must be withheld so that nothing withheld follows from what is shown.

Arrays in, cells out: no dbt, no Dagster, no file. `table` holds a table as the attacker sees it, `moving` finds other values that fit
all that is shown, `attacking` says which withheld cells are told too closely, `protecting` chooses what is withheld beside them.
Add here: something more that an attacker may know. Which figures are secret, and where they stand, belongs to `figures`.
"""
