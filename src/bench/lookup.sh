#!/usr/bin/env bash
# What a lookup costs, in one run on one database:
#   a  pgbench, prepared, the same query          b  a bare Vert.x server with the same query, no auth
#   c  the packaged service, …/verdict, with auth d  the packaged service, was-i-charged?rrn=…
# Usage: src/bench/lookup.sh        after ./mvnw package -DskipTests; without a package only a and b are measured.
#   ROWS=5000000 SECONDS_EACH=10 WARM_SECONDS=30 ROUNDS=3 CONNECTIONS="32 64" LOOPS=<cores>
#   BENCH_DIR=<kept between runs, holds the database>
# Needs a JDK, openssl and curl; PostgreSQL is the embedded one. Uses pgbench and wrk where installed.
# Nothing else may run on the machine meanwhile; the ratios are what counts, not the numbers.
set -euo pipefail
cd "$(dirname "$0")/../.."

# The service's own statement (a test holds the two together), the rows, and what the load asks for.
QUERY=src/bench/lookup/verdict.sql
FILL=src/bench/lookup/rows.sql
IDS=src/bench/lookup/ids.sql
CLAIMS='"iss":"bench","aud":"paywitness","sub":"bench","client_id":"bench","scope":"desk:read"'

ROWS=${ROWS:-5000000} SECONDS_EACH=${SECONDS_EACH:-10} WARM_SECONDS=${WARM_SECONDS:-30} ROUNDS=${ROUNDS:-3} CONNECTIONS=${CONNECTIONS:-"32 64"}
LOOPS=${LOOPS:-$(nproc)}
BENCH_DIR=${BENCH_DIR:-/tmp/paywitness-bench} PGPORT=${PGPORT:-15433} BARE_PORT=18081 SERVICE_PORT=18082
SERVICE=target/quarkus-app/quarkus-run.jar
. src/bench/common.sh

start_service() {
    SERVICE_PID=
    if [ ! -f "$SERVICE" ]; then echo "# no $SERVICE: c and d are left out" >&2; return; fi
    QUARKUS_HTTP_PORT=$SERVICE_PORT QUARKUS_VERTX_EVENT_LOOPS_POOL_SIZE=$LOOPS \
        QUARKUS_DATASOURCE_REACTIVE_URL=postgresql://127.0.0.1:$PGPORT/postgres \
        QUARKUS_DATASOURCE_JDBC_URL=jdbc:postgresql://127.0.0.1:$PGPORT/postgres PAYWITNESS_MIGRATIONS_AT_START=true \
        QUARKUS_DATASOURCE_USERNAME=postgres QUARKUS_DATASOURCE_PASSWORD=postgres \
        QUARKUS_OIDC_PUBLIC_KEY=$PUBLIC_KEY PAYWITNESS_RATE_LIMIT_REQUESTS=1000000000 \
        QUARKUS_OTEL_SDK_DISABLED=false QUARKUS_OTEL_TRACES_SAMPLER=parentbased_traceidratio \
        QUARKUS_OTEL_TRACES_SAMPLER_ARG=0.01 \
        java -jar "$SERVICE" >"$BENCH_DIR/service.log" 2>&1 &
    SERVICE_PID=$! && pids+=($!)
    wait_for curl -fs "http://127.0.0.1:$SERVICE_PORT/q/health/ready"
}

start_bare() {
    rm -f "$BENCH_DIR/bare.log"
    java -cp "$CLASSPATH" src/bench/java/BareServer.java "$BARE_PORT" "$LOOPS" \
        "postgresql://postgres:postgres@127.0.0.1:$PGPORT/postgres" "$QUERY" >"$BENCH_DIR/bare.log" 2>&1 &
    BARE_PID=$! && pids+=($!)
    wait_for grep -q ready "$BENCH_DIR/bare.log"
}

# pgbench knows no random line of a file: it makes the id of a random row itself.
bench_a() {
    if ! command -v pgbench >/dev/null; then return; fi
    { echo "\\set n random(1, $ROWS)"
      sed "s/\\\$1/lpad(to_hex(:n::bigint), 32, '0')::uuid/; s/[;[:space:]]*\$/ /" "$QUERY" | tr '\n' ' '; echo ';'
    } >"$BENCH_DIR/pgbench.sql"
    local log; rm -f "$BENCH_DIR"/pgbench_log.*
    pgbench -n -M prepared -c "$1" -j "$LOOPS" -T "$2" -l --log-prefix="$BENCH_DIR/pgbench_log" \
        -f "$BENCH_DIR/pgbench.sql" >"$BENCH_DIR/pgbench.out"
    log=$(cat "$BENCH_DIR"/pgbench_log.* | awk '{print $3}' | sort -n | awk '{v[NR] = $1}
        END {print v[int(NR * .5) + 1], v[int(NR * .99) + 1], NR, 0}')
    echo "$(awk '/tps =/ {printf "%.0f", $3}' "$BENCH_DIR/pgbench.out") $log"
}

# load PORT CONNECTIONS SECONDS PATH → requests/s p50 p99 requests failures
load() {
    if command -v wrk >/dev/null; then
        BENCH_IDS=$BENCH_DIR/ids.txt BENCH_PATH=$4 BENCH_TOKEN=$TOKEN \
            wrk -t1 -c "$2" -d "$3s" -s src/bench/lookup/load.lua "http://127.0.0.1:$1" | tail -1
    else
        java -Xmx512m -cp "$CLASSPATH:$BENCH_DIR/load" Load "$1" "$2" "$3" "$4" "$TOKEN" "$BENCH_DIR/ids.txt"
    fi
}
bench_b() { load $BARE_PORT "$1" "$2" '/v1/transactions/{1}/verdict'; }
bench_c() { load $SERVICE_PORT "$1" "$2" '/v1/transactions/{3}/verdict'; }
bench_d() { load $SERVICE_PORT "$1" "$2" '/v1/was-i-charged?rrn={2}'; }

# measure WHAT CONNECTIONS ROUND: prints a line and keeps it for the summary.
measure() {
    local pid='' p0 s0=0 p1 s1=0 result hz; hz=$(getconf CLK_TCK)
    case $1 in b) pid=$BARE_PID ;; c | d) pid=$SERVICE_PID ;; esac
    p0=$(postgres_ticks); [ -z "$pid" ] || s0=$(ticks "$pid")
    result=$("bench_$1" "$2" "$SECONDS_EACH")
    p1=$(postgres_ticks); [ -z "$pid" ] || s1=$(ticks "$pid")
    [ -n "$result" ] || return 0
    echo "$1 $2 $3 $result $((s1 - s0)) $((p1 - p0)) $hz" | awk '{n = $7 ? $7 : 1; us = 1e6 / $11 / n
        printf "%s %4d %5d %10d %8d %8d %8d %9.1f %9.1f\n", $1, $2, $3, $4, $5, $6, $8, $9 * us, $10 * us}' |
        tee -a "$BENCH_DIR/results.txt"
}

summary() {
    awk -v rounds="$ROUNDS" '
        {k = $1 " " $2; n[k]++; for (f = 4; f <= 9; f++) v[k, f, n[k]] = $f; conns[$2]}
        function median(k, f,   i, j, t, m, s) {
            m = n[k]; if (!m) return 0
            for (i = 1; i <= m; i++) s[i] = v[k, f, i]
            for (i = 2; i <= m; i++) for (j = i; j > 1 && s[j] < s[j - 1]; j--) {t = s[j]; s[j] = s[j - 1]; s[j - 1] = t}
            return s[int((m + 1) / 2)]
        }
        function ratio(x, y, c, f) {
            return median(y " " c, f) && n[x " " c] ? sprintf("%.2f", median(x " " c, f) / median(y " " c, f)) : "-"
        }
        END {for (c in conns) {
            printf "%d connections, medians: c/b %s (bar 0.90)  d/b %s (bar 0.85)  b/a %s  p99 c/b %s (bar 1.25)\n", c,
                ratio("c", "b", c, 4), ratio("d", "b", c, 4), ratio("b", "a", c, 4), ratio("c", "b", c, 6)
            printf "  CPU µs per request: bare server %.1f, postgres under it %.1f\n", median("b " c, 8), median("b " c, 9)
            if (n["c " c]) printf "  service c %.1f, d %.1f (bar 28), postgres under c %.1f, d %.1f (bar 12)\n",
                median("c " c, 8), median("d " c, 8), median("c " c, 9), median("d " c, 9)
        }}' "$BENCH_DIR/results.txt"
}

command -v pgbench >/dev/null || echo "# pgbench is not installed: a is left out" >&2
if command -v wrk >/dev/null; then echo "# load by wrk"; else echo "# wrk is not installed: load by src/bench/java/Load.java"; fi
build_load Load.java
start_postgres
make_token
start_service
echo "# $ROWS rows"
sql "$FILL" -c 'VACUUM ANALYZE' -c CHECKPOINT
sql "$IDS" >"$BENCH_DIR/ids.txt"
start_bare
benches="a b"; [ -z "$SERVICE_PID" ] || benches="a b c d"
: >"$BENCH_DIR/results.txt"
for what in $benches; do "bench_$what" 32 "$WARM_SECONDS" >/dev/null; done
echo "# what conns round requests/s p50_us p99_us failures service_us postgres_us"
for connections in $CONNECTIONS; do
    for round in $(seq "$ROUNDS"); do
        for what in $benches; do measure "$what" "$connections" "$round"; done
    done
done
summary
