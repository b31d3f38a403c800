-- A decision of the team on a company's name that another one, or a register, contradicts: told, and the newest decision counts.
{{ config(severity='warn', meta={
  "fr": "aucune décision de l'équipe sur un nom d'entreprise n'est contredite (mart_match_conflict dit lesquelles)",
  "en": "no decision of the team on a company's name is contradicted (mart_match_conflict says which)"}) }}
select source_id, conflict, siren, other_siren from {{ ref('mart_match_conflict') }}
