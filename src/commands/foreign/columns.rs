//! The columns of sessions in another program's table, of a list and of an act on them: what a selector asks for is among
//! them, and what the layout does not have is not. How wide they are is the output's to decide.

use sessionctl_foreign::filter::Filter;
use sessionctl_foreign::plan::{Field, Plan};

use super::record::FOREIGN_SESSION;

/// Sessions by their user agent.
const AGENTS: [&str; 7] = ["id", "kind", "state", "user", "last_seen_at", "ip", "user_agent"];
/// Sessions by their last address, which is shown beside the other one.
const ADDRESSES: [&str; 7] = ["id", "kind", "state", "user", "last_seen_at", "ip", "last_ip"];
/// Sessions by their creation.
const CREATED: [&str; 7] = ["id", "kind", "state", "user", "created_at", "expires_at", "ip"];
/// Sessions by their end.
const ENDED: [&str; 7] = ["id", "kind", "state", "user", "last_seen_at", "ended_at", "ip"];

/// The columns for what a filter selects.
pub(super) fn of(filter: &Filter, plan: &Plan) -> Vec<&'static str> {
    let is_set = |lists: [bool; 2]| lists.contains(&true);
    let columns: &[&'static str] = if is_set([filter.ended_before.is_some(), filter.ended_after.is_some()]) {
        &ENDED
    } else if is_set([!filter.user_agents.is_empty(), !filter.not_user_agents.is_empty()]) {
        &AGENTS
    } else if is_set([!filter.last_ips.is_empty(), !filter.not_last_ips.is_empty()]) {
        &ADDRESSES
    } else if is_set([filter.created_before.is_some(), filter.created_after.is_some()]) {
        &CREATED
    } else {
        FOREIGN_SESSION.columns
    };
    columns.iter().copied().filter(|column| has(plan, column)).collect()
}

/// The columns of sessions that are deleted because they ended long ago.
pub(super) fn of_ended(plan: &Plan) -> Vec<&'static str> {
    ENDED.into_iter().filter(|column| has(plan, column)).collect()
}

/// The columns of what would become of sessions that a list shows in these.
pub(super) fn planned(mut columns: Vec<&'static str>) -> Vec<&'static str> {
    columns.push("result");
    columns
}

/// The columns of what became of them. Whether they authenticate is no longer so.
pub(super) fn done(columns: &[&'static str]) -> Vec<&'static str> {
    let mut done = vec!["id", "result"];
    done.extend(columns.iter().filter(|column| !matches!(**column, "id" | "authenticates")).map(|column| {
        match *column {
            "state" => "before",
            column => column,
        }
    }));
    done
}

/// Whether the layout can have a value there.
fn has(plan: &Plan, column: &str) -> bool {
    match column {
        "created_at" => plan.has(Field::CreatedAt),
        "last_seen_at" => plan.has(Field::LastSeenAt),
        "expires_at" => plan.has(Field::ExpiresAt),
        "ended_at" => plan.has(Field::EndedAt) || plan.has(Field::ExpiresAt),
        "ip" => plan.has(Field::Ip),
        "last_ip" => plan.has(Field::LastIp),
        "user_agent" => plan.has(Field::UserAgent),
        _ => true,
    }
}
