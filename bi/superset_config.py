"""Superset's settings for the proof: everything below one folder, a key of its own at each run, in French.

For a Superset in service, take from here `FEATURE_FLAGS`, the languages and the caches that stay empty: an answer that
Superset keeps would outlive the edition that gave it.
"""

import os

from duckdb_door import edition_kept_open

SECRET_KEY = os.environ["OBSERVATORY_BI_KEY"]
SQLALCHEMY_DATABASE_URI = f"sqlite:///{os.environ['SUPERSET_HOME']}/superset.db"
BABEL_DEFAULT_LOCALE = "fr"
LANGUAGES = {"fr": {"flag": "fr", "name": "Français"}, "en": {"flag": "gb", "name": "English"}}
# an edition's file is opened once a process, and the next one at the first question after it came
DB_CONNECTION_MUTATOR = edition_kept_open
# an answer is asked of the edition in service, each time
CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}
DATA_CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}
# a proof on loopback, without a certificate
TALISMAN_ENABLED = False
SESSION_COOKIE_SECURE = False
WTF_CSRF_ENABLED = False
RATELIMIT_ENABLED = False
