-- All figures of all indicator models, every vintage: fct_indicator_value keeps one of each.
-- depends on the models named by the variable `indicator_models`, and lets the bounds that figures are held to come first:
-- depends_on: {{ ref('value_bounds') }}
{{ config(materialized='view') }}
{{ union_indicators() }}
