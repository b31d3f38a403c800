{#- Method 3: the four weather symbols of the German federal statistical office (Statistisches Bundesamt, « Status of indicators –
    Methodology », dns-indikatoren.de/en/status).
    Add here: what belongs to this method. docs/progress.md tells formulas and choices. -#}

{#- Returns the relation with the method's columns. It reads, besides what with_cagr reads and gives, step_base and step_year: the first of
    the last six yearly values, of five or four where there are no more; null where fewer than four years follow each other.
    destatis_projected: the value of the target's year if the mean yearly change went on; destatis_miss: what is then missing, in
    percent of the way from the latest value to the target (negative: passed).
    Status: on_track (sun), slightly_off (sun and cloud), off_track (cloud), wrong_direction (storm). -#}
{% macro with_destatis(relation) -%}
(
  select *,
    case when destatis_refusal is not null then null
      when is_target_met then case when wanted * (destatis_projected - target) >= 0 then 'on_track' else 'wrong_direction' end
      when wanted * destatis_mean_change <= 0 then 'wrong_direction'
      when destatis_miss < 5 then 'on_track'
      when destatis_miss <= 20 then 'slightly_off'
      else 'off_track' end as destatis_status
  from (
    select *,
      case when not is_target_met then round(100 * (target - destatis_projected) / (target - latest), 9) end as destatis_miss
    from (
      select *,
        case when destatis_refusal is null then round(case when target_year > latest_year
          then latest + destatis_mean_change * (target_year - latest_year) else latest end, 9) end as destatis_projected
      from (
        select *,
          case when destatis_refusal is null
            then round((latest - step_base) / (latest_year - step_year), 9) end as destatis_mean_change
        from (
          select *,
            case when window_refusal is not null then window_refusal
              when window_length <> 'short' then 'short_only'
              when target is null then 'no_target'
              when not is_target_met and target_year <= latest_year then 'target_year_past'
              when step_base is null and target_year > latest_year then 'too_few_yearly_values' end as destatis_refusal
          from {{ relation }}
        )
      )
    )
  )
)
{%- endmacro %}
