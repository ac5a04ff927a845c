-- Apache 2.4 with mod_lua: asks sessionctl serve about each request. Needs the package lua-socket.
local http, ltn12 = require "socket.http", require "ltn12"
http.TIMEOUT = 3
local URL = "http://@FRONT@@PREFIX@/auth/@SITE@"
local PAGES = "@PREFIX@/"
local ASK = {"Cookie", "Authorization", "Accept", "User-Agent", "X-Requested-With", "Upgrade", "Referer", "Sec-Fetch-Mode", "Sec-Fetch-Dest", "Sec-Fetch-Site"}
local GATE_HEADERS = {"Remote-User", "Remote-Session", "Remote-Kind", "Remote-Scopes", "Remote-Auth-Time"}

function gate(r)
  for _, name in ipairs(GATE_HEADERS) do r.headers_in[name] = nil end
  if r.uri:sub(1, #PAGES) == PAGES then return apache2.DECLINED end
  local ask = {
    ["x-forwarded-method"] = r.method, ["x-forwarded-uri"] = r.unparsed_uri, ["x-forwarded-for"] = r.useragent_ip,
    ["x-forwarded-host"] = r.headers_in["Host"] or r.hostname, ["x-forwarded-proto"] = r.is_https and "https" or "http",
  }
  for _, name in ipairs(ASK) do ask[name:lower()] = r.headers_in[name] end
  local ok, status, answer = http.request{url = URL, headers = ask, redirect = false, sink = ltn12.sink.null()}
  if not ok then return 503 end
  if status == 200 then
    for _, name in ipairs(GATE_HEADERS) do r.headers_in[name] = answer[name:lower()] or "" end
    return apache2.OK
  end
  r.err_headers_out["Cache-Control"] = "no-store"
  if status == 401 and answer["location"] then
    r.err_headers_out["Location"] = answer["location"]
    return 303
  elseif status == 401 or status == 403 then
    r.err_headers_out["WWW-Authenticate"] = answer["www-authenticate"]
    return status
  end
  return 503
end
