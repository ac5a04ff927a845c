//! `GET /v1/admin/stats`: the counts that `stats` prints.

use hyper::StatusCode;
use serde_json::{Value, json};
use sessionctl_core::ops::stats::{self, Group, Overview, Row, Shown, Steps};
use sessionctl_core::ops::{OpsError, clock};

use super::error::ApiError;
use super::{ApiResult, Call, json};
use crate::selector::Given;

/// Groups of each kind, where the call does not say.
const DEFAULT_TOP: usize = 10;

/// Counts what a selector matches, `by` what it names; without both, all sessions in an overview.
pub(super) async fn stats(call: &Call<'_>) -> ApiResult {
    let (mut groups, mut top, mut selectors) = (Vec::new(), None, Vec::new());
    for (name, value) in call.query_pairs()? {
        match name.as_str() {
            "by" => groups.extend(value.split(',').map(group).collect::<Result<Vec<_>, _>>()?),
            "top" if top.is_none() => top = Some(value.parse::<u16>().map_err(|_| bad("top"))?),
            "top" => return Err(bad("top")),
            _ => selectors.push((name, value)),
        }
    }
    let top = top.map_or(DEFAULT_TOP, usize::from);
    let selector = call.selector(selectors.iter().map(|(name, value)| (name.as_str(), Given::Text(value))));
    let (selector, is_all) = (selector.await?, selectors.is_empty());
    let read = call.front.read_long(move |cx| {
        clock::guard(cx)?;
        let limits = (Shown { top, rarest: false }, cx.now());
        if is_all && groups.is_empty() {
            return Ok(overview_json(stats::overview(cx.store, top, cx.now())?));
        }
        let groups = if groups.is_empty() { Group::OVERVIEW.to_vec() } else { groups };
        let by_store = if is_all { stats::count_all(cx.store, &groups, limits)? } else { None };
        let counted = match by_store {
            Some(counted) => counted,
            None => {
                let (counted, damage) = stats::count(cx.store, selector, &groups, limits)?;
                damage?;
                counted
            }
        };
        Ok::<_, OpsError>(counted.rows.into_iter().map(row_json).collect())
    });
    let rows: Vec<Value> = read.await?;
    Ok(json(StatusCode::OK, &json!({"stats": rows})))
}

fn group(name: &str) -> Result<Group, ApiError> {
    let found = Group::ALL.into_iter().find(|group| group.name() == name.trim().replace('_', "-"));
    found.ok_or_else(|| bad("by"))
}

fn bad(name: &str) -> ApiError {
    ApiError::invalid(format!("`{name}` is not known, or its value cannot be read"))
}

fn overview_json(overview: Overview) -> Vec<Value> {
    let steps = |group: &'static str, steps: Steps| {
        let row = move |(name, active)| json!({"group": group, "name": name, "active": active, "expired": null, "revoked": null});
        steps.into_iter().map(row)
    };
    let Overview { rows, ages, ends } = overview;
    rows.into_iter().map(row_json).chain(steps("age", ages)).chain(steps("expires", ends)).collect()
}

fn row_json((group, count): Row) -> Value {
    json!({
        "group": group,
        "name": count.name,
        "active": count.active,
        "expired": count.expired,
        "revoked": count.revoked,
    })
}
