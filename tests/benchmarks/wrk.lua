-- Asks for the addresses of a file in turn, each time as another visitor behind the proxy, and says
-- in one line what came of it: requests sent, answered, microseconds, bytes, errors, percentiles.
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  addresses, sent = {}, 0
  for line in io.lines(args[1]) do addresses[#addresses + 1] = line end
  at, visitor = tonumber(args[2]), tonumber(args[3])
  cold = args[4] == "cold" and "X-Cold: 1\r\n" or ""
end

function request()
  sent = sent + 1
  at = at % #addresses + 1
  visitor = (visitor + 1) % 16777216
  local a, b, c = math.floor(visitor / 65536), math.floor(visitor / 256) % 256, visitor % 256
  return "GET " .. addresses[at] .. " HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-Proto: https\r\n"
    .. "Accept-Encoding: br, gzip\r\nX-Forwarded-For: 10." .. a .. "." .. b .. "." .. c .. "\r\n" .. cold .. "\r\n"
end

function done(summary, latency)
  local all = 0
  for _, thread in ipairs(threads) do all = all + thread:get("sent") end
  local errors = summary.errors
  local lost = errors.connect + errors.read + errors.write + errors.timeout
  local said = { all, summary.requests, summary.duration, summary.bytes, errors.status, lost }
  for p = 1, 199 do said[#said + 1] = latency:percentile(p / 2) end
  io.write("\nRESULT " .. table.concat(said, " ") .. "\n")
end
