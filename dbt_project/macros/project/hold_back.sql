{#- What cannot be true is held back, row by row, before anything is built on it and before readers see it.

    The rules of a mart stand once, in its test `table_rules` (the YAML beside it). Right after the table is made, a hook takes the
    rows that break a rule with `hold`:
      row   - the row is left out;
      value - the columns of `withheld` are replaced (a figure becomes `suppressed`, with the rule as its reason).
    A table's own `hold` holds for `required`, `accepted` and the rules that say nothing else (`hold: none` blocks).
    Each is noted in `held.<table>` with its key. Up to one in twenty, and at least five, of the rows that share
    `share` (by default: of the table) may be; `is_over` notes beyond, and the test then fails: INSEE's wages of 2022
    hold one gap that was believed impossible among 374,433, a model that mistakes its unit breaks them all.
    Add here: how rows are held back. Not here: a rule (the YAML beside the mart). -#}

{#- Returns the checks of a table as a list of {name, sql, hold, fr, en}; `sql` is true (or null) for a good row. -#}
{% macro row_checks(required, accepted, rules, hold) -%}
  {%- set found = [] -%}
  {%- for column in required -%}
    {%- do found.append({'name': 'required ' ~ column, 'sql': column ~ ' is not null', 'hold': hold,
                         'fr': '« ' ~ column ~ ' » est rempli', 'en': "'" ~ column ~ "' is filled"}) -%}
  {%- endfor -%}
  {%- for column, values in accepted.items() -%}
    {%- do found.append({'name': 'accepted ' ~ column, 'sql': column ~ " in ('" ~ values | join("', '") ~ "')", 'hold': hold,
                         'fr': '« ' ~ column ~ ' » est l’une des valeurs ' ~ values | join(', '), 'en': "'" ~ column ~ "' is one of " ~ values | join(', ')}) -%}
  {%- endfor -%}
  {%- for name, rule in rules.items() -%}
    {%- set rule = rule if rule is mapping else {'sql': rule} -%}
    {%- do found.append({'name': 'rule ' ~ name, 'sql': rule.sql, 'hold': rule.get('hold', hold),
                         'fr': rule.get('fr', name), 'en': rule.get('en', name)}) -%}
  {%- endfor -%}
  {{ return(found) }}
{%- endmacro %}

{% macro hold_back() -%}
  {%- if execute -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'test' and node.attached_node == model.unique_id
          and node.test_metadata and node.test_metadata.name == 'table_rules' -%}
      {%- set given = node.test_metadata.kwargs -%}
      {%- set checks = [] -%}
      {%- for check in row_checks(given.get('required', []), given.get('accepted', {}), given.get('rules', {}), given.get('hold', 'none'))
            if check.hold != 'none' -%}{%- do checks.append(check) -%}{%- endfor -%}
      {%- if checks -%}
        {{ hold_back_rows(this, checks, given.grain, given.get('share', []), given.get('withheld', {})) }}
      {%- endif -%}
    {%- endfor -%}
  {%- endif -%}
{%- endmacro %}

{% macro hold_back_rows(table, checks, grain, share, withheld) -%}
  {%- set keys = grain | list -%}
  {%- for column in ['source_id', 'vintage', 'value'] if column in model.columns and column not in keys -%}{%- do keys.append(column) -%}{%- endfor -%}
  {%- set group = 'struct_pack(' ~ share | join(', ') ~ ')' if share else 'true' -%}
  {%- set held = 'held."' ~ table.identifier ~ '"' -%}
  create schema if not exists held;
  create or replace table {{ held }} as
  with broken as (
    select rowid as row_id, {{ group }} as grp, to_json(struct_pack({{ keys | join(', ') }})) as keys,
      case {%- for check in checks %} when not ({{ check.sql }}) then {{ loop.index0 }}{% endfor %} end as number
    from {{ table }}
    where {% for check in checks %}not ({{ check.sql }}){% if not loop.last %} or {% endif %}{% endfor %}
  ),
  sizes as (
    select {{ group }} as grp, count(*) as size from {{ table }} group by all
  ),
  known as (
    select * from (values {% for check in checks %}
      ({{ loop.index0 }}, {{ sql_text(check.name) }}, {{ sql_text(check.hold) }}, {{ sql_text(check.fr) }}, {{ sql_text(check.en) }}){% if not loop.last %},{% endif %}{% endfor %}
    ) as listed(number, rule, hold, fr, en)
  )
  select broken.row_id, broken.keys, known.rule, known.hold, known.fr, known.en,
    count(*) over (partition by broken.grp) > greatest(5, sizes.size // 20) as is_over
  from broken
  join known on known.number = broken.number
  join sizes on sizes.grp = broken.grp;
  {%- if withheld %}
  update {{ table }} as shown set {% for column, value in withheld.items() %}{{ column }} = {{ value }}{% if not loop.last %}, {% endif %}{% endfor %}
  from {{ held }} as held where held.row_id = shown.rowid and held.hold = 'value';
  {%- endif %}
  delete from {{ table }} where rowid in (select row_id from {{ held }} where hold = 'row');
{%- endmacro %}

{#- Returns a text as an SQL literal. -#}
{% macro sql_text(text) -%}
  '{{ text | replace("'", "''") }}'
{%- endmacro %}
