#!/usr/bin/env bash
# The floor of a refresh: one `dbt build` of the same project on the same warehouse, and nothing else.
#   bench/dbt_alone.sh HOME      (HOME of a refresh that has run; its warehouse is copied, not touched)
set -euo pipefail
home=${1:?usage: bench/dbt_alone.sh HOME}
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$home/work/warehouse.duckdb" "$work/warehouse.duckdb"
cp dbt_project/target/partial_parse.msgpack "$work/" 2>/dev/null || true
export DBT_SEND_ANONYMOUS_USAGE_STATS=false
project=$PWD/dbt_project dbt=$PWD/.venv/bin/dbt
cd "$work"
start=$(date +%s.%N)
"$dbt" --quiet build --project-dir "$project" --profiles-dir "$project" --target-path "$work" \
  --log-path "$work" --exclude-resource-type unit_test >&2
end=$(date +%s.%N)
echo "$start $end" | awk '{printf "%.2f\n", $2 - $1}'
