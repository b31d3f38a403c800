"""One reader of the storm: asks for a figure and the edition that it is of, again and again, as Superset's pool does.

Run by the Superset environment's Python, so that it has that environment's SQLAlchemy and drivers:
`storm_reader.py ADDRESS CONNECT_ARGS QUERIES PAUSE_SECONDS`. Prints one line of JSON a query: when it was begun, its
seconds, the edition that answered, and what was wrong. Standard library, SQLAlchemy and the door beside it.
"""

import json
import sys
import time

from duckdb_door import edition_kept_open
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

# one table names the edition, every row of the other does: an answer made of two editions shows
QUERY = """
SELECT e.edition_id, min(v.unit) AS lowest, max(v.unit) AS highest, avg(v.value) AS mean
FROM dim_edition AS e CROSS JOIN fct_indicator_value AS v
WHERE v.indicator_id = 'sdg10_gini' AND v.territory_level = 'epci'
GROUP BY e.edition_id
"""


def main(address: str, connect_args: str, queries: str, pause: str) -> None:
    """Ask and tell."""
    given = {"poolclass": NullPool, "connect_args": json.loads(connect_args)}
    url, params = edition_kept_open(make_url(address), given)
    engine = create_engine(url, **params)
    for _ in range(int(queries)):
        begun = time.time()
        said = {"begun": begun}
        try:
            with engine.connect() as connection:
                edition, lowest, highest, _mean = connection.execute(text(QUERY)).one()
            said |= {"edition": edition, "mixed": not edition == lowest == highest}
        except Exception as error:
            said |= {"error": f"{type(error).__name__}: {error}"[:300]}
        print(json.dumps(said | {"seconds": time.time() - begun}), flush=True)
        time.sleep(float(pause))


if __name__ == "__main__":
    main(*sys.argv[1:])
