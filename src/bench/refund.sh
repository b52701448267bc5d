#!/usr/bin/env bash
# What it costs to accept a refund, in one run on one database, each commit on disk before it is answered:
#   bare  INSERT … RETURNING of one row with a refund's columns, a primary key and one index, each its own transaction,
#         prepared, nothing else: by pgbench where installed, else by a Vert.x pg client (src/bench/java/RefundLoad.java)
#   post  POST /v1/refunds of the packaged service, token, key, audit, outbox and all; executors off
#   work  the same while the service's executor carries refunds out at the simulated acquirer, on this machine as well
# Usage: src/bench/refund.sh        after ./mvnw package -DskipTests
#   ROWS=300000 SECONDS_EACH=10 WARM_SECONDS=20 ROUNDS=3 CONNECTIONS="32 64" LOOPS=<cores>
#   BENCH_DIR=<its database starts empty each time: refunds cannot be deleted>
# Needs a JDK, openssl and curl; PostgreSQL is the embedded one. Fails when a row is missing at the end.
# Nothing else may run on the machine meanwhile; the ratios are what counts, not the numbers.
set -euo pipefail
cd "$(dirname "$0")/../.."

FILL=src/bench/refund/rows.sql
IDS=src/bench/refund/ids.sql
INSERT=src/bench/refund/bare.sql
CHECK=src/bench/refund/check.sql
CLAIMS='"iss":"bench","aud":"paywitness","sub":"bench","client_id":"bench","scope":"desk:read desk:write"'

ROWS=${ROWS:-300000} SECONDS_EACH=${SECONDS_EACH:-10} WARM_SECONDS=${WARM_SECONDS:-20} ROUNDS=${ROUNDS:-3} CONNECTIONS=${CONNECTIONS:-"32 64"}
LOOPS=${LOOPS:-$(nproc)}
BENCH_DIR=${BENCH_DIR:-/tmp/paywitness-refund-bench} PGPORT=${PGPORT:-15434} SERVICE_PORT=18083 ACQUIRER_PORT=18084
SERVICE=target/quarkus-app/quarkus-run.jar
SECRET=0123456789abcdef0123456789abcdef
. src/bench/common.sh

# start_service EXECUTORS
start_service() {
    QUARKUS_HTTP_PORT=$SERVICE_PORT QUARKUS_VERTX_EVENT_LOOPS_POOL_SIZE=$LOOPS \
        QUARKUS_DATASOURCE_REACTIVE_URL=postgresql://127.0.0.1:$PGPORT/postgres \
        QUARKUS_DATASOURCE_JDBC_URL=jdbc:postgresql://127.0.0.1:$PGPORT/postgres PAYWITNESS_MIGRATIONS_AT_START=true \
        QUARKUS_DATASOURCE_USERNAME=postgres QUARKUS_DATASOURCE_PASSWORD=postgres \
        QUARKUS_OIDC_PUBLIC_KEY=$PUBLIC_KEY PAYWITNESS_RATE_LIMIT_REQUESTS=1000000000 \
        QUARKUS_OTEL_SDK_DISABLED=false QUARKUS_OTEL_TRACES_SAMPLER=parentbased_traceidratio \
        QUARKUS_OTEL_TRACES_SAMPLER_ARG=0.01 PAYWITNESS_REFUND_EXECUTORS=$1 \
        PAYWITNESS_ACQUIRER_URL=http://127.0.0.1:$ACQUIRER_PORT PAYWITNESS_ACQUIRER_ALLOW_PLAIN_HTTP=true \
        PAYWITNESS_ACQUIRER_KEY_ID=bench PAYWITNESS_ACQUIRER_SECRET=$SECRET \
        java ${SERVICE_JVM:-} -jar "$SERVICE" >"$BENCH_DIR/service.log" 2>&1 &
    SERVICE_PID=$! && pids+=($!)
    wait_for curl -fs "http://127.0.0.1:$SERVICE_PORT/q/health/ready"
}

stop_service() { kill "$SERVICE_PID"; wait "$SERVICE_PID" || true; }

start_acquirer() {
    rm -f "$BENCH_DIR/ledger.jsonl"
    java src/simulator/java/AcquirerSimulator.java --port $ACQUIRER_PORT --ledger "$BENCH_DIR/ledger.jsonl" \
        --key-id bench --secret $SECRET >"$BENCH_DIR/acquirer.log" 2>&1 &
    pids+=($!)
    wait_for curl -fs "http://127.0.0.1:$ACQUIRER_PORT/health"
}

# One process for all rounds: it must not be warmed up anew in each. tell WHAT CONNECTIONS SECONDS → its line.
start_load() {
    coproc LOAD { exec java -Xmx512m -cp "$CLASSPATH:$BENCH_DIR/load" RefundLoad "$SERVICE_PORT" "$TOKEN" \
        "$BENCH_DIR/ids.txt" "postgresql://postgres:postgres@127.0.0.1:$PGPORT/postgres" "$INSERT"; }
    pids+=("$LOAD_PID")
}
tell() { echo "$@" >&"${LOAD[1]}"; read -r result <&"${LOAD[0]}"; }

# by_pgbench CONNECTIONS SECONDS → inserts/s p50_us p99_us inserts failures
by_pgbench() {
    { echo '\set n random(1, 4000000000000000000)'
      echo "\\set t random(1, $ROWS)"
      sed "s/\\\$1/lpad(to_hex(:n::bigint), 32, '0')::uuid/; s/\\\$2/lpad(to_hex(:t::bigint), 32, '0')::uuid/" "$INSERT"
      echo ';'
    } >"$BENCH_DIR/pgbench.sql"
    rm -f "$BENCH_DIR"/pgbench_log.*
    pgbench -n -M prepared -c "$1" -j "$LOOPS" -T "$2" -l --log-prefix="$BENCH_DIR/pgbench_log" \
        -f "$BENCH_DIR/pgbench.sql" >"$BENCH_DIR/pgbench.out"
    result="$(awk '/tps =/ {printf "%.0f", $3}' "$BENCH_DIR/pgbench.out") $(cat "$BENCH_DIR"/pgbench_log.* |
        awk '{print $3}' | sort -n | awk '{v[NR] = $1} END {print v[int(NR * .5) + 1], v[int(NR * .99) + 1], NR, 0}')"
}

# run WHAT CONNECTIONS SECONDS → result
run() {
    if [ "$1" = bare ] && command -v pgbench >/dev/null; then by_pgbench "$2" "$3"; return; fi
    if [ "$1" = bare ]; then tell bare "$2" "$3"; return; fi
    tell refund "$2" "$3"
    accepted=$((accepted + $(echo "$result" | awk '{print $4 - $5}')))
}

succeeded() { sql -c "SELECT count(*) FROM refund WHERE status = 'succeeded'"; }

# measure PHASE WHAT CONNECTIONS ROUND: prints a line and keeps it for the summary.
measure() {
    local p0 s0 p1 s1 d0=0 d1=0
    [ "$2" != work ] || d0=$(succeeded)
    p0=$(postgres_ticks) s0=$(ticks "$SERVICE_PID")
    run "$2" "$3" "$SECONDS_EACH"
    sleep 0.5 # until the postmaster has counted the backends that have gone
    p1=$(postgres_ticks) s1=$(ticks "$SERVICE_PID")
    [ "$2" != work ] || d1=$(succeeded)
    echo "$1 $2 $3 $4 $result $((s1 - s0)) $((p1 - p0)) $(getconf CLK_TCK) $(((d1 - d0) / SECONDS_EACH))" |
        awk '{us = 1e6 / $12 / ($8 ? $8 : 1)
            printf "%s %s %4d %5d %10d %8d %8d %8d %9.0f %9.0f %9d\n", $1, $2, $3, $4, $5, $6, $7, $9, $10 * us, $11 * us, $13}' |
        tee -a "$BENCH_DIR/results.txt"
}

# phase NAME WHAT: warms up, then rounds of bare inserts and of the service in turn.
phase() {
    local connections round what
    run bare 32 5
    run "$2" 32 "$WARM_SECONDS"
    for connections in $CONNECTIONS; do
        for round in $(seq "$ROUNDS"); do
            for what in bare "$2"; do measure "$1" "$what" "$connections" "$round"; done
        done
    done
}

summary() {
    awk '
        {k = $1 " " $2 " " $3; n[k]++; for (f = 5; f <= 11; f++) v[k, f, n[k]] = $f; if (!seen[$1 $3]++) rows[++m] = $1 " " $3}
        function median(k, f,   i, j, t, c, s) {
            c = n[k]; for (i = 1; i <= c; i++) s[i] = v[k, f, i]
            for (i = 2; i <= c; i++) for (j = i; j > 1 && s[j] < s[j - 1]; j--) {t = s[j]; s[j] = s[j - 1]; s[j - 1] = t}
            return s[int((c + 1) / 2)]
        }
        END {
            print "medians                      accepted/s   bare/s  ratio  p50 ms  p99 ms  bare p50  bare p99  service µs  postgres µs  bare µs  done/s"
            for (i = 1; i <= m; i++) {
                split(rows[i], r, " "); what = r[1] == "off" ? "post" : "work"
                a = r[1] " " what " " r[2]; b = r[1] " bare " r[2]
                printf "executors %-3s %3d connections %9d %8d   %.2f %7.1f %7.1f %9.1f %9.1f %11d %12d %8d %7d\n", r[1], r[2],
                    median(a, 5), median(b, 5), median(a, 5) / median(b, 5), median(a, 6) / 1000, median(a, 7) / 1000,
                    median(b, 6) / 1000, median(b, 7) / 1000, median(a, 9), median(a, 10), median(b, 10), median(a, 11)
            }
            print "bar: ratio 0.35 with executors off"
        }' "$BENCH_DIR/results.txt"
}

# As many rows of each kind as were answered with 201.
check() {
    local found expected
    found=$(sql "$CHECK")
    expected="refund $accepted idempotency_key $accepted audit_entry $accepted outbox $accepted balance t"
    echo "# accepted $accepted; in the database: $found"
    [ "$found" = "$expected" ] || { echo "they differ" >&2; exit 1; }
}

[ -f "$SERVICE" ] || { echo "no $SERVICE: run ./mvnw package -DskipTests first" >&2; exit 1; }
if command -v pgbench >/dev/null; then echo "# bare: pgbench"; else echo "# pgbench is not installed: bare by a Vert.x client"; fi
rm -rf "$BENCH_DIR/data"
build_load Load.java RefundLoad.java
start_postgres
make_token
start_service 0
echo "# $ROWS sales, fsync $(sql -c 'SHOW fsync'), synchronous_commit $(sql -c 'SHOW synchronous_commit')"
sql "$FILL" -c 'VACUUM ANALYZE transaction, completeness_now' -c CHECKPOINT
sql "$IDS" >"$BENCH_DIR/ids.txt"
start_load
accepted=0
: >"$BENCH_DIR/results.txt"
echo "# executors what conns round per_s p50_us p99_us failures service_us postgres_us done_per_s"
phase off post
stop_service
start_acquirer
start_service 1
phase on work
stop_service
summary
check
