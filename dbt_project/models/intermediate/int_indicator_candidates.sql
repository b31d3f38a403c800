-- All figures of all indicator models, every vintage: fct_indicator_value keeps one of each.
-- depends on the models named by the variable `indicator_models`. A table: it is read four times.
{{ union_indicators() }}
