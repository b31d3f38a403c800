{#- How a model becomes a table or a view: in place, in one statement, because the warehouse of a refresh is made anew and nobody reads it
    meanwhile. dbt's own way (another name first, two renames, a look for what to drop) is for databases in service; it costs as
    much again as the models of the samples. Contracts, hooks and descriptions are kept; there is nobody to grant anything to.
    Not here: what a model holds. -#}

{% materialization table, adapter='duckdb', supported_languages=['sql', 'python'] %}
  {%- set target = this.incorporate(type='table') -%}
  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}
  {%- do drop_relation_if_exists(load_cached_relation(this)) -%}
  {% call statement('main', language=model['language']) -%}
    {{ create_table_as(False, target, compiled_code, model['language']) }}
  {%- endcall %}
  {{ run_hooks(post_hooks, inside_transaction=True) }}
  {%- do persist_docs(target, model) -%}
  {{ adapter.commit() }}
  {{ run_hooks(post_hooks, inside_transaction=False) }}
  {{ return({'relations': [target]}) }}
{% endmaterialization %}

{% materialization view, adapter='duckdb' %}
  {%- set target = this.incorporate(type='view') -%}
  {%- do drop_relation_if_exists(load_cached_relation(this)) -%}
  {% call statement('main') -%}
    {{ create_view_as(target, compiled_code) }}
  {%- endcall %}
  {{ adapter.commit() }}
  {{ return({'relations': [target]}) }}
{% endmaterialization %}
