{#- Method 2: the progress chart of the United Nations (Progress Chart Technical Note 2023, as Eustat applies it word for word).
    Add here: what belongs to this method. docs/progress.md tells formulas and choices. -#}

{#- Returns the relation with the method's columns; it reads what with_cagr reads and gives (is_target_met, growth_refusal, cagr_observed).
    un_projected: the value of the target's year if growth went on; un_path_share: how much of the way from base to target that is, in
    percent. Status: on_track, fair_progress, stagnation, regression. The note has one class « stagnation or regression »; it is told apart
    here where the value moves the wrong way by as much as fair progress asks for the right way. -#}
{% macro with_un(relation) -%}
(
  select *,
    case when un_refusal is not null then null
      when is_target_met then 'on_track'
      when coalesce(un_path_share >= 95, wanted * cagr_observed >= 2) then 'on_track'
      when coalesce(un_path_share >= 10, wanted * cagr_observed >= 0.5) then 'fair_progress'
      when coalesce(un_path_share > -10, wanted * cagr_observed > -0.5) then 'stagnation'
      else 'regression' end as un_status
  from (
    select *,
      case when not is_target_met then round(100 * (un_projected - base) / (target - base), 9) end as un_path_share
    from (
      select *,
        case when un_refusal is null and target is not null and target_year >= latest_year
          then round(latest * power(1 + cagr_observed / 100, target_year - latest_year), 9) end as un_projected
      from (
        select *,
          case when window_refusal is not null then window_refusal
            when is_target_met then null
            when growth_refusal is not null then growth_refusal
            when target_year <= latest_year then 'target_year_past'
            when wanted * (target - base) <= 0 then 'no_path' end as un_refusal
        from {{ relation }}
      )
    )
  )
)
{%- endmacro %}
