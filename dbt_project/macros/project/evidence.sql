{# The items of evidence that a document's JSON holds, one struct an item. Add a field where `orchestration/filings/evidence.py` has one. #}
{% macro evidence_items(column) -%}
unnest(from_json({{ column }}, '[{"kind": "VARCHAR", "page": "INTEGER", "sdg_id": "INTEGER", "target": "VARCHAR", "method": "VARCHAR", "evidence": "VARCHAR",
    "box": "VARCHAR", "confidence": "DOUBLE", "metric_id": "VARCHAR", "value": "DOUBLE", "unit": "VARCHAR", "fiscal_year": "INTEGER", "perimeter": "VARCHAR",
    "value_printed": "VARCHAR", "unit_printed": "VARCHAR", "is_chosen": "BOOLEAN", "reason": "VARCHAR", "marks": "VARCHAR"}]'))
{%- endmacro %}
