#!/usr/bin/env bash
# One merchant's day in five files, ROWS rows in all, worked in and reconciled by the packaged service: rows per second and
# memory over time, against COPY of the same rows into a bare table as the limit. Ends with 1 where an exception is missing
# or too many, where the ratio is below RATIO_MIN, or where memory has grown (the last quarter of the samples over the
# second is beyond RSS_TOLERANCE). The heap is fixed and touched at the start, so what grows is seen, and what the heap
# cannot hold ends the run.
# Usage: src/bench/reconcile.sh        after ./mvnw package -DskipTests
#   ROWS=1000000 HEAP=256m EVERY=5 SEED=1 RATIO_MIN=0.15 RSS_TOLERANCE=1.15 PROFILE= (a file: Java Flight Recorder)
# Needs a JDK, openssl and curl; PostgreSQL is the embedded one, as durable as in production.
set -euo pipefail
cd "$(dirname "$0")/../.."

ROWS=${ROWS:-1000000} HEAP=${HEAP:-256m} EVERY=${EVERY:-5} SEED=${SEED:-1}
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
        java -Xms"$HEAP" -Xmx"$HEAP" -XX:+AlwaysPreTouch ${PROFILE:+-XX:StartFlightRecording=filename=$PROFILE,settings=profile} \
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

# What is not read or not reconciled: rows read, completeness that is not followed to its end, memory.
sample() {
    local rss
    rss=$(awk '/VmRSS/ {printf "%.1f", $2 / 1024}' "/proc/$SERVICE_PID/status")
    echo "$(($(date +%s) - BEGAN)) $(sql -c "SELECT (SELECT coalesce(sum(rows_read), 0) FROM statement)
        || ' ' || (SELECT count(*) FROM completeness_follow)") $rss"
}

open_exceptions() {
    sql -c "SELECT kind || '=' || count(*) FROM reconciliation_exception WHERE closed_at IS NULL GROUP BY kind ORDER BY kind" |
        tr '\n' ' ' | sed 's/ $//'
}

build_load Ledgers.java CopyRows.java CopyKept.java
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
echo "# seconds rows_read not_followed rss_mib"
BEGAN=$(date +%s) STARTED=$(date +%s.%N)
places=()
for file in pos-journal.csv acquirer-settlement.csv bank-camt053.xml wechat-trade-bill.csv alipay-trade-bill.csv; do
    places+=("$(send "$file")")
done
: >"$BENCH_DIR/samples.txt"
worked_in=
while :; do
    ended=0
    for place in "${places[@]}"; do
        state=$(ask "$API$place" | field status)
        case $state in done) ended=$((ended + 1)) ;; failed) echo "failed: $(ask "$API$place")" >&2; exit 1 ;; esac
    done
    [ "$ended" -lt 5 ] || worked_in=${worked_in:-$(date +%s.%N)}
    line=$(sample)
    echo "$line" | tee -a "$BENCH_DIR/samples.txt"
    [ "$ended" -lt 5 ] || [ "$(echo "$line" | awk '{print $3}')" != 0 ] || break
    sleep "$EVERY"
done
reconciled=$(date +%s.%N)
FOUND=$(open_exceptions)
kept=$(java -cp "$CLASSPATH:$BENCH_DIR/load" CopyKept "jdbc:postgresql://127.0.0.1:$PGPORT/postgres" "$BENCH_DIR" \
    observation transaction transaction_change verdict_standing outbox event_position)
echo "expected: $EXPECTED"
echo "found:    $FOUND"
awk -v rows="$REAL" -v from="$STARTED" -v read="$worked_in" -v to="$reconciled" -v copied="$copied" -v kept="$kept" -v least="$RATIO_MIN" \
    -v tolerance="$RSS_TOLERANCE" -v same="$([ "$EXPECTED" = "$FOUND" ] && echo 1 || echo 0)" '
    {n++; rss[n] = $4}
    function mean(from, to,   i, s) {for (i = from; i <= to; i++) s += rss[i]; return s / (to - from + 1)}
    END {
        printf "worked in: %.1f s, %.0f rows/s; reconciled: %.1f s, %.0f rows/s\n", read - from, rows / (read - from), \
            to - from, rows / (to - from)
        ratio = copied / (to - from)
        printf "of bare COPY (%.0f rows/s): %.4f, at least %s is wanted\n", rows / copied, ratio, least
        printf "of COPY of all that is kept of them, into the same tables (%.0f rows/s): %.3f\n", rows / kept, \
            kept / (to - from)
        if (n >= 8) {
            a = mean(int(n / 4) + 1, int(n / 2)); b = mean(int(n * 3 / 4) + 1, n)
            printf "RSS MiB: %.1f in the second quarter, %.1f in the last (at most %.2f times)\n", a, b, tolerance
            if (b > a * tolerance) {print "GROWN: memory"; bad = 1}
        }
        if (!same) {print "OTHER exceptions than expected"; bad = 1}
        if (ratio < least) {print "SLOWER than wanted"; bad = 1}
        exit bad
    }' "$BENCH_DIR/samples.txt"
