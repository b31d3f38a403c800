{#- Statistical secrecy of cells that add up to a published total.
    Add here: a rule of secrecy that two models need. -#}

{#- Returns (as a subquery) the rows of `cells` with is_secret and is_all_secret added.
    cells: name of a CTE with is_primary (must be withheld by itself) and the counts `units` and `inside`; siblings: the
    columns that cells of one total share; order: a column that makes the order certain.
    Whoever knows the total, the shown cells and how many units each cell has (a public register tells that) knows what the
    hidden cells have together. So others are hidden too, until what is hidden rests on 3 units and 2 cells
    at least, and until so many of its units are inside (reach 75, say), and so many are not, that each cell of fewer than 3 could have none or all
    of them: 18 of 20 hidden shares were 100 % otherwise, as all hidden units together reached 75. The smallest cell that does it
    alone is taken, else the smallest ones in turn; never one that holds more than half of the total's units, for which
    the total is withheld instead (Loire-Atlantique had to go for one company of Côte-d'Or).
    is_all_secret: no such siblings are mixed enough; their total must then be withheld as well. -#}
{% macro with_secret_siblings(cells, siblings, order) -%}
(
  with primaries as (
    select *,
      bool_or(is_primary) over siblings as has_primary,
      count(*) filter (where is_primary) over siblings as primaries,
      units * 2 > sum(units) over siblings as is_most,
      coalesce(sum(units) filter (where is_primary) over siblings, 0) as secret,
      coalesce(sum(inside) filter (where is_primary) over siblings, 0) as secret_inside,
      max(least(units, 2)) filter (where is_primary) over siblings as spread
    from {{ cells }}
    window siblings as (partition by {{ siblings }})
  ),
  ordered as (
    select *, not is_primary and {{ is_mixed('secret + units', 'secret_inside + inside') }} as does_alone from primaries
  ),
  cumulated as (
    select *, row_number() over in_order as place, sum(units) over in_order as hidden, sum(inside) over in_order as hidden_inside
    from ordered
    window in_order as (partition by {{ siblings }} order by not is_primary, is_most, not does_alone, units, {{ order }} rows unbounded preceding)
  ),
  cut as (
    select *,
      min(place) filter (where (is_primary or not is_most) and place >= greatest(primaries, 2) and {{ is_mixed('hidden', 'hidden_inside') }}) over (partition by {{ siblings }}) as last_hidden
    from cumulated
  )
  select * exclude (has_primary, primaries, is_most, secret, secret_inside, spread, does_alone, place, hidden, hidden_inside, last_hidden),
    is_primary or coalesce(has_primary and place <= last_hidden, false) as is_secret,
    has_primary and last_hidden is null as is_all_secret
  from cut
)
{%- endmacro %}

{#- Returns true where hidden cells together tell nothing of the smallest of them; `spread` is that one's units. -#}
{% macro is_mixed(units, inside) -%}
  coalesce({{ units }} >= 3 and {{ inside }} >= spread and ({{ units }}) - ({{ inside }}) >= spread, false)
{%- endmacro %}
