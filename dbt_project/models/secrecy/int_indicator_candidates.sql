-- All figures of all indicator models, every vintage: fct_indicator_value keeps one of each.
-- depends on the models named by the variable `indicator_models`, and lets the bounds that figures are held to come first:
-- depends_on: {{ ref('value_bounds') }}
-- A table: it is read four times.
{{ union_indicators() }}
