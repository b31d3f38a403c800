{#- Statistical secrecy of cells that add up to a published total.
    Add here: a rule of secrecy that two models need. -#}

{#- Returns (as a subquery) the rows of `cells` with is_secret and is_all_secret added.
    cells: name of a CTE with is_primary (must be withheld by itself) and the counts `companies` and `at_least_75`; siblings: the
    columns that cells of one total share; order: a column that makes the order certain.
    Whoever knows the total, the shown cells and how many companies each cell has (a public register tells that) knows what the
    hidden cells have together. So others are hidden too, until what is hidden rests on 3 companies and 2 cells
    at least, and until so many of its companies reach 75, and so many do not, that each cell of fewer than 3 could have none or all
    of them: 18 of 20 hidden shares were 100 % otherwise, as all hidden companies together reached 75. The smallest cell that does it
    alone is taken, else the smallest ones in turn; never one that holds more than half of the total's companies, for which
    the total is withheld instead (Loire-Atlantique had to go for one company of Côte-d'Or).
    is_all_secret: no such siblings are mixed enough; their total must then be withheld as well. -#}
{% macro with_secret_siblings(cells, siblings, order) -%}
(
  with primaries as (
    select *,
      bool_or(is_primary) over siblings as has_primary,
      count(*) filter (where is_primary) over siblings as primaries,
      companies * 2 > sum(companies) over siblings as is_most,
      coalesce(sum(companies) filter (where is_primary) over siblings, 0) as secret,
      coalesce(sum(at_least_75) filter (where is_primary) over siblings, 0) as secret_at_75,
      max(least(companies, 2)) filter (where is_primary) over siblings as spread
    from {{ cells }}
    window siblings as (partition by {{ siblings }})
  ),
  ordered as (
    select *, not is_primary and {{ is_mixed('secret + companies', 'secret_at_75 + at_least_75') }} as does_alone from primaries
  ),
  cumulated as (
    select *, row_number() over in_order as place, sum(companies) over in_order as hidden, sum(at_least_75) over in_order as hidden_at_75
    from ordered
    window in_order as (partition by {{ siblings }} order by not is_primary, is_most, not does_alone, companies, {{ order }} rows unbounded preceding)
  ),
  cut as (
    select *,
      min(place) filter (where (is_primary or not is_most) and place >= greatest(primaries, 2) and {{ is_mixed('hidden', 'hidden_at_75') }}) over (partition by {{ siblings }}) as last_hidden
    from cumulated
  )
  select * exclude (has_primary, primaries, is_most, secret, secret_at_75, spread, does_alone, place, hidden, hidden_at_75, last_hidden),
    is_primary or coalesce(has_primary and place <= last_hidden, false) as is_secret,
    has_primary and last_hidden is null as is_all_secret
  from cut
)
{%- endmacro %}

{#- Returns true where hidden cells together tell nothing of the smallest of them; `spread` is that one's companies. -#}
{% macro is_mixed(companies, at_least_75) -%}
  coalesce({{ companies }} >= 3 and {{ at_least_75 }} >= spread and ({{ companies }}) - ({{ at_least_75 }}) >= spread, false)
{%- endmacro %}
