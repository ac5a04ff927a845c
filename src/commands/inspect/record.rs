//! How `inspect` shows a session in the machine formats.

use serde_json::json;

use super::inspection::Inspection;
use crate::output::{Moment, Record, SESSION, Value, View, session_record};
use sessionctl_core::rules::Expiry;

const MORE: &[&str] = &["fate", "rotations", "family", "checks", "events"];
const FIELDS: [&str; SESSION.fields.len() + MORE.len()] = View::joined(SESSION.fields, MORE);

/// A session with everything known about it.
pub(in crate::commands) const INSPECTION: View = View { fields: &FIELDS, ..SESSION };

/// The record.
pub(super) fn record(inspection: Inspection, moment: Moment) -> Record {
    let Inspection { session, checks, fate, rotations, family, events, .. } = inspection;
    let checks: Vec<serde_json::Value> = checks
        .iter()
        .map(|check| {
            json!({
                "name": check.name,
                "passed": check.passed,
                "rule": check.rule,
                "detail": check.detail,
                "at": check.at.map(|at| at.to_string()),
            })
        })
        .collect();
    let events: Vec<serde_json::Value> = events
        .iter()
        .map(|event| {
            json!({
                "id": event.id,
                "at": event.at.to_string(),
                "action": event.action,
                "actor": event.actor,
                "detail": event.detail,
            })
        })
        .collect();
    let fate = fate.map(|fate| match fate {
        Expiry::Ended { at, why } => json!({"ended_at": at.to_string(), "why": why}),
        Expiry::Active { unused, latest } => json!({
            "unseen_until": unused.at.to_string(),
            "unseen_limit": unused.limit.as_str(),
            "latest": latest.at.to_string(),
            "latest_limit": latest.limit.as_str(),
        }),
    });
    let family: Vec<i64> = family.iter().map(|session| session.id.get()).collect();
    session_record(session, moment)
        .with("fate", fate.map(Value::Json))
        .with("rotations", rotations)
        .with("family", Value::Json(family.into()))
        .with("checks", Value::Json(checks.into()))
        .with("events", Value::Json(events.into()))
}
