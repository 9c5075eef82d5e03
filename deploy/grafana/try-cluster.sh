#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Proves that each query of the dashboard of clusters returns data: a cluster of one host, whose timer fires ten times a
# second, is scraped by a real Prometheus. Needs prometheus and curl, and builds ./tickbus if it is not built. Prints each
# query; exit code 0 if all have data, 77 with the reason if it cannot run here.
set -u
here=$(dirname -- "$(readlink -f -- "$0")")
tickbus=${TICKBUS:-$here/../../tickbus}

skip() {
    echo "skipped: $1" >&2
    exit 77
}

type -P prometheus >/dev/null || skip "there is no prometheus"
type -P curl >/dev/null || skip "there is no curl"
work=$(mktemp -d)
member= prometheus=
trap 'kill $member $prometheus 2>/dev/null; wait; rm -rf -- "$work"' EXIT
export TICKBUS_CLUSTER=localhost:${CLUSTER_PORT:-20410} TICKBUS_DIR=$work/buses
metrics=127.0.0.1:${METRICS_PORT:-20466} api=127.0.0.1:${PROMETHEUS_PORT:-20490}

"$tickbus" cluster member --index 0 --name first --folder "$work/log" --with-daemon --metrics "$metrics" \
    >"$work/member.log" 2>&1 &
member=$!
cat >"$work/prometheus.yml" <<CONF
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: ['$here/../prometheus/tickbus-cluster.rules.yml']
scrape_configs: [{job_name: tickbus-cluster, static_configs: [{targets: ['$metrics']}]}]
CONF
prometheus "--config.file=$work/prometheus.yml" "--storage.tsdb.path=$work/data" "--web.listen-address=$api" \
    >"$work/prometheus.log" 2>&1 &
prometheus=$!
for _ in $(seq 300); do
    ! grep -q serving "$work/member.log" || break
    kill -0 $member 2>/dev/null || { cat "$work/member.log"; exit 1; }
    sleep 0.2
done
"$tickbus" cluster arm --key 7 --signal 42 --every 100ms || exit 1

has_data() {
    curl -sS --data-urlencode "query=$1" "http://$api/api/v1/query" | grep -q '"status":"success".*"value":\['
}

for _ in $(seq 100); do
    ! has_data 'count_over_time(tickbus_cluster_serving[1m]) > 4 and tickbus_cluster_firings_total > 0' || break
    sleep 0.3
done
failed=0
while IFS= read -r query; do
    query=${query//'$cluster'/.*}
    query=${query//'$__rate_interval'/10s}
    if has_data "$query"; then
        echo "ok    $query"
    else
        echo "FAIL  $query"
        failed=1
    fi
done < <(sed -n 's/^ *"expr": "\(.*\)",$/\1/p' "$here/dashboards/tickbus-cluster.json" | sed 's/\\"/"/g')
exit $failed
