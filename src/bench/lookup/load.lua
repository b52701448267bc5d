-- Three words of random lines of BENCH_IDS as {1}, {2} and {3} into BENCH_PATH and BENCH_TOKEN; prints: requests/s p50_us p99_us requests failures
local requests = {}
local path, token = os.getenv("BENCH_PATH"), os.getenv("BENCH_TOKEN")

function init(args)
    math.randomseed(os.time())
    for line in io.lines(os.getenv("BENCH_IDS")) do
        local words = {}
        words["1"], words["2"], words["3"] = line:match("(%S+) (%S+) (%S+)")
        local target, bearer = path:gsub("{(%d)}", words), token:gsub("{(%d)}", words)
        requests[#requests + 1] = wrk.format("GET", target, {["Authorization"] = "Bearer " .. bearer})
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
