//! The administrators' calls: revoke, expire and the audit log.

use std::ops::ControlFlow;

use hyper::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use sessionctl_core::model::address;
use sessionctl_core::model::event::{LoggedEvent, Subjects};
use sessionctl_core::model::session::SessionId;
use sessionctl_core::model::time::{When, Zone};
use sessionctl_core::ops::preview::{PlannedAct, preview};
use sessionctl_core::ops::{BulkRequest, OpContext, OpsError, expire as set_end, revoke as take};
use sessionctl_core::store::{EndRule, EventFilter};

use super::error::ApiError;
use super::input::duration;
use super::{ApiResult, Call, json};
use crate::reply::Reply;
use crate::selector::Given;
use sessionctl_wire::members::Members;

/// Rows of an answer, where the call does not say.
const DEFAULT_ROWS: u64 = 100;
/// Rows of an answer at most.
const MAX_ROWS: u64 = 10_000;
/// Ids in the answer of a bulk change.
const MAX_IDS: usize = 100;
/// The reason of a revocation, where the call does not give one.
const REVOKED: &str = "revoked";

pub(super) fn rows(text: Option<&str>) -> Result<u64, ApiError> {
    let Some(text) = text else { return Ok(DEFAULT_ROWS) };
    let rows = text.parse().ok().filter(|rows| (1..=MAX_ROWS).contains(rows));
    rows.ok_or_else(|| ApiError::invalid(format!("limit is a number from 1 to {MAX_ROWS}")))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BulkInput {
    selector: Members,
    reason: Option<String>,
    #[serde(default)]
    dry_run: bool,
    expect: Option<u64>,
    #[serde(rename = "in")]
    within: Option<String>,
    at: Option<String>,
}

impl BulkInput {
    async fn request(&self, call: &Call<'_>) -> Result<BulkRequest, ApiError> {
        let mut values = Vec::new();
        for (name, value) in self.selector.iter() {
            match value {
                Value::Array(list) if list.is_empty() => {
                    return Err(ApiError::invalid(format!("`{name}` is an empty list")));
                }
                Value::Array(list) => {
                    let texts: Option<Vec<String>> = list.iter().map(scalar).collect();
                    let texts =
                        texts.ok_or_else(|| ApiError::invalid(format!("`{name}` is a list of texts")))?;
                    values.extend(texts.into_iter().map(|text| (name, text, true)));
                }
                other => {
                    let text =
                        scalar(other).ok_or_else(|| ApiError::invalid(format!("`{name}` is a text")))?;
                    values.push((name, text, false));
                }
            }
        }
        let given = values.iter().map(|(name, text, is_whole)| {
            (*name, if *is_whole { Given::Whole(text) } else { Given::Text(text) })
        });
        let selector = call.selector(given).await?;
        Ok(BulkRequest { expect: self.expect, ..BulkRequest::of(selector) })
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

/// Revokes what a selector matches.
pub(super) async fn revoke(call: &Call<'_>) -> ApiResult {
    let input: BulkInput = call.json()?;
    if input.within.is_some() || input.at.is_some() {
        return Err(ApiError::invalid("a revocation is immediate"));
    }
    let request = input.request(call).await?;
    if input.dry_run {
        return dry_run(call, request, PlannedAct::Revoke).await;
    }
    let reason = input.reason.unwrap_or_else(|| REVOKED.to_owned());
    bulk(call, move |cx, ids| {
        let totals = take::revoke(cx, &request, &reason, &mut |batch| collect(ids, batch))?;
        Ok((totals.matched, totals.changed))
    })
    .await
}

/// Expires what a selector matches, now or at another time.
pub(super) async fn expire(call: &Call<'_>) -> ApiResult {
    let input: BulkInput = call.json()?;
    let end = match (duration(input.within.as_deref())?, &input.at) {
        (None, None) => EndRule::Now,
        (Some(span), None) => EndRule::In(span),
        (None, Some(text)) => {
            let at: When = text.parse().map_err(|_| ApiError::invalid("`at` is a time"))?;
            EndRule::At(at.resolve(call.front.clock().now(), Zone::UTC))
        }
        (Some(_), Some(_)) => return Err(ApiError::invalid("in and at exclude each other")),
    };
    let request = input.request(call).await?;
    if input.dry_run {
        return dry_run(call, request, PlannedAct::Expire(end)).await;
    }
    bulk(call, move |cx, ids| {
        let outcome = set_end::expire(cx, &request, end, &mut |batch| collect(ids, batch))?;
        Ok((outcome.totals.matched, outcome.totals.changed))
    })
    .await
}

fn collect(ids: &mut Vec<SessionId>, batch: &sessionctl_core::store::BatchResult) -> ControlFlow<()> {
    let room = MAX_IDS.saturating_sub(ids.len());
    ids.extend(batch.changes.iter().filter(|change| change.changed).map(|change| change.id).take(room));
    ControlFlow::Continue(())
}

async fn bulk(
    call: &Call<'_>,
    act: impl FnOnce(&mut OpContext<'_>, &mut Vec<SessionId>) -> Result<(u64, u64), OpsError> + Send + 'static,
) -> ApiResult {
    let done = call.front.change(call.caller.actor.clone(), move |cx| {
        let mut ids = Vec::new();
        let (matched, changed) = act(cx, &mut ids)?;
        Ok((matched, changed, ids))
    });
    let (matched, changed, ids) = done.await?;
    Ok(bulk_json(matched, changed, &ids))
}

async fn dry_run(call: &Call<'_>, request: BulkRequest, act: PlannedAct) -> ApiResult {
    let read = call.front.read_long(move |cx| {
        let mut ids = Vec::new();
        let seen = preview(cx, &request, act, &mut |session, _| {
            if ids.len() < MAX_IDS {
                ids.push(session.id);
            }
            ControlFlow::Continue(())
        })?;
        sessionctl_core::ops::check_expected(request.expect, seen.matched)?;
        Ok((seen.matched, ids))
    });
    let (matched, ids) = read.await?;
    Ok(bulk_json(matched, 0, &ids))
}

fn bulk_json(matched: u64, changed: u64, ids: &[SessionId]) -> Reply {
    let ids: Vec<i64> = ids.iter().map(|id| id.get()).collect();
    json(StatusCode::OK, &json!({"matched": matched, "changed": changed, "ids": ids}))
}

/// The audit log, newest first.
pub(super) async fn log(call: &Call<'_>) -> ApiResult {
    let now = call.front.clock().now();
    let mut filter = EventFilter { limit: Some(DEFAULT_ROWS), ..EventFilter::default() };
    let pairs = call.query_pairs()?;
    for (at, (name, value)) in pairs.iter().enumerate() {
        if pairs[..at].iter().any(|(before, _)| before == name) {
            return Err(ApiError::invalid(format!("`{name}` is named twice")));
        }
        let bad = || ApiError::invalid(format!("`{name}` is not known, or its value cannot be read"));
        let time = || value.parse::<When>().map_err(|_| bad());
        match name.as_str() {
            "session" => filter.session = Some(SessionId::read(value).ok_or_else(bad)?),
            "user" => filter.user = Some(value.parse().map_err(|_| bad())?),
            "action" => filter.actions.push(value.clone()),
            "actor" => filter.actor = Some(value.clone()),
            "ip" => {
                let blocks: Result<Vec<_>, _> = value.split(',').map(|block| block.trim().parse()).collect();
                filter.ip = blocks.map_err(|_| bad())?;
            }
            "since" => filter.since = Some(time()?.resolve_after(now, Zone::UTC)),
            "until" => filter.until = Some(time()?.resolve_before(now, Zone::UTC)),
            "limit" => filter.limit = Some(rows(Some(value))?),
            _ => return Err(bad()),
        }
    }
    let read = call.front.read_long(move |cx| {
        let mut events = Vec::new();
        cx.store.events(&filter, &mut |event| {
            events.push(event_json(&event));
            ControlFlow::Continue(())
        })?;
        Ok(events)
    });
    Ok(json(StatusCode::OK, &json!({"events": read.await?})))
}

/// The record that `log --format json` prints.
fn event_json(event: &LoggedEvent) -> Value {
    let (first, last) = event.subjects.bounds().unzip();
    let number = match &event.subjects {
        Subjects::None => None,
        subjects => Some(subjects.count()),
    };
    json!({
        "id": event.id,
        "at": event.at,
        "action": event.action,
        "actor": event.actor,
        "user": event.account.as_ref().map(|name| name.as_str().to_owned()).or(event.user.clone()),
        "session": first.map(SessionId::get),
        "last_session": last.map(SessionId::get),
        "sessions": number,
        "ip": event.ip.map(address::to_text),
        "app": event.app,
        "detail": event.detail,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_within_their_limits() {
        assert_eq!(rows(None).ok(), Some(DEFAULT_ROWS));
        for text in ["0", "10001", "x", "-1"] {
            assert!(rows(Some(text)).is_err(), "{text}");
        }
    }
}
