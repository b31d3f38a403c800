"""Names of companies to SIRENs: identifiers first, then names; an answer, or the reason why there is none.

Relations of DuckDB in, scored answers out: this room knows no catalogue, no dbt, no Dagster and no file but its own word lists.
`identifiers` reads SIREN, SIRET, VAT, RNA and LEI and says why one is refused; `folding` and `names` take a name apart; `candidates`
finds, by the rarest words, the few legal persons that a name may mean; `scoring` compares two names; `deciding` says which of the
candidates it is, or that nobody can tell; `matching` is the door. `lists/` holds the words that decide: legal forms,
articles, abbreviations, words that say little, placeholders, public bodies.

Add here: another way in which two registers write one name, or another reason not to believe a match. Which registers are matched
with what belongs to the warehouse (`dbt_project/models/matching`), what a person decided to `sources/match_reviews`.
"""
