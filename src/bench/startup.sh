#!/usr/bin/env bash
# What a start costs, for each artifact present and each JDK found: milliseconds from exec to the first right verdict
# (with authentication, on a database whose schema is there), the CPU spent until then, and the memory after 1,000
# look-ups: resident, and resident without what is mapped from files (own_MiB). Ratios are to the first line.
#   target/quarkus-app    ./mvnw package -DskipTests              plainly, and on JDK 25 with the image's options ("tuned")
#   target/aot-app        ./mvnw package -DskipTests -Paot        with its cache, on the JDK that it was trained on
#   target/*-runner       ./mvnw package -DskipTests -Pnative
# Usage: src/bench/startup.sh
#   STARTS=10 REQUESTS=1000 ROWS=100000 JDKS="<homes of JDKs>" ONLY=<regex of names> POD_MEMORY=512m
#   BENCH_DIR=<kept between runs, holds the database>
# Needs a JDK and openssl; PostgreSQL is the embedded one. Nothing else should run on the machine meanwhile: then
# cpu_ms is the steadier figure.
set -euo pipefail
cd "$(dirname "$0")/../.."

STARTS=${STARTS:-10} ONLY=${ONLY:-} POD_MEMORY=${POD_MEMORY:-512m} REQUESTS=${REQUESTS:-1000} ROWS=${ROWS:-100000}
JDKS=${JDKS:-$(ls -d /usr/lib/jvm/*/ 2>/dev/null || true) ${JAVA_HOME:-}}
BENCH_DIR=${BENCH_DIR:-/tmp/paywitness-bench-startup} PGPORT=${PGPORT:-15434} SERVICE_PORT=${SERVICE_PORT:-18083}
CLAIMS='"iss":"bench","aud":"paywitness","sub":"bench","client_id":"bench","scope":"desk:read"'
. src/bench/common.sh

# The options of the container, from where they are written, as if that much were its limit of memory.
TUNED="-XX:MaxRAM=$POD_MEMORY -Xms32m $(sed -n 's/^ENV JAVA_TOOL_OPTIONS="\(.*\)"$/\1/p' src/main/docker/Dockerfile.jvm)"
export MALLOC_ARENA_MAX=2

# artifact NAME COMMAND …
artifact() { local IFS=$'\t'; [[ ! $1 =~ $ONLY ]] || echo "$*" >>"$BENCH_DIR/artifacts.tsv"; }

# Homes of JDKs, each release once: "17 /usr/lib/jvm/…".
jdks() {
    for home in $JDKS; do
        [ -x "$home/bin/java" ] && [ -f "$home/release" ] || continue
        echo "$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$home/release") ${home%/}"
    done | sort -n -u -k 1,1
}

artifacts() {
    local jar=target/quarkus-app/quarkus-run.jar aot=target/aot-app/quarkus-run.jar version home runner
    : >"$BENCH_DIR/artifacts.tsv"
    while read -r version home; do
        [ ! -f "$jar" ] || artifact "fast-jar, JDK $version" "$home/bin/java" -jar "$jar"
        # Options of the image's JDK, which older ones do not all know.
        # shellcheck disable=SC2086
        [ ! -f "$jar" ] || [ "$version" -lt 25 ] || artifact "fast-jar, JDK $version, tuned" "$home/bin/java" $TUNED -jar "$jar"
        # shellcheck disable=SC2086
        if [ -f target/aot-app/app.aot ] && [ "$version" -ge 25 ] &&
            "$home/bin/java" -XX:AOTMode=on -XX:AOTCache=target/aot-app/app.aot \
            $TUNED -cp "$aot" -version >/dev/null 2>&1; then
            artifact "aot-jar and cache, JDK $version, tuned" "$home/bin/java" -XX:AOTCache=target/aot-app/app.aot \
                $TUNED -jar "$aot"
        fi
    done < <(jdks)
    for runner in target/*-runner; do [ ! -x "$runner" ] || artifact native "./$runner"; done
    [ -s "$BENCH_DIR/artifacts.tsv" ] || { echo "no artifact in target" >&2; exit 1; }
}

build_load StartUp.java
artifacts
start_postgres
make_token
export QUARKUS_HTTP_PORT=$SERVICE_PORT QUARKUS_HTTP_HOST=127.0.0.1 QUARKUS_SHUTDOWN_DELAY=0s \
    QUARKUS_DATASOURCE_REACTIVE_URL=postgresql://127.0.0.1:$PGPORT/postgres \
    QUARKUS_DATASOURCE_JDBC_URL=jdbc:postgresql://127.0.0.1:$PGPORT/postgres \
    QUARKUS_DATASOURCE_USERNAME=postgres QUARKUS_DATASOURCE_PASSWORD=postgres \
    QUARKUS_OIDC_PUBLIC_KEY=$PUBLIC_KEY
IFS=$'\t' read -r -a first < <(head -1 "$BENCH_DIR/artifacts.tsv" | cut -f 2-)
"${first[@]}" --migrate >"$BENCH_DIR/service.log" 2>&1
sql src/bench/lookup/rows.sql -c 'VACUUM ANALYZE'
sql src/bench/lookup/ids.sql >"$BENCH_DIR/ids.txt"
echo "# $STARTS starts of each, $REQUESTS look-ups, tuned: $TUNED"
java -cp "$BENCH_DIR/load" StartUp "$SERVICE_PORT" "$TOKEN" "$BENCH_DIR/ids.txt" "$REQUESTS" "$STARTS" \
    "$BENCH_DIR/service.log" "$BENCH_DIR/artifacts.tsv"
