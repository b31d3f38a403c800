-- The ten EPCIs most like each one (docs/comparison.md). Each variable is cut at its 2nd and 98th percentile, set in standard deviations
-- from the mean of all EPCIs, and counts the same; the distance is Euclidean: the contributions of the variables sum to its square.
-- Equal distances go by code. stability: in how many of the lists made with one variable less the peer stays, in percent.
-- Scores are rounded to nine decimals, for sums over all EPCIs differ in their last digits from one run to the next; what follows from
-- them is computed in one order, row by row.
{%- set variables = ['population', 'density', 'working_age', 'jobs', 'second_homes',
  'agriculture', 'industry', 'construction', 'services', 'public'] %}
with bound as (
  select
    {% for v in variables %}
    quantile_cont({{ v }}, 0.02) as {{ v }}_low, quantile_cont({{ v }}, 0.98) as {{ v }}_high{{ ',' if not loop.last }}
    {% endfor %}
  from {{ ref('int_epci_profiles') }}
),
cut as (
  select profiles.epci_code, profiles.period
    {%- for v in variables %},
    greatest(least(profiles.{{ v }}, bound.{{ v }}_high), bound.{{ v }}_low) as {{ v }}
    {%- endfor %}
  from {{ ref('int_epci_profiles') }} as profiles
  cross join bound
),
score as (
  select epci_code, period
    {%- for v in variables %},
    round(({{ v }} - avg({{ v }}) over ()) / nullif(stddev_pop({{ v }}) over (), 0), 9) as {{ v }}
    {%- endfor %}
  from cut
),
pair as (
  select here.epci_code, there.epci_code as peer_code, here.period
    {%- for v in variables %},
    (here.{{ v }} - there.{{ v }}) * (here.{{ v }} - there.{{ v }}) as {{ v }}
    {%- endfor %}
  from score as here
  join score as there on there.epci_code <> here.epci_code
),
measured as (
  select *, {{ variables | join(' + ') }} as squared from pair
),
tenth as (
  select epci_code, list_max(min(squared, 10)) as squared from measured
  group by epci_code
),
peer as (
  select measured.*, row_number() over (partition by measured.epci_code order by measured.squared, measured.peer_code) as place
  from measured
  join tenth on tenth.epci_code = measured.epci_code
  where measured.squared <= tenth.squared
  qualify place <= 10
),
-- no list made without a variable reaches beyond the farthest of the ten without it: the others need not be looked at
reach as (
  select epci_code
    {%- for v in variables %},
    max(squared - {{ v }}) as {{ v }}
    {%- endfor %}
  from peer
  group by epci_code
),
other_place as (
  select measured.epci_code, measured.peer_code
    {%- for v in variables %},
    row_number() over (partition by measured.epci_code order by measured.squared - measured.{{ v }}, measured.peer_code) as {{ v }}
    {%- endfor %}
  from measured
  join reach on reach.epci_code = measured.epci_code
  where false
    {%- for v in variables %}
    or measured.squared - measured.{{ v }} <= reach.{{ v }}
    {%- endfor %}
)
select peer.epci_code, peer.peer_code,
  cast(peer.place as integer) as rank,
  round(sqrt(peer.squared), 9) as distance,
  100.0 * (
    0
    {%- for v in variables %}
    + cast(other_place.{{ v }} <= 10 as integer)
    {%- endfor %}
  ) / {{ variables | length }} as stability
  {%- for v in variables %},
  round(peer.{{ v }}, 9) as contribution_{{ v }}
  {%- endfor %},
  peer.period
from peer
join other_place on other_place.epci_code = peer.epci_code and other_place.peer_code = peer.peer_code
