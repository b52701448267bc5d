#!/usr/bin/env bash
# What it costs to read disputes when there are few and when there are many, in one run on one database and one process
# of the packaged service, which goes on with the plans that it made while there was little: 10,000, then 1,000,000.
# For each read: requests/s, p50 and p99 in ms, statements, CPU µs of the service and of PostgreSQL per request.
# Usage: src/bench/dispute.sh        after ./mvnw package -DskipTests
#   SIZES="10000 1000000" SECONDS_EACH=10 WARM_SECONDS=5 CONNECTIONS=16 LOOPS=<cores>
#   SIZES="10000 20000" SECONDS_EACH=1 WARM_SECONDS=1 shows within a few minutes that it runs
#   BENCH_DIR=<its database starts empty each time: disputes cannot be deleted; 1,000,000 need 8 GB>
# Needs a JDK, openssl and curl; PostgreSQL is the embedded one. Uses wrk where installed. Fails when a timeline is not
# whole, a read fails, takes PostgreSQL twice as much CPU among many, or, but for the checklist, more than one statement.
# Nothing else may run on the machine meanwhile; CPU per request suffers least when something does.
set -euo pipefail
cd "$(dirname "$0")/../.."

FILL=src/bench/dispute/rows.sql
IDS=src/bench/dispute/ids.sql
DESK='"iss":"bench","aud":"paywitness","sub":"bench","client_id":"bench","scope":"desk:read"'

SIZES=${SIZES:-"10000 1000000"} SECONDS_EACH=${SECONDS_EACH:-10} WARM_SECONDS=${WARM_SECONDS:-5} CONNECTIONS=${CONNECTIONS:-16}
LOOPS=${LOOPS:-$(nproc)}
BENCH_DIR=${BENCH_DIR:-/tmp/paywitness-dispute-bench} PGPORT=${PGPORT:-15435} SERVICE_PORT=${SERVICE_PORT:-18085}
SERVICE=target/quarkus-app/quarkus-run.jar
. src/bench/common.sh

# What is read, with which lines: of the merchants, the cards, or the desk for any dispute.
READS='merchant          merchants /v1/disputes
merchant-status   merchants /v1/disputes?status=agreed
card              cards     /v1/disputes
desk              disputes  /v1/disputes
desk-status       disputes  /v1/disputes?status=awaiting_merchant
desk-status-rare  disputes  /v1/disputes?status=open
desk-stage-rare   disputes  /v1/disputes?stage=legal
desk-reason       disputes  /v1/disputes?reason=duplicate
overdue           disputes  /v1/disputes?overdue=true
transaction       disputes  /v1/disputes?transaction_id={2}
dispute           disputes  /v1/disputes/{1}
timeline          disputes  /v1/disputes/{1}/timeline
checklist         disputes  /v1/disputes/{1}/checklist'

start_service() {
    QUARKUS_HTTP_PORT=$SERVICE_PORT QUARKUS_VERTX_EVENT_LOOPS_POOL_SIZE=$LOOPS \
        QUARKUS_DATASOURCE_REACTIVE_URL=postgresql://127.0.0.1:$PGPORT/postgres \
        QUARKUS_DATASOURCE_JDBC_URL=jdbc:postgresql://127.0.0.1:$PGPORT/postgres PAYWITNESS_MIGRATIONS_AT_START=true \
        QUARKUS_DATASOURCE_USERNAME=postgres QUARKUS_DATASOURCE_PASSWORD=postgres \
        QUARKUS_OIDC_PUBLIC_KEY=$PUBLIC_KEY PAYWITNESS_RATE_LIMIT_REQUESTS=1000000000 \
        QUARKUS_OTEL_SDK_DISABLED=false QUARKUS_OTEL_TRACES_SAMPLER=parentbased_traceidratio \
        QUARKUS_OTEL_TRACES_SAMPLER_ARG=0.01 PAYWITNESS_REFUND_EXECUTORS=0 \
        java -jar "$SERVICE" >"$BENCH_DIR/service.log" 2>&1 &
    SERVICE_PID=$! && pids+=($!)
    wait_for curl -fs "http://127.0.0.1:$SERVICE_PORT/q/health/ready"
}

# Lines of three words, the last of them the token to ask with: of some merchants and of the cards of some disputes.
make_lines() {
    local n
    if [ ! -f "$BENCH_DIR/merchants.txt" ]; then
        for n in $(seq 0 6 199); do
            CLAIMS='"iss":"bench","aud":"paywitness","sub":"m'$n'","client_id":"bench","scope":"merchant:read","merchant_id":"m_'$n'"'
            make_token && echo "m_$n - $TOKEN"
        done >"$BENCH_DIR/merchants.txt"
    fi
    for n in $(seq 1 $(($1 / 4 / 32 + 1)) $(($1 / 4 - 1))); do
        n=card_01$(printf %024d "$n")
        CLAIMS='"iss":"bench","aud":"paywitness","sub":"'$n'","client_id":"bench","scope":"cardholder","cards":["'$n'"]'
        make_token && echo "$n - $TOKEN"
    done >"$BENCH_DIR/cards.txt"
    CLAIMS=$DESK && make_token
    sql "$IDS" | sed "s/\$/ $TOKEN/" >"$BENCH_DIR/disputes.txt"
}

# load LINES PATH SECONDS → requests/s p50 p99 requests failures
load() {
    if command -v wrk >/dev/null; then
        BENCH_IDS=$BENCH_DIR/$1.txt BENCH_PATH=$2 BENCH_TOKEN='{3}' \
            wrk -t1 -c "$CONNECTIONS" -d "$3s" -s src/bench/lookup/load.lua "http://127.0.0.1:$SERVICE_PORT" | tail -1
    else
        java -Xmx512m -cp "$CLASSPATH:$BENCH_DIR/load" Load "$SERVICE_PORT" "$CONNECTIONS" "$3" "$2" '{3}' "$BENCH_DIR/$1.txt"
    fi
}

# What the service has asked for since it was forgotten, but for what this script itself asks.
STATEMENTS="FROM pg_stat_statements WHERE query ~* '^\s*(SELECT|WITH|INSERT|UPDATE|DELETE)' AND query NOT LIKE '%pg_stat%'"
forget() { sql -c 'SELECT pg_stat_statements_reset()' >/dev/null; }

# measure SIZE NAME LINES PATH: keeps a line for the summary.
measure() {
    local p0 s0 p1 s1 result calls
    p0=$(postgres_ticks) s0=$(ticks "$SERVICE_PID")
    result=$(load "$3" "$4" "$SECONDS_EACH")
    p1=$(postgres_ticks) s1=$(ticks "$SERVICE_PID")
    calls=$(sql -c "SELECT sum(calls) $STATEMENTS" -c 'SELECT pg_stat_statements_reset()' | sed -n 1p)
    echo "$1 $2 $result $calls $((s1 - s0)) $((p1 - p0)) $(getconf CLK_TCK)" | awk '{n = $6 ? $6 : 1; us = 1e6 / $11 / n
        printf "%7d %-17s %8d %8.1f %8.1f %8d %5.2f %8.0f %8.0f\n", $1, $2, $3, $4 / 1000, $5 / 1000, $7, $8 / n, $9 * us, $10 * us}' |
        tee -a "$BENCH_DIR/results.txt"
}

# The timelines are whole; and what the service asks for by itself, every few seconds, and how long that takes.
check_timelines() {
    local dispute rest
    head -100 "$BENCH_DIR/disputes.txt" | while read -r dispute rest; do
        curl -fs -H "Authorization: Bearer $TOKEN" "http://127.0.0.1:$SERVICE_PORT/v1/disputes/$dispute/timeline" |
            grep '"verified":true' >/dev/null || { echo "$dispute is not whole" >&2; exit 1; }
    done
    echo "# 100 timelines of $1 disputes are whole"
}
show_polls() {
    forget
    sleep 11
    sql -c "SELECT format('# by itself at $1, mean of %s: %s ms  %s', calls, round(mean_exec_time::numeric, 2), left(query, 90))
        $STATEMENTS AND query ~ 'dispute|follow_up' ORDER BY query"
}

summary() {
    awk -v sizes="$SIZES" '
        BEGIN {split(sizes, s, " ")}
        {if (!seen[$2]++) names[++m] = $2; for (f = 3; f <= 9; f++) v[$2, $1, f] = $f}
        function both(f) {return v[k, s[1], f] " → " v[k, s[2], f]}
        END {
            print "from " s[1] " to " s[2] " disputes; flat is a ratio of 1"
            print "| read | requests/s | ratio | p50 ms | p99 ms | statements | service µs | postgres µs |"
            print "|---|---|---|---|---|---|---|---|"
            for (i = 1; i <= m; i++) {
                k = names[i]
                printf "| %s | %s | %.2f | %s | %s | %s | %s | %s |\n", k, both(3), v[k, s[2], 3] / v[k, s[1], 3],
                    both(4), both(5), both(7), both(8), both(9)
            }
            for (i = 1; i <= m; i++) for (j = 1; j <= 2; j++) {
                k = names[i]
                if (v[k, s[j], 6] > 0 || k != "checklist" && v[k, s[j], 7] >= 1.5) {print k ": failures, or too many statements"; bad = 1}
            }
            for (i = 1; i <= m; i++) {
                k = names[i]
                if (v[k, s[2], 9] > 2 * v[k, s[1], 9]) {print k ": not flat, PostgreSQL works more than twice as long"; bad = 1}
            }
            exit bad
        }' "$BENCH_DIR/results.txt"
}

[ -f "$SERVICE" ] || { echo "no $SERVICE: run ./mvnw package -DskipTests first" >&2; exit 1; }
if command -v wrk >/dev/null; then echo "# load by wrk"; else echo "# wrk is not installed: load by src/bench/java/Load.java"; fi
rm -rf "$BENCH_DIR/data" "$BENCH_DIR"/*.txt
ROWS=0
build_load Load.java
start_postgres pg_stat_statements
CLAIMS=$DESK && make_token
start_service
sql -c 'CREATE EXTENSION pg_stat_statements'
for ROWS in $SIZES; do
    sql "$FILL" -c 'VACUUM ANALYZE' -c CHECKPOINT
    make_lines "$ROWS"
    check_timelines "$ROWS"
    while read -r _ lines path <&3; do load "$lines" "$path" "$WARM_SECONDS" >/dev/null; done 3<<<"$READS"
    forget
    echo "#  size read              requests/s  p50_ms   p99_ms failures statements service_us postgres_us"
    while read -r name lines path <&3; do measure "$ROWS" "$name" "$lines" "$path"; done 3<<<"$READS"
    show_polls "$ROWS"
done
summary
