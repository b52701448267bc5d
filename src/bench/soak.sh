#!/usr/bin/env bash
# Half of the peak for a long time: look-ups, lists, payments told of and refunds. Prints over time what is used, and ends
# with 1 when a request failed, or when memory, the pool or connections have grown: the mean of the last quarter of the
# samples over that of the second (the first warms up) is beyond its tolerance.
# Usage: src/bench/soak.sh        after ./mvnw package -DskipTests
#   SECONDS_SOAK=1800 EVERY=<a fortieth of it> SECONDS_PEAK=15 CONNECTIONS=16 HEAP=256m RATE=<half of the peak measured>
#   RSS_TOLERANCE=1.10 HEAP_TOLERANCE=1.10 POOL_TOLERANCE=1.25 CONNECTIONS_TOLERANCE=1.10
# Needs a JDK, openssl and curl; PostgreSQL and the acquirer are the embedded ones.
set -euo pipefail
cd "$(dirname "$0")/../.."

SECONDS_SOAK=${SECONDS_SOAK:-1800} SECONDS_PEAK=${SECONDS_PEAK:-15} CONNECTIONS=${CONNECTIONS:-16} HEAP=${HEAP:-256m}
EVERY=${EVERY:-$((SECONDS_SOAK / 40 > 5 ? SECONDS_SOAK / 40 : 5))} RATE=${RATE:-}
RSS_TOLERANCE=${RSS_TOLERANCE:-1.10} HEAP_TOLERANCE=${HEAP_TOLERANCE:-1.10} POOL_TOLERANCE=${POOL_TOLERANCE:-1.25}
CONNECTIONS_TOLERANCE=${CONNECTIONS_TOLERANCE:-1.10}
BENCH_DIR=${BENCH_DIR:-/tmp/paywitness-soak} PGPORT=${PGPORT:-15475} SERVICE_PORT=${SERVICE_PORT:-18475}
ACQUIRER_PORT=${ACQUIRER_PORT:-18476} ROWS=0
SERVICE=${SERVICE:-target/quarkus-app/quarkus-run.jar}
. src/bench/common.sh

[ -f "$SERVICE" ] || { echo "no $SERVICE: ./mvnw package -DskipTests first" >&2; exit 1; }
SECRET=$(openssl rand -hex 32)

token_of() { CLAIMS='"iss":"bench","aud":"paywitness","sub":"soak","client_id":"soak","scope":"'$1'"'; make_token; }

start_acquirer() {
    rm -f "$BENCH_DIR/ledger.jsonl"
    java -Xmx256m src/simulator/java/AcquirerSimulator.java --port "$ACQUIRER_PORT" --ledger "$BENCH_DIR/ledger.jsonl" \
        --key-id soak --secret "$SECRET" >"$BENCH_DIR/acquirer.log" 2>&1 &
    pids+=($!)
    wait_for curl -fs "http://127.0.0.1:$ACQUIRER_PORT/health"
}

start_service() {
    QUARKUS_HTTP_PORT=$SERVICE_PORT QUARKUS_DATASOURCE_REACTIVE_URL=postgresql://127.0.0.1:$PGPORT/postgres \
        QUARKUS_DATASOURCE_JDBC_URL=jdbc:postgresql://127.0.0.1:$PGPORT/postgres \
        QUARKUS_DATASOURCE_USERNAME=postgres QUARKUS_DATASOURCE_PASSWORD=postgres QUARKUS_OIDC_PUBLIC_KEY=$PUBLIC_KEY \
        PAYWITNESS_RATE_LIMIT_REQUESTS=0 PAYWITNESS_MIGRATIONS_AT_START=true QUARKUS_SHUTDOWN_DELAY=0s \
        PAYWITNESS_ACQUIRER_URL=http://127.0.0.1:$ACQUIRER_PORT PAYWITNESS_ACQUIRER_ALLOW_PLAIN_HTTP=true \
        PAYWITNESS_ACQUIRER_KEY_ID=soak PAYWITNESS_ACQUIRER_SECRET=$SECRET \
        java -Xmx"$HEAP" -XX:+UseSerialGC -jar "$SERVICE" >"$BENCH_DIR/service.log" 2>&1 &
    SERVICE_PID=$! && pids+=($!)
    wait_for curl -fs "http://127.0.0.1:$SERVICE_PORT/q/health/ready"
}

# load SECONDS RATE EVERY
load() {
    java -Xmx256m -XX:+UseSerialGC -cp "$BENCH_DIR/load" SoakLoad "$SERVICE_PORT" "$CONNECTIONS" "$1" "$2" "$3" "$READER" "$FEED"
}

# Heap after a collection that is asked for: what is really held.
sample() {
    jcmd "$SERVICE_PID" GC.run >/dev/null
    curl -fs -m 10 "http://127.0.0.1:$SERVICE_PORT/q/metrics" >"$BENCH_DIR/metrics.txt"
    local rss pool
    rss=$(awk '/VmRSS/ {printf "%.1f", $2 / 1024}' "/proc/$SERVICE_PID/status")
    pool=$(pgrep -P "$POSTMASTER" -f 'postgres: postgres postgres' | wc -l)
    awk -v rss="$rss" -v pool="$pool" '
        index($0, "jvm_memory_used_bytes{area=\"heap\"") == 1 {heap += $NF}
        /^http_server_active_connections/ {connections += $NF}
        /^paywitness_overload_waiting / {waiting = $NF}
        END {printf "%s %.1f %d %d %d\n", rss, heap / 1048576, pool, connections, waiting}' "$BENCH_DIR/metrics.txt"
}

judge() {
    awk -v rss="$RSS_TOLERANCE" -v heap="$HEAP_TOLERANCE" -v pool="$POOL_TOLERANCE" -v connections="$CONNECTIONS_TOLERANCE" '
        !/^#/ {n++; for (f = 1; f <= NF; f++) v[n, f] = $f}
        function mean(f, from, to,   i, s) {for (i = from; i <= to; i++) s += v[i, f]; return s / (to - from + 1)}
        function grown(name, f, tolerance,   a, b) {
            a = mean(f, int(n / 4) + 1, int(n / 2)); b = mean(f, int(n * 3 / 4) + 1, n)
            printf "%s: %.1f in the second quarter, %.1f in the last (at most %.2f times)\n", name, a, b, tolerance
            if (b > a * tolerance) {print "GROWN: " name; bad = 1}
        }
        END {
            if (n < 8) {print "too few samples to judge: " n; exit 1}
            grown("RSS MiB", 6, rss); grown("heap MiB", 7, heap); grown("database connections", 8, pool)
            grown("HTTP connections", 9, connections)
            if (v[n, 5] > 0) {print "FAILED requests: " v[n, 5]; bad = 1}
            exit bad
        }' "$BENCH_DIR/soak.txt"
}

build_load SoakLoad.java
rm -rf "$BENCH_DIR/data"
start_postgres
token_of feed; FEED=$TOKEN
token_of 'desk:read desk:write'; READER=$TOKEN
start_acquirer
start_service
load "$SECONDS_PEAK" 0 "$SECONDS_PEAK" >/dev/null
peak=$(load "$SECONDS_PEAK" 0 "$SECONDS_PEAK" | awk 'NR == 1 {print $2}')
RATE=${RATE:-$((peak / 2))}
echo "# peak $peak requests/s; $RATE requests/s for $SECONDS_SOAK s"
echo "# seconds requests/s p50_us p99_us errors rss_mib heap_mib database_connections http_connections waiting"
: >"$BENCH_DIR/soak.txt"
load "$SECONDS_SOAK" "$RATE" "$EVERY" | while read -r line; do
    case $line in "#"*) echo "$line" ;; *) echo "$line $(sample)" ;; esac
done | tee "$BENCH_DIR/soak.txt" || failed=1
judge
exit "${failed:-0}"
