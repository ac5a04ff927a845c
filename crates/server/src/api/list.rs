//! `GET /v1/admin/sessions`: what a selector matches, as one object with the place to continue, or as a stream of
//! lines.

use std::ops::ControlFlow;
use std::sync::Arc;

use bytes::Bytes;
use hyper::StatusCode;
use hyper::header::ACCEPT;
use serde_json::{Value, json};
use sessionctl_core::model::selector::{Cursor, Selector, Sort};
use sessionctl_core::model::session::session_json;
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::ops::{OpsError, clock, existence};
use sessionctl_core::store::Page;
use tokio::sync::mpsc;

use super::admin::rows;
use super::error::ApiError;
use super::{ApiResult, Call, json};
use crate::answer_body::{AnswerBody, BrokenStream};
use crate::client::single;
use crate::front::Front;
use crate::reply::Reply;
use crate::selector::Given;

/// Rows that a stream reads at once. Between two reads it holds no store, so that a slow client delays nobody, and no
/// view of the past keeps the database from shrinking.
const ROWS_PER_READ: u64 = 500;

/// What is listed.
#[derive(Clone)]
struct Listing {
    selector: Selector,
    sort: Sort,
    after: Option<Cursor>,
    now: Timestamp,
}

/// The sessions that a selector matches.
pub(super) async fn sessions(call: &Call<'_>) -> ApiResult {
    let now = call.front.clock().now();
    let mut pairs = call.query_pairs()?;
    let mut take = |name: &str| {
        let at = pairs.iter().position(|(known, _)| known == name)?;
        Some(pairs.remove(at).1)
    };
    let (limit, after, sort) = (take("limit"), take("after"), take("sort"));
    let after = after.map(|text| text.parse::<Cursor>()).transpose();
    let after = after.map_err(|error| ApiError::invalid(error.to_string()))?;
    let sort = sort.map_or(Ok(Sort::default()), |text| text.parse());
    let sort = sort.map_err(|error| ApiError::invalid(error.to_string()))?;
    let given = pairs.iter().map(|(name, value)| (name.as_str(), Given::Text(value)));
    let selector = call.selector(given).await?;
    let mut listing = Listing { selector, sort, after, now };
    if single(call.headers, &ACCEPT).is_some_and(|accept| accept.contains("jsonl")) {
        return stream(call, listing, limit.as_deref()).await;
    }
    let limit = rows(limit.as_deref())?;
    // One more shows whether there are more.
    let mut found = listing.read(call.front, limit + 1).await?;
    let has_more = found.len() as u64 > limit;
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    listing.after = found.last().map(|(cursor, _)| *cursor);
    let next = listing.after.filter(|_| has_more).map(|cursor| cursor.to_string());
    let rows: Vec<Value> = found.into_iter().map(|(_, row)| row).collect();
    Ok(json(StatusCode::OK, &json!({"sessions": rows, "next": next})))
}

impl Listing {
    async fn read(&self, front: &Arc<Front>, limit: u64) -> Result<Vec<(Cursor, Value)>, OpsError> {
        let Listing { mut selector, sort, after, now } = self.clone();
        let read = front.read_long(move |cx| {
            clock::guard(cx)?;
            let mut rows = Vec::new();
            existence::select_existing(cx.store, &mut selector, now)?;
            let page = Page { sort, after, limit: Some(limit) };
            cx.store.select(&selector, page, now, &mut |session| {
                rows.push((Cursor::of(&session), session_json(&session, now)));
                ControlFlow::Continue(())
            })?;
            Ok(rows)
        });
        read.await
    }
}

/// A session a line, all of them unless a limit is given.
async fn stream(call: &Call<'_>, mut listing: Listing, limit: Option<&str>) -> ApiResult {
    let limit = limit.map(|text| text.parse::<u64>().ok().filter(|rows| *rows > 0));
    let limit = match limit {
        None => u64::MAX,
        Some(rows) => rows.ok_or_else(|| ApiError::invalid("limit is a number from 1"))?,
    };
    // The first rows are read before the answer begins, so that its status shows whether that worked.
    let first = listing.read(call.front, limit.min(ROWS_PER_READ)).await?;
    let (sender, body) = AnswerBody::stream();
    let front = Arc::clone(call.front);
    tokio::spawn(async move {
        let (mut found, mut left) = (first, limit);
        while let Some((last, _)) = found.last() {
            listing.after = Some(*last);
            left -= found.len() as u64;
            let is_last = (found.len() as u64) < ROWS_PER_READ || left == 0;
            if !send(&sender, &found).await || is_last {
                return;
            }
            found = match listing.read(&front, left.min(ROWS_PER_READ)).await {
                Ok(found) => found,
                Err(_) => {
                    // Where the client has gone as well, nobody needs to know.
                    let _ = sender.send(Err(BrokenStream)).await;
                    return;
                }
            };
        }
    });
    Ok(Reply::empty("api", StatusCode::OK).stream("application/jsonl", body))
}

/// Sends rows; `false` where the client has gone.
async fn send(sender: &mpsc::Sender<Result<Bytes, BrokenStream>>, rows: &[(Cursor, Value)]) -> bool {
    let lines: String = rows.iter().map(|(_, row)| format!("{row}\n")).collect();
    sender.send(Ok(lines.into())).await.is_ok()
}
