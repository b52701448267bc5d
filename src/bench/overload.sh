#!/usr/bin/env bash
# What a neighbour feels while another client sends ten times what the service can take: look-ups of a neighbour at a
# steady rate before, during and after the burst, with the rate limit of the default and without.
# Usage: src/bench/overload.sh        after ./mvnw package -DskipTests
#   ROWS=100000 CONNECTIONS=32 (what gives the peak) BURST=10 (times as many) SECONDS_BURST=60 SECONDS_EACH=15
#   NEIGHBOUR=50 (look-ups a second) HEAP=256m PIN=<1: service on core 0, load on core 1, where taskset is installed>
# Needs a JDK, openssl and curl; PostgreSQL is the embedded one. Nothing else may run on the machine meanwhile: the load
# takes its own share of the processor, so the ratios are what counts.
set -euo pipefail
cd "$(dirname "$0")/../.."

FILL=src/bench/lookup/rows.sql
IDS=src/bench/lookup/ids.sql
ROWS=${ROWS:-100000} CONNECTIONS=${CONNECTIONS:-32} BURST=${BURST:-10} SECONDS_BURST=${SECONDS_BURST:-60}
SECONDS_EACH=${SECONDS_EACH:-15} NEIGHBOUR=${NEIGHBOUR:-50} HEAP=${HEAP:-256m} PIN=${PIN:-1}
BENCH_DIR=${BENCH_DIR:-/tmp/paywitness-overload} PGPORT=${PGPORT:-15473} SERVICE_PORT=${SERVICE_PORT:-18473}
SERVICE=target/quarkus-app/quarkus-run.jar
CLAIMS=
. src/bench/common.sh

[ -f "$SERVICE" ] || { echo "no $SERVICE: ./mvnw package -DskipTests first" >&2; exit 1; }
ON_SERVICE= ON_LOAD=
if [ "$PIN" = 1 ] && [ "$(nproc)" -gt 1 ] && command -v taskset >/dev/null; then
    ON_SERVICE='taskset -c 0' ON_LOAD="taskset -c 1-$(($(nproc) - 1))"
fi

token_of() { CLAIMS='"iss":"bench","aud":"paywitness","sub":"'$1'","client_id":"'$1'","scope":"desk:read"'; make_token; }

# start_service NAME SETTING…
start_service() {
    $ON_SERVICE env QUARKUS_HTTP_PORT=$SERVICE_PORT \
        QUARKUS_DATASOURCE_REACTIVE_URL=postgresql://127.0.0.1:$PGPORT/postgres \
        QUARKUS_DATASOURCE_JDBC_URL=jdbc:postgresql://127.0.0.1:$PGPORT/postgres \
        QUARKUS_DATASOURCE_USERNAME=postgres QUARKUS_DATASOURCE_PASSWORD=postgres \
        QUARKUS_OIDC_PUBLIC_KEY="$PUBLIC_KEY" PAYWITNESS_MIGRATIONS_AT_START=true QUARKUS_SHUTDOWN_DELAY=0s "${@:2}" \
        java -Xmx"$HEAP" -jar "$SERVICE" >"$BENCH_DIR/service-$1.log" 2>&1 &
    SERVICE_PID=$! && pids+=($!)
    wait_for curl -fs "http://127.0.0.1:$SERVICE_PORT/q/health/ready"
}

# load TOKEN CONNECTIONS SECONDS RATE
load() {
    $ON_LOAD java -Xmx512m -XX:+UseSerialGC -cp "$CLASSPATH:$BENCH_DIR/load" Paced "$SERVICE_PORT" "$2" "$3" \
        '/v1/transactions/{3}/verdict' "$1" "$BENCH_DIR/ids.txt" "$4"
}
rss() { awk '/VmRSS/ {printf "%d", $2 / 1024}' "/proc/$SERVICE_PID/status"; }
cpu() { echo $(($(ticks "$SERVICE_PID") * 1000 / $(getconf CLK_TCK))); }
neighbour() { printf '%-8s neighbour %s' "$1" "$(load "$QUIET" 8 "$2" "$NEIGHBOUR")" | tee -a "$BENCH_DIR/results.txt"; }

# measure NAME SETTING…
measure() {
    start_service "$@"
    echo "# $1"; : >"$BENCH_DIR/results.txt"
    load "$WARM" "$CONNECTIONS" "$SECONDS_EACH" 0 >/dev/null
    # With a rate limit that is not the peak but what the limit lets through.
    echo "alone    $(load "$WARM" "$CONNECTIONS" "$SECONDS_EACH" 0) rss=$(rss)MiB"
    neighbour before "$SECONDS_EACH"; echo " rss=$(rss)MiB" | tee -a "$BENCH_DIR/results.txt"
    local before after; before=$(cpu)
    load "$LOUD" $((CONNECTIONS * BURST)) $((SECONDS_BURST + 2)) 0 >"$BENCH_DIR/burst.txt" &
    local burst=$!; sleep 1
    neighbour during "$SECONDS_BURST"; echo " rss=$(rss)MiB" | tee -a "$BENCH_DIR/results.txt"
    wait "$burst"; after=$(cpu)
    echo "burst    $(cat "$BENCH_DIR/burst.txt") cpu=$(((after - before) / (SECONDS_BURST + 2) / 10))%"
    neighbour after "$SECONDS_EACH"; echo " rss=$(rss)MiB" | tee -a "$BENCH_DIR/results.txt"
    awk '{p[$1] = $5} END {printf "p99 during/before %.2f (bar 2), after/before %.2f\n",
        p["during"] / p["before"], p["after"] / p["before"]}' "$BENCH_DIR/results.txt"
    kill "$SERVICE_PID"; wait "$SERVICE_PID" || true
}

build_load Load.java Paced.java
start_postgres
token_of warm; WARM=$TOKEN
token_of loud; LOUD=$TOKEN
token_of quiet; QUIET=$TOKEN
start_service fill
sql "$FILL" -c 'VACUUM ANALYZE' -c CHECKPOINT
sql "$IDS" >"$BENCH_DIR/ids.txt"
kill "$SERVICE_PID"; wait "$SERVICE_PID" || true
echo "# $ROWS rows; requests/s p50_us p99_us answers by status"
measure "rate limit of the default"
measure "no rate limit" PAYWITNESS_RATE_LIMIT_REQUESTS=0
