{#- Method 1: compound annual growth rate, as Statistics Canada and Open SDG publish it (open-sdg/open-sdg,
    docs/progress-methodology.md; its code: open-sdg/sdg-build). What others replace or leave to chance is refused here
    (seed progress_refusals). docs/progress.md tells formulas and choices.
    Add here: what belongs to this method. Not here: which years are compared (models/assessment/progress). -#}

{#- Returns the growth a year in percent from one positive value to another over `years`. Nine decimals: 100 to 101.5 in one year
    is 1.5 %, not 1.4999999999999902. -#}
{% macro growth(first, last, years) -%}
  round(100 * (power(({{ last }}) / ({{ first }}), 1.0 / ({{ years }})) - 1), 9)
{%- endmacro %}

{#- Returns the relation with the method's columns. It reads: window_refusal, base, latest, base_year, latest_year, target, target_year,
    limit_value (all null where there is none) and wanted (1: up, -1: down). Rates and ratio are in percent.
    Status: target_achieved, substantial_progress, moderate_progress, limited_progress, deterioration. Score: -5 to 5. -#}
{% macro with_cagr(relation) -%}
{#- selects within selects: an alias used beside its own definition is written out anew each time, and planning takes seconds -#}
(
  select *,
    round(case when cagr_refusal is not null then null
      when is_target_met then 5
      when target is not null and cagr_pace >= 60 then least(7.1429 * cagr_pace / 100 - 4.2857, 5)
      when target is not null then greatest(4.1667 * cagr_pace / 100 - 2.5, -5)
      when cagr_pace < 0 then greatest(1.25 * cagr_pace - 2.5, -5)
      when cagr_coefficient = 0 then 5
      when cagr_status = 'substantial_progress' then least(5 * cagr_pace / cagr_coefficient - 5, 5)
      when cagr_status = 'moderate_progress' then 2.5 * cagr_pace / cagr_coefficient - 1.25
      else 5 * cagr_pace / cagr_coefficient - 2.5 end, 4) as cagr_score
  from (
    select *,
      case when cagr_refusal is not null then null
        when is_target_met then 'target_achieved'
        when cagr_pace < 0 then 'deterioration'
        when cagr_pace >= case when target is null then round(1.5 * cagr_coefficient, 9) else 95 end then 'substantial_progress'
        when cagr_pace >= case when target is null then round(0.5 * cagr_coefficient, 9) else 60 end then 'moderate_progress'
        else 'limited_progress' end as cagr_status
    from (
      select *,
        case when cagr_refusal is not null then null
          when target is null then wanted * cagr_observed
          when not is_target_met then round(100 * wanted * cagr_observed / abs(cagr_required), 9) end as cagr_pace
      from (
        select *,
          case when cagr_refusal is null and not is_target_met and target is not null
            then {{ growth('base', 'target', 'target_year - base_year') }} end as cagr_required,
          -- near a limit that cannot be passed less growth is asked for; exactly at it, none
          case when cagr_refusal is not null or target is not null then null
            when limit_value is null or abs(base) >= 2 * abs(limit_value) then 1
            when abs(base) <= abs(limit_value) then 1 - power(abs(base) / abs(limit_value), 4.44)
            else 1 - power((2 * abs(limit_value) - abs(base)) / abs(limit_value), 4.44) end as cagr_coefficient
        from (
          select *,
            case when window_refusal is not null then window_refusal
              when is_target_met then null
              when growth_refusal is not null then growth_refusal
              when target is null then case when wanted * (limit_value - base) < 0 then 'beyond_limit' end
              when target = 0 then 'target_zero'
              when target < 0 then 'target_negative'
              when target_year <= latest_year then 'target_year_past'
              when target = base then 'no_path' end as cagr_refusal,
            case when window_refusal is null and growth_refusal is null
              then {{ growth('base', 'latest', 'latest_year - base_year') }} end as cagr_observed
          from (
            select *,
              coalesce(wanted * (latest - target) >= 0, false) as is_target_met,
              -- both on the same side of zero, the base not at it: only then a growth rate means something
              case when base = 0 then 'base_zero'
                when base < 0 and latest > 0 or base > 0 and latest < 0 then 'sign_change'
                when base < 0 then 'base_negative' end as growth_refusal
            from {{ relation }}
          )
        )
      )
    )
  )
)
{%- endmacro %}
