{#- The three columns that say how far a figure may be trusted: status, status_reason, suppression_reason.
    Arguments are SQL expressions. Order of precedence:
      suppressed  - secret: no value at all, the reason stands in suppression_reason;
      provisional - made-up sample, or a stated weakness of the input;
      censored    - the publisher replaced the value by a bound;
      final.
    A made-up row is `provisional` even where it is also censored: both reasons are then written.
    A remark (null for none) is added to the reason and changes no status.
    Reasons are French, read by people; they are joined by a blank. -#}
{% macro status_columns(synthetic='false', suppressed='false', suppression_reason='null', censored='false',
                        censored_reason='null', provisional='false', provisional_reason='null', remark='null') -%}
  case when {{ suppressed }} then 'suppressed'
       when {{ synthetic }} or {{ provisional }} then 'provisional'
       when {{ censored }} then 'censored'
       else 'final' end as status,
  nullif(concat_ws(' ',
    case when {{ suppressed }} then {{ suppression_reason }} end,
    case when {{ synthetic }} then 'Échantillon inventé (synthetic: true) : ce chiffre montre le calcul, il ne décrit pas le territoire.' end,
    case when {{ provisional }} and not ({{ suppressed }}) then {{ provisional_reason }} end,
    case when {{ censored }} and not ({{ suppressed }}) then {{ censored_reason }} end,
    case when not ({{ suppressed }}) then {{ remark }} end), '') as status_reason,
  case when {{ suppressed }} then {{ suppression_reason }} end as suppression_reason
{%- endmacro %}

{#- Returns the reason of a value withheld by its publisher (markers `s`, `ns`). -#}
{% macro publisher_secret(marker) -%}
  'Secret statistique : valeur masquée par le producteur (marqueur « ' || {{ marker }} || ' »).'
{%- endmacro %}

{#- INSEE publishes 5 for every commune whose poverty rate is 5 % or less (cc files and comparateur). -#}
{% macro poverty_is_censored(level, rate) -%}
  ({{ level }} = 'commune' and {{ rate }} <= 5)
{%- endmacro %}
{% macro poverty_censored_reason() -%}
  'Taux plafonné par le bas : l’Insee publie 5 pour tout taux communal inférieur ou égal à 5 %.'
{%- endmacro %}

{#- A national list of which the refresh has only a part (an embedded sample, a cut of it) gives no figure of a territory.
    Returns true where `rows` lie below what such a list has never been below. -#}
{% macro is_extract(rows, whole_list) -%}
  ({{ rows }} < {{ whole_list }})
{%- endmacro %}
{#- Returns the reason, for people; `what` names in French what is counted. -#}
{% macro extract_reason(rows, what) -%}
  'Extrait de ' || {{ rows }} || ' {{ what }}, et non la liste entière.'
{%- endmacro %}

{#- Returns true for a rate over fewer than three units (employees, establishments, dwellings, companies): whatever it says, it says
    of one or two. Division 98 of the accidents has one employee. A count has no denominator and is not touched. -#}
{% macro is_over_too_few(denominator) -%}
  coalesce({{ denominator }} < 3, false)
{%- endmacro %}
{#- Returns its reason. -#}
{% macro too_few_reason() -%}
  'Effectif trop faible : le taux porterait sur moins de 3 unités.'
{%- endmacro %}
