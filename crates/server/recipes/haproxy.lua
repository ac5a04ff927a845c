-- HAProxy 2.6 and later: asks sessionctl serve about each request, with HAProxy's own HTTP client. The headers that the
-- application gets are Remote-User, Remote-Session, Remote-Kind, Remote-Scopes and Remote-Auth-Time.
local ASK = {"cookie", "authorization", "accept", "user-agent", "x-requested-with", "sec-fetch-mode", "sec-fetch-dest", "sec-fetch-site", "upgrade", "referer"}

core.register_action("session_gate", {"http-req"}, function(txn, url)
  local sent, ask = txn.http:req_get_headers(), {}
  for _, name in ipairs(ASK) do
    if sent[name] then
      local values = {}
      for i = 0, #sent[name] do values[#values + 1] = sent[name][i] end
      ask[name] = values
    end
  end
  ask["x-forwarded-method"] = {txn.f:method()}
  ask["x-forwarded-uri"] = {txn.f:pathq()}
  ask["x-forwarded-host"] = {txn.f:req_hdr("host") or ""}
  ask["x-forwarded-for"] = {txn.f:src()}
  ask["x-forwarded-proto"] = {txn.f:ssl_fc() == 1 and "https" or "http"}
  local answer = core.httpclient():get{url = url, headers = ask, timeout = 3000}
  local function header(name)
    local values = answer and answer.headers and answer.headers[name]
    return values and values[0] or ""
  end
  txn:set_var("txn.gate_status", answer and answer.status or 0)
  txn:set_var("txn.gate_location", header("location"))
  txn:set_var("txn.gate_challenge", header("www-authenticate"))
  txn:set_var("txn.gate_user", header("remote-user"))
  txn:set_var("txn.gate_session", header("remote-session"))
  txn:set_var("txn.gate_kind", header("remote-kind"))
  txn:set_var("txn.gate_scopes", header("remote-scopes"))
  txn:set_var("txn.gate_auth_time", header("remote-auth-time"))
end, 1)
