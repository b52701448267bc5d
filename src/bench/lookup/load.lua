-- Random lines "uuid rrn typeid" of BENCH_IDS into BENCH_PATH; prints: requests/s p50_us p99_us requests failures
local requests = {}
local path, token = os.getenv("BENCH_PATH"), os.getenv("BENCH_TOKEN")

function init(args)
    math.randomseed(os.time())
    for line in io.lines(os.getenv("BENCH_IDS")) do
        local id, rrn, txn = line:match("(%S+) (%S+) (%S+)")
        local target = path:gsub("{id}", id):gsub("{rrn}", rrn):gsub("{txn}", txn)
        requests[#requests + 1] = wrk.format("GET", target, {["Authorization"] = "Bearer " .. token})
    end
end

function request()
    return requests[math.random(#requests)]
end

function done(summary, latency, requests)
    local e = summary.errors
    print(string.format("%.0f %d %d %d %d", summary.requests / summary.duration * 1e6, latency:percentile(50),
        latency:percentile(99), summary.requests, e.status + e.connect + e.read + e.write + e.timeout))
end
