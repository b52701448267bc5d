#!/usr/bin/env bash
# What clients that wait for changes of verdicts cost one pod, each with a stream of its own (GET …/live):
#   memory     of the heap after a collection, with them less without them, and of the process
#   queries    transactions of the database in the same time with them and without them, while nothing happens
#   told       from the commit of a change, as PostgreSQL tells it, to the client that waits for it
# Usage: src/bench/live.sh        after ./mvnw package -DskipTests
#   CLIENTS=5000 CHANGES=1000 RATE=50 IDLE_SECONDS=20 BENCH_DIR=<kept between runs, holds the database>
# Needs a JDK with jcmd and openssl; PostgreSQL is the embedded one. Nothing else should run on the machine meanwhile.
set -euo pipefail
cd "$(dirname "$0")/../.."

CLIENTS=${CLIENTS:-5000} CHANGES=${CHANGES:-1000} RATE=${RATE:-50} IDLE_SECONDS=${IDLE_SECONDS:-20} ROWS=0
BENCH_DIR=${BENCH_DIR:-/tmp/paywitness-bench-live} PGPORT=${PGPORT:-15437} SERVICE_PORT=${SERVICE_PORT:-18087}
SERVICE=${SERVICE:-target/quarkus-app/quarkus-run.jar}
JDBC="jdbc:postgresql://127.0.0.1:$PGPORT/postgres"
. src/bench/common.sh

token() { CLAIMS="\"iss\":\"bench\",\"aud\":\"paywitness\",\"sub\":\"bench\",\"client_id\":\"bench\",\"scope\":\"$1\"" make_token; }

start_service() {
    QUARKUS_HTTP_PORT=$SERVICE_PORT QUARKUS_DATASOURCE_REACTIVE_URL=postgresql://127.0.0.1:$PGPORT/postgres \
        QUARKUS_DATASOURCE_JDBC_URL=$JDBC PAYWITNESS_MIGRATIONS_AT_START=true \
        QUARKUS_DATASOURCE_USERNAME=postgres QUARKUS_DATASOURCE_PASSWORD=postgres \
        QUARKUS_OIDC_PUBLIC_KEY=$PUBLIC_KEY PAYWITNESS_RATE_LIMIT_REQUESTS=0 \
        PAYWITNESS_LIVE_MAX_STREAMS=$((CLIENTS + 100)) PAYWITNESS_LIVE_MAX_STREAMS_OF_CLIENT=$((CLIENTS + 100)) \
        java -Xmx512m -jar "$SERVICE" >"$BENCH_DIR/service.log" 2>&1 &
    SERVICE_PID=$! && pids+=($!)
    wait_for curl -fs "http://127.0.0.1:$SERVICE_PORT/q/health/ready"
}

# say COMMAND …: to the clients; prints their answer.
say() { echo "$*" >&"${LOAD[1]}"; read -r answer <&"${LOAD[0]}"; echo "$answer"; }

# Bytes of the heap that are in use after full collections, by what is alive in it.
heap() {
    jcmd "$SERVICE_PID" GC.run >/dev/null; sleep 1
    jcmd "$SERVICE_PID" GC.class_histogram | awk '$1 == "Total" {print $3}'
}
resident() { awk '/^VmRSS/ {print $2 * 1024}' "/proc/$SERVICE_PID/status"; }
transactions() { sql -c "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = 'postgres'"; }

# Transactions of the database in IDLE_SECONDS, those of asking for it too.
idle() {
    local before after
    sleep 3 # until all that was done before is counted
    before=$(transactions); sleep "$IDLE_SECONDS"; after=$(transactions)
    echo $((after - before))
}

# Look-ups that this process was asked for; the database counts some of its transactions up to a minute late.
lookups() { curl -fs "http://127.0.0.1:$SERVICE_PORT/q/metrics" | awk '/^paywitness_lookups_total/ {n += $2} END {print n}'; }

ulimit -n "$(ulimit -Hn)"
[ -f "$SERVICE" ] || { echo "no $SERVICE: ./mvnw package -DskipTests" >&2; exit 1; }
build_load LiveLoad.java
token feed; FEED=$TOKEN
token desk:read
start_postgres '' track_commit_timestamp=on
start_service
coproc LOAD { exec java -Xmx512m -cp "$CLASSPATH:$BENCH_DIR/load" LiveLoad "$SERVICE_PORT" "$CLIENTS" "$FEED" "$TOKEN" "$JDBC" 2>"$BENCH_DIR/load.log"; }
pids+=("$LOAD_PID")
echo "# $(say tell)"
# Once for what a process learns once: classes, compiled code, pools.
echo "# warm: $(say connect), $(say change $((CHANGES / 2)) "$RATE") after the commit, $(say disconnect)"
sleep 2; heap >/dev/null
quiet=$(idle)
heap0=$(heap) resident0=$(resident)
connected=$(say connect) && echo "# $connected"
heap1=$(heap) resident1=$(resident)
looked=$(lookups) waiting=$(idle)
looked=$(awk -v a="$looked" -v b="$(lookups)" 'BEGIN {print b - a}')
result=$(say change "$CHANGES" "$RATE")
awk -v n="${connected#* }" -v h0="$heap0" -v h1="$heap1" -v r0="$resident0" -v r1="$resident1" -v q="$quiet" -v w="$waiting" \
    -v looked="$looked" -v s="$IDLE_SECONDS" -v result="$result" -v changes="$CHANGES" 'BEGIN {
    split(result, r, " ")
    printf "clients %d\n", n
    printf "memory for each: heap %.1f KiB, process %.1f KiB (bar: 12)\n", (h1 - h0) / n / 1024, (r1 - r0) / n / 1024
    printf "look-ups in %d s of silence: %d (bar: 0); transactions that the database counted then: %d without clients, %d with them\n", s, looked, q, w
    printf "from commit to client: %d of %d told, p50 %s ms, p99 %s ms, max %s ms (bar: p99 50)\n", r[1], changes, r[2], r[3], r[4]
}'
