//! The API for programs: JSON in and out. Which call a path is, who may make it, and what an error looks like; each
//! call is in a file of its own.

mod admin;
mod caller;
mod data;
mod error;
mod input;
mod list;
mod login;
mod own;
mod sessions;
mod stats;
mod token;

use std::sync::Arc;

use hyper::header::{ALLOW, HeaderValue};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, Request, StatusCode};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::body::{self, RequestBody};
use crate::client::{self, Peer};
use crate::deliver::Delivery;
use crate::front::Front;
use crate::reply::Reply;
use crate::routes::health;
use caller::{Caller, Role};
use error::ApiError;

/// The largest body.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// What a call answers.
type ApiResult = Result<Reply, ApiError>;

/// One call: who makes it, and what came with it.
struct Call<'a> {
    front: &'a Arc<Front>,
    caller: Caller,
    method: &'a Method,
    headers: &'a HeaderMap,
    query: &'a str,
    body: Zeroizing<Vec<u8>>,
    delivery: &'a Delivery,
}

/// A path, with what it accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Path<'a> {
    Login,
    Verify,
    Introspect,
    Revoke,
    Logout,
    Rotate,
    Sessions,
    OwnSessions,
    OwnSession(i64),
    EndOthers,
    AllData,
    Data(&'a str),
    AdminSessions,
    AdminRevoke,
    AdminExpire,
    AdminLog,
    AdminStats,
}

impl<'a> Path<'a> {
    fn named(path: &'a str) -> Option<Self> {
        Some(match path.strip_prefix("/v1/")? {
            "login" => Path::Login,
            "verify" => Path::Verify,
            "introspect" => Path::Introspect,
            "revoke" => Path::Revoke,
            "logout" => Path::Logout,
            "rotate" => Path::Rotate,
            "sessions" => Path::Sessions,
            "self/sessions" => Path::OwnSessions,
            "self/sessions/end-others" => Path::EndOthers,
            "self/data" => Path::AllData,
            "admin/sessions" => Path::AdminSessions,
            "admin/revoke" => Path::AdminRevoke,
            "admin/expire" => Path::AdminExpire,
            "admin/log" => Path::AdminLog,
            "admin/stats" => Path::AdminStats,
            other => match other.split_once('/')? {
                ("self", rest) => match rest.split_once('/')? {
                    ("sessions", id) => Path::OwnSession(id.parse().ok()?),
                    ("data", key) if !key.contains('/') => Path::Data(key),
                    _ => return None,
                },
                _ => return None,
            },
        })
    }

    /// The name in the log, which holds no part of a request.
    fn name(self) -> &'static str {
        match self {
            Path::Login => "api/login",
            Path::Verify => "api/verify",
            Path::Introspect => "api/introspect",
            Path::Revoke => "api/revoke",
            Path::Logout => "api/logout",
            Path::Rotate => "api/rotate",
            Path::Sessions => "api/sessions",
            Path::OwnSessions | Path::OwnSession(_) | Path::EndOthers => "api/self/sessions",
            Path::AllData | Path::Data(_) => "api/self/data",
            Path::AdminSessions => "api/admin/sessions",
            Path::AdminRevoke => "api/admin/revoke",
            Path::AdminExpire => "api/admin/expire",
            Path::AdminLog => "api/admin/log",
            Path::AdminStats => "api/admin/stats",
        }
    }

    fn methods(self) -> &'static [Method] {
        match self {
            Path::OwnSessions | Path::AllData | Path::AdminSessions | Path::AdminLog | Path::AdminStats => {
                &[Method::GET, Method::HEAD]
            }
            Path::OwnSession(_) => &[Method::DELETE],
            Path::Data(_) => &[Method::GET, Method::HEAD, Method::PUT, Method::DELETE],
            _ => &[Method::POST],
        }
    }

    fn needs(self) -> Role {
        match self {
            Path::AdminSessions
            | Path::AdminRevoke
            | Path::AdminExpire
            | Path::AdminLog
            | Path::AdminStats => Role::Administrator,
            _ => Role::Application,
        }
    }
}

/// Answers a request.
pub(crate) async fn answer<B: RequestBody>(
    front: &Arc<Front>,
    request: Request<B>,
    peer: Peer,
    delivery: &Delivery,
) -> Reply {
    let (head, body) = request.into_parts();
    if !is_local_host(&head, peer) {
        return ApiError::new(StatusCode::MISDIRECTED_REQUEST, "host", "ask at localhost").reply("api");
    }
    match head.uri.path() {
        "/metrics" if health::is_read(&head.method) => return health::metrics(front),
        "/metrics" => return health::not_read("metrics"),
        _ => {}
    }
    if let Some(reply) = health::answer(front, &head).await {
        return reply;
    }
    let Some(path) = Path::named(head.uri.path()) else {
        return ApiError::new(StatusCode::NOT_FOUND, "not_found", "no such call").reply("api");
    };
    if !path.methods().contains(&head.method) {
        return wrong_method(path);
    }
    if !front.stores.is_available() {
        return ApiError::unavailable().reply(path.name());
    }
    let caller = match caller::identify(front, &head.headers, peer).await {
        Ok(caller) if caller.role >= path.needs() => caller,
        Ok(_) => {
            let message = "this call is for administrators";
            return ApiError::new(StatusCode::FORBIDDEN, "forbidden", message).reply(path.name());
        }
        Err(error) => return error.reply(path.name()),
    };
    let body = match body::read(body, MAX_BODY_BYTES).await {
        Ok(body) => body,
        Err(status) => return unread_body(status).reply(path.name()),
    };
    let call = Call {
        front,
        caller,
        // Its answer is that to GET, whose body is left out (RFC 9110 §9.3.2).
        method: if head.method == Method::HEAD { &Method::GET } else { &head.method },
        headers: &head.headers,
        query: head.uri.query().unwrap_or_default(),
        body,
        delivery,
    };
    let mut reply = run(path, &call).await.unwrap_or_else(|error| error.reply(path.name()));
    reply.route = path.name();
    reply
}

fn wrong_method(path: Path<'_>) -> Reply {
    let mut reply = ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method", "see Allow").reply(path.name());
    let allow: Vec<&str> = path.methods().iter().map(Method::as_str).collect();
    if let Ok(value) = HeaderValue::from_str(&allow.join(", ")) {
        reply.headers().insert(ALLOW, value);
    }
    reply
}

fn unread_body(status: StatusCode) -> ApiError {
    let message = match status {
        StatusCode::PAYLOAD_TOO_LARGE => "the body is larger than 64 KiB",
        StatusCode::REQUEST_TIMEOUT => "the body did not arrive within 10 s",
        _ => "the body could not be read",
    };
    ApiError::new(status, "body", message)
}

async fn run(path: Path<'_>, call: &Call<'_>) -> ApiResult {
    match path {
        Path::Login => login::login(call).await,
        Path::Verify => token::verify(call).await,
        Path::Introspect => token::introspect(call).await,
        Path::Revoke => token::revoke(call).await,
        Path::Logout => token::logout(call).await,
        Path::Rotate => token::rotate(call).await,
        Path::Sessions => sessions::create(call).await,
        Path::OwnSessions => own::list(call).await,
        Path::OwnSession(id) => own::end(call, id).await,
        Path::EndOthers => own::end_others(call).await,
        Path::AllData => data::all(call).await,
        Path::Data(key) => data::one(call, key).await,
        Path::AdminSessions => list::sessions(call).await,
        Path::AdminRevoke => admin::revoke(call).await,
        Path::AdminExpire => admin::expire(call).await,
        Path::AdminLog => admin::log(call).await,
        Path::AdminStats => stats::stats(call).await,
    }
}

/// Whether a request on a TCP socket was meant for this machine: a page in a browser could send one to a name of its
/// own that leads here (DNS rebinding).
fn is_local_host(head: &Parts, peer: Peer) -> bool {
    let Peer::Tcp(_) = peer else { return true };
    let Ok(Some(host)) = client::named_host(&head.uri, &head.headers) else { return false };
    let name =
        host.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()).map_or(host, |(name, _)| name);
    let address = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(name);
    name.eq_ignore_ascii_case("localhost")
        || address.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// An answer in JSON.
fn json(status: StatusCode, value: &Value) -> Reply {
    Reply::empty("api", status).body("application/json", value.to_string())
}
