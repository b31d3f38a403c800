"""Superset's settings for the proof: everything below one folder, a key of its own at each run, in French.

For a Superset in service, take from here the door, the cache, the event logger and the languages, with the two modules that
lie beside this file.
"""

import os

from duckdb_door import edition_kept_open
from superset.utils.log import AbstractEventLogger

SECRET_KEY = os.environ["OBSERVATORY_BI_KEY"]
SQLALCHEMY_DATABASE_URI = f"sqlite:///{os.environ['SUPERSET_HOME']}/superset.db"
BABEL_DEFAULT_LOCALE = "fr"
LANGUAGES = {"fr": {"flag": "fr", "name": "Français"}, "en": {"flag": "gb", "name": "English"}}
# an edition's file is opened once a process, and the next one at the first question after it came
DB_CONNECTION_MUTATOR = edition_kept_open
CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}
# answers are kept while their edition is in service; every other cache of data would let them outlive it
DATA_CACHE_CONFIG = {
    "CACHE_TYPE": "edition_cache.EditionCache",
    "EDITION": os.environ.get("OBSERVATORY_EDITION", ""),
    "CACHE_DEFAULT_TIMEOUT": 86_400,
}
if not DATA_CACHE_CONFIG["EDITION"]:
    DATA_CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}


class Unlogged(AbstractEventLogger):
    """Notes nobody's clicks: Superset's own logger writes six rows for each chart, and reads its objects anew after each."""

    def log_with_context(self, *args: object, **kwargs: object) -> None:
        """Do nothing."""

    def log(self, *args: object, **kwargs: object) -> None:
        """Do nothing."""


EVENT_LOGGER = Unlogged()
# a proof on loopback, without a certificate
TALISMAN_ENABLED = False
SESSION_COOKIE_SECURE = False
WTF_CSRF_ENABLED = False
RATELIMIT_ENABLED = False
