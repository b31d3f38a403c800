{#- Returns whether a register's name says itself that it is a natural person's: a title before it, or the form of one. The same
    words as in orchestration/matching/lists (person_titles.csv, legal_forms.csv), which a test holds these against. -#}
{% macro says_person(name) -%}
  coalesce(regexp_matches({{ normalise_name(name) }},
    '^(m|mr|monsieur|mme|madame|mlle|mademoiselle|dr|docteur) .|(^| )(entreprise individuelle|entrepreneur individuel|auto entrepreneur|autoentrepreneur|micro entrepreneur|micro entreprise)( |$)|^(ei|eirl) .|. (ei|eirl)$'), false)
{%- endmacro %}
