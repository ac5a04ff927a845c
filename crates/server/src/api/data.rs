//! Values kept with the session of a token. The version of a value is its `ETag`.

use hyper::header::{ETAG, IF_MATCH, IF_NONE_MATCH};
use hyper::{Method, StatusCode};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};
use sessionctl_core::ops::data::{self, Outcome};
use sessionctl_core::store::DataEntry;

use super::error::ApiError;
use super::own::session;
use super::{ApiResult, Call, json};
use crate::client::single;
use crate::reply::Reply;

/// Every value.
pub(super) async fn all(call: &Call<'_>) -> ApiResult {
    let session = session(call).await?;
    let entries = call.front.read(move |cx| Ok(cx.store.data(session.id)?)).await?;
    let mut body = Map::new();
    for entry in entries {
        let value: Value = serde_json::from_str(&entry.json).unwrap_or_default();
        let entry_json = json!({"value": value, "version": entry.version, "updated_at": entry.updated_at});
        body.insert(entry.key, entry_json);
    }
    Ok(json(StatusCode::OK, &Value::Object(body)).about(Some(session.id)))
}

/// One value: read, written or removed.
pub(super) async fn one(call: &Call<'_>, key: &str) -> ApiResult {
    let key = percent_decode_str(key).decode_utf8().map_err(|_| ApiError::invalid("the key is not UTF-8"))?;
    let (session, key) = (session(call).await?, key.into_owned());
    let id = session.id;
    if *call.method == Method::GET {
        let entries = call.front.read(move |cx| Ok(cx.store.data(id)?)).await?;
        let entry = entries.into_iter().find(|entry| entry.key == key).ok_or_else(missing)?;
        return Ok(value_reply(&entry).about(Some(id)));
    }
    let if_version = condition(call)?;
    let value = if *call.method == Method::PUT {
        call.needs_body()?;
        let text = std::str::from_utf8(&call.body).ok();
        let text = text.filter(|text| serde_json::from_str::<Value>(text).is_ok());
        let text =
            text.ok_or_else(|| ApiError::new(StatusCode::BAD_REQUEST, "not_json", "the body is not JSON"))?;
        Some(text.to_owned())
    } else {
        None
    };
    let written = call.front.change(call.caller.actor.clone(), move |cx| match &value {
        Some(text) => data::set(cx, id, &key, text, if_version),
        None => data::unset(cx, id, &key, if_version),
    });
    match written.await? {
        Outcome::Done(0) => Ok(Reply::empty("api", StatusCode::NO_CONTENT).about(Some(id))),
        Outcome::Done(version) => {
            let reply = json(StatusCode::OK, &json!({"version": version}));
            Ok(reply.with(ETAG, &format!("\"{version}\"")).about(Some(id)))
        }
        Outcome::Conflict(0) if *call.method == Method::DELETE => Err(missing()),
        Outcome::Conflict(version) => {
            let error =
                ApiError::new(StatusCode::PRECONDITION_FAILED, "version", "the value has another version");
            Err(error.with("version", version))
        }
        Outcome::Full => {
            Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "full", "the session would hold too much"))
        }
        _ => Err(ApiError::not_active()),
    }
}

fn missing() -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, "not_found", "the session has no such value")
}

fn value_reply(entry: &DataEntry) -> Reply {
    Reply::empty("api", StatusCode::OK)
        .body("application/json", entry.json.clone())
        .with(ETAG, &format!("\"{}\"", entry.version))
}

/// The version that the value must have: `If-Match: "3"`, or `If-None-Match: *` for none.
fn condition(call: &Call<'_>) -> Result<Option<i64>, ApiError> {
    let bad =
        || ApiError::new(StatusCode::BAD_REQUEST, "condition", "write If-Match: \"3\", or If-None-Match: *");
    match (call.headers.contains_key(IF_MATCH), call.headers.contains_key(IF_NONE_MATCH)) {
        (false, false) => Ok(None),
        (true, false) => {
            let text = single(call.headers, &IF_MATCH).ok_or_else(bad)?.trim().trim_matches('"');
            Ok(Some(text.parse().map_err(|_| bad())?))
        }
        (false, true) if single(call.headers, &IF_NONE_MATCH) == Some("*") => Ok(Some(0)),
        _ => Err(bad()),
    }
}
