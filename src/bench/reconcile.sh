#!/usr/bin/env bash
# One merchant's day in five files, ROWS rows in all, worked in and reconciled by the packaged service: rows per second and
# memory over time, against COPY of the same rows into a bare table as the limit. Ends with 1 where an exception is missing
# or too many, where the ratio is below RATIO_MIN, or where memory has grown (the last quarter of the samples over the
# second is beyond RSS_TOLERANCE).
# Usage: src/bench/reconcile.sh        after ./mvnw package -DskipTests
#   ROWS=1000000 HEAP=512m EVERY=2 SEED=1 RATIO_MIN=0.15 RSS_TOLERANCE=1.15 PROFILE= (a file: Java Flight Recorder)
# Needs a JDK, openssl and curl; PostgreSQL is the embedded one, as durable as in production.
set -euo pipefail
cd "$(dirname "$0")/../.."

ROWS=${ROWS:-1000000} HEAP=${HEAP:-512m} EVERY=${EVERY:-2} SEED=${SEED:-1}
RATIO_MIN=${RATIO_MIN:-0.15} RSS_TOLERANCE=${RSS_TOLERANCE:-1.15} PROFILE=${PROFILE:-}
BENCH_DIR=${BENCH_DIR:-/tmp/paywitness-reconcile} PGPORT=${PGPORT:-15495} SERVICE_PORT=${SERVICE_PORT:-18495}
SERVICE=${SERVICE:-target/quarkus-app/quarkus-run.jar}
MERCHANT=M0001 DAY=$(date -d '10 days ago' +%F)
CLAIMS='"iss":"bench","aud":"paywitness","sub":"bench","client_id":"bench","scope":"feed desk:read"'
. src/bench/common.sh

[ -f "$SERVICE" ] || { echo "no $SERVICE: ./mvnw package -DskipTests first" >&2; exit 1; }
LEDGERS=$BENCH_DIR/ledgers
API=http://127.0.0.1:$SERVICE_PORT

start_service() {
    QUARKUS_HTTP_PORT=$SERVICE_PORT QUARKUS_DATASOURCE_REACTIVE_URL=postgresql://127.0.0.1:$PGPORT/postgres \
        QUARKUS_DATASOURCE_JDBC_URL=jdbc:postgresql://127.0.0.1:$PGPORT/postgres \
        QUARKUS_DATASOURCE_USERNAME=postgres QUARKUS_DATASOURCE_PASSWORD=postgres QUARKUS_OIDC_PUBLIC_KEY=$PUBLIC_KEY \
        PAYWITNESS_RATE_LIMIT_REQUESTS=0 PAYWITNESS_MIGRATIONS_AT_START=true QUARKUS_SHUTDOWN_DELAY=0s \
        java -Xmx"$HEAP" ${PROFILE:+-XX:StartFlightRecording=filename=$PROFILE,settings=profile} \
        ${JAVA_MORE:-} -jar "$SERVICE" >"$BENCH_DIR/service.log" 2>&1 &
    SERVICE_PID=$! && pids+=($!)
    wait_for curl -fs "$API/q/health/ready"
}

ask() { curl -fsS -m 60 -H "Authorization: Bearer $TOKEN" "$@"; }

# send FILE: tells its statement's place.
send() {
    ask -o /dev/null -D - -H 'Content-Type: application/octet-stream' -T "$LEDGERS/$1" -X POST \
        "$API/v1/statements?merchant_id=$MERCHANT&file_name=$1" | tr -d '\r' | awk 'tolower($1) == "location:" {print $2}'
}

field() { grep -o "\"$1\":[^,}]*" | head -1 | cut -d: -f2 | tr -d '"'; }

# In memory, and how far the statements are.
sample() {
    local rss heap=0
    rss=$(awk '/VmRSS/ {printf "%.1f", $2 / 1024}' "/proc/$SERVICE_PID/status")
    echo "$(($(date +%s) - BEGAN)) $(sql -c 'SELECT coalesce(sum(rows_read), 0) FROM statement') $rss"
}

build_load Ledgers.java CopyRows.java
rm -rf "$BENCH_DIR/data"
mkdir -p "$LEDGERS"
EXPECTED=$(java -cp "$BENCH_DIR/load" Ledgers "$LEDGERS" "$MERCHANT" "$DAY" "$ROWS" "$SEED")
start_postgres
make_token
count() { wc -l <"$LEDGERS/rows.csv"; }
REAL=$(count)
copied=$(for _ in 1 2 3; do
    java -cp "$CLASSPATH:$BENCH_DIR/load" CopyRows "jdbc:postgresql://127.0.0.1:$PGPORT/postgres" "$LEDGERS/rows.csv"
done | sort -n | head -1)
start_service

echo "# $REAL rows in five files; COPY of them into a bare table: $copied s"
echo "# seconds rows rss_mib"
BEGAN=$(date +%s) STARTED=$(date +%s.%N)
places=()
for file in pos-journal.csv acquirer-settlement.csv bank-camt053.xml wechat-trade-bill.csv alipay-trade-bill.csv; do
    places+=("$(send "$file")")
done
: >"$BENCH_DIR/samples.txt"
while :; do
    ended=0
    for place in "${places[@]}"; do
        state=$(ask "$API$place" | field status)
        case $state in done) ended=$((ended + 1)) ;; failed) echo "failed: $(ask "$API$place")" >&2; exit 1 ;; esac
    done
    sample | tee -a "$BENCH_DIR/samples.txt"
    [ "$ended" -lt 5 ] || break
    sleep "$EVERY"
done
worked_in=$(date +%s.%N)
awk -v rows="$REAL" -v from="$STARTED" -v to="$worked_in" 'BEGIN {printf "worked in: %.1f s, %.0f rows/s\n", to - from, rows / (to - from)}'
