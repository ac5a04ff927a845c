//! Shows all that a row shows: the record, each check with its rule, the payload's keys without their values, and
//! what a revocation would do.

use super::{Context, OpsError, Resolved, resolve};
use crate::codec::Node;
use crate::plan::Plan;
use crate::record::{Owner, Record, State};
use crate::token::SignatureCheck;
use crate::value::Row;

/// One check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What is checked.
    pub name: &'static str,
    /// Whether it passed; none where it cannot be determined.
    pub passed: Option<bool>,
    /// The rule.
    pub rule: String,
}

/// What a row shows.
#[derive(Debug)]
pub struct Inspection {
    /// The record.
    pub record: Record,
    /// The checks in the order in which the program makes them.
    pub checks: Vec<Check>,
    /// The payload's keys with the types of their values.
    pub payload: Vec<(String, &'static str)>,
    /// What is known of the token's signature; none where the session was named by its id.
    pub signature: Option<SignatureCheck>,
    /// What a revocation would do.
    pub revoke: Vec<String>,
    /// What cannot be determined in this program's table.
    pub unknown: Vec<String>,
}

/// Inspects the session with this id or token; none where there is none.
///
/// # Errors
/// [`OpsError`].
pub fn inspect(cx: &mut Context<'_>, written: &str) -> Result<Option<Inspection>, OpsError> {
    let (row, signature) = match resolve(cx, written)? {
        Resolved::Id(row) => (row, None),
        Resolved::Token(hit) => (hit.row, Some(hit.signature)),
        Resolved::Unknown => return Ok(None),
    };
    let record = cx.read(&mut |source| Ok(cx.plan().record(&row, &mut cx.reading(source))?))?;
    let plan = cx.plan();
    Ok(Some(Inspection {
        checks: checks(plan, &record, signature),
        payload: payload_keys(plan, &row),
        revoke: consequences(plan),
        unknown: plan.layout.revoke.unknown.clone(),
        record,
        signature,
    }))
}

fn checks(plan: &Plan, record: &Record, signature: Option<SignatureCheck>) -> Vec<Check> {
    let layout = &plan.layout;
    let comparison = if layout.live.at_limit_alive { "at or after" } else { "after" };
    let expiry = if layout.live.expires {
        format!("expires_at is {comparison} the present")
    } else {
        "the row exists; it never expires".to_owned()
    };
    let mut checks = Vec::new();
    if let Some(signature) = signature.filter(|signature| *signature != SignatureCheck::NotSigned) {
        let passed = match signature {
            SignatureCheck::Valid => Some(true),
            SignatureCheck::Invalid => Some(false),
            _ => None,
        };
        let rule = "the token is signed with the program's secret".to_owned();
        checks.push(Check { name: "signature", passed, rule });
    }
    let known = |state: State| (record.state != State::Unknown).then_some(record.state == state);
    if layout.dead_if.iter().any(|(_, state)| *state == State::Revoked) {
        let passed = known(State::Revoked).map(|revoked| !revoked);
        checks.push(Check {
            name: "not_revoked",
            passed,
            rule: "the row is not marked as revoked".to_owned(),
        });
    }
    checks.push(Check {
        name: "not_expired",
        passed: known(State::Expired).map(|expired| !expired),
        rule: expiry,
    });
    let user = match record.owner {
        Owner::User(_) => Some(true),
        Owner::Nobody => Some(false),
        Owner::Unknown => None,
    };
    checks.push(Check { name: "logged_in", passed: user, rule: "the session belongs to a user".to_owned() });
    let rule = "the program accepts the client as this user".to_owned();
    checks.push(Check { name: "authenticates", passed: record.authenticates, rule });
    checks
}

fn payload_keys(plan: &Plan, row: &Row) -> Vec<(String, &'static str)> {
    match plan.payload(row) {
        Some(Ok(payload)) => match payload.data {
            Node::Map(entries) => entries.into_iter().map(|(key, node)| (key, node.type_name())).collect(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// What a revocation would do, as sentences.
pub(super) fn consequences(plan: &Plan) -> Vec<String> {
    let revoke = &plan.layout.revoke;
    if let Some(why) = &revoke.refuse {
        return vec![format!("refused: {why}")];
    }
    let table = &plan.query.table;
    let mut all = vec![if revoke.set.is_empty() {
        format!("deletes the row from {table}")
    } else {
        let columns: Vec<&str> = revoke.set.iter().map(|(name, _)| name.as_str()).collect();
        format!("sets {} in {table}", columns.join(", "))
    }];
    if let Some(next) = &revoke.chain {
        all.push(format!("follows {next} and deletes the sessions that replace this one"));
    }
    for also in &revoke.also {
        let act = if also.set.is_empty() { "deletes from" } else { "updates" };
        all.push(format!("{act} {}: {}", also.table, also.because));
    }
    if revoke.resurrects {
        all.push("looks again, because a request in flight can put the row back".to_owned());
    }
    all.extend(revoke.notice.iter().cloned());
    all
}
