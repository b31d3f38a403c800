"""Questions about files and frames share one database and nothing else."""

from __future__ import annotations

import threading

import pandas as pd
import pytest

from orchestration.base.duck import asking, one_row


def test_what_one_question_makes_no_other_sees() -> None:
    with asking() as one, asking() as other:
        one.register("frame", pd.DataFrame({"a": [1]}))
        one.execute("CREATE TEMP TABLE held AS SELECT * FROM frame")
        other.register("frame", pd.DataFrame({"a": [2]}))
        other.execute("CREATE TEMP TABLE held AS SELECT * FROM frame")
        assert [one_row(c, "SELECT a FROM held") for c in (one, other)] == [(1,), (2,)]
    with asking() as later, pytest.raises(Exception, match="held"):
        later.execute("SELECT * FROM held")


def test_a_name_in_sql_never_finds_a_variable() -> None:
    chiffres = pd.DataFrame({"a": [1]})
    with asking() as connection, pytest.raises(Exception, match="chiffres"):
        connection.execute("SELECT * FROM chiffres")
    assert len(chiffres) == 1


def test_threads_ask_at_the_same_time() -> None:
    found: list[int] = []

    def ask(number: int) -> None:
        with asking() as connection:
            connection.execute("CREATE TEMP TABLE held AS SELECT ? AS a", [number])
            found.append(one_row(connection, "SELECT sum(a) FROM held, range(1000)")[0])

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [n * 1000 for n in range(8)]
