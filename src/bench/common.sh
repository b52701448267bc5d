# What the benchmarks share; to be sourced with BENCH_DIR, PGPORT, ROWS and CLAIMS set.
export PGHOST=127.0.0.1 PGPORT PGUSER=postgres PGPASSWORD=postgres PGDATABASE=postgres
mkdir -p "$BENCH_DIR"
pids=()
trap 'for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done; wait' EXIT

# build_load FILE …: the class path of the benchmarks, and their load generators compiled.
build_load() {
    ./mvnw -B -q -o dependency:build-classpath -Dmdep.outputFile="$BENCH_DIR/classpath.txt" >/dev/null
    CLASSPATH=$(cat "$BENCH_DIR/classpath.txt")
    javac -nowarn -cp "$CLASSPATH" -d "$BENCH_DIR/load" "${@/#/src/bench/java/}"
}

# start_postgres [LIBRARIES [NAME=VALUE …]]: libraries that it loads, and settings.
start_postgres() {
    rm -f "$BENCH_DIR/postgres.log"
    java -cp "$CLASSPATH" src/bench/java/BenchPostgres.java "$BENCH_DIR/data" "$PGPORT" "$@" >"$BENCH_DIR/postgres.log" 2>&1 &
    pids+=($!)
    wait_for grep -q ready "$BENCH_DIR/postgres.log"
    POSTMASTER=$(head -1 "$BENCH_DIR/data/postmaster.pid")
}

# sql FILE|-c SQL …: prints the first column of what it reads, and takes little from what is measured beside it.
sql() {
    [ -f "$BENCH_DIR/load/Sql.class" ] || javac -nowarn -cp "$CLASSPATH" -d "$BENCH_DIR/load" src/bench/java/Sql.java
    java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto -cp "$CLASSPATH:$BENCH_DIR/load" Sql \
        "jdbc:postgresql://127.0.0.1:$PGPORT/postgres?preferQueryMode=simple" "$ROWS" "$@"
}

wait_for() { for _ in $(seq 480); do "$@" >/dev/null 2>&1 && return; sleep 0.25; done; echo "waited in vain: $*" >&2; exit 1; }

b64() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }

# A key of our own, given to the service as quarkus.oidc.public-key: no provider takes part in the benchmark.
make_token() {
    local key=$BENCH_DIR/key.pem now head claims
    [ -f "$key" ] || openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$key"
    PUBLIC_KEY=$(openssl pkey -in "$key" -pubout | grep -v -- ----- | tr -d '\n')
    now=$(date +%s)
    head=$(printf '{"alg":"RS256","typ":"at+jwt"}' | b64)
    claims=$(printf '{%s,"iat":%d,"exp":%d}' "$CLAIMS" "$now" $((now + 86400)) | b64)
    TOKEN=$head.$claims.$(printf '%s' "$head.$claims" | openssl dgst -sha256 -sign "$key" -binary | b64)
}

# Clock ticks spent by a process; for PostgreSQL by the postmaster, its children and those that have gone.
ticks() { sed 's/.*) //' "/proc/$1/stat" | awk '{print $12 + $13}'; }
postgres_ticks() {
    { sed 's/.*) //' "/proc/$POSTMASTER/stat" | awk '{print $12 + $13 + $14 + $15}'
      for pid in $(pgrep -P "$POSTMASTER"); do ticks "$pid" 2>/dev/null || true; done; } | awk '{s += $1} END {print s}'
}
