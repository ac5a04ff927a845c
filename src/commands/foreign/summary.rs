//! What a revocation of sessions in another program's table is about to do, in a few lines: before a dry run's records, and
//! before a confirmation. What came of it is in `outcomes`.

use std::collections::HashMap;

use super::open::Database;
use super::order::usual_order;
use crate::commands::Context;
use crate::output::{Format, age};
use sessionctl_core::counted;
use sessionctl_core::model::time::Timestamp;
use sessionctl_foreign::ops::{MAX_TRANSACTION_ROWS, Preview};
use sessionctl_foreign::plan::Field;
use sessionctl_foreign::record::Record as Session;

/// The most users that a summary names.
const MAX_NAMED_USERS: usize = 10;
/// The most addresses that a summary names.
const MAX_NAMED_ADDRESSES: usize = 10;
/// More sessions are not described one by one.
const MAX_DESCRIBED_SESSIONS: usize = 10;

/// What is about to be done.
pub(super) fn show(preview: &Preview, database: &Database, context: &mut Context) {
    let count = preview.targets.len();
    let kinds: Vec<String> = preview
        .kinds
        .iter()
        .map(|(kind, count)| format!("{} ({count})", kind.map_or("(no kind)", |kind| kind.as_str())))
        .collect();
    if count > 0 {
        context.ui.status(&format!("{}: {}", counted(count, "session", "sessions"), kinds.join(", ")));
    }
    for (name, id, count) in preview.users.iter().take(MAX_NAMED_USERS) {
        let id = if name == id { String::new() } else { format!(" (user id {id})") };
        context.ui.status(&format!("  {name}{id}: {count}"));
    }
    if preview.users.len() > MAX_NAMED_USERS {
        let more = preview.users.len() - MAX_NAMED_USERS;
        context.ui.status(&format!("  and {}", counted(more, "more user", "more users")));
    }
    show_addresses(preview, database, context);
    if preview.unreadable > 0 {
        context.ui.status(&format!(
            "{} skipped as unreadable",
            counted(preview.unreadable, "row was", "rows were")
        ));
    }
    if !preview.remembered.is_empty() && count > 0 {
        let users = counted(
            preview.remembered.len(),
            "of these users has a remember-me token",
            "of these users have a remember-me token",
        );
        context.ui.status(&format!("{users}, which is changed as well: it would log the client in again"));
    }
    let batches = count.div_ceil(MAX_TRANSACTION_ROWS);
    if batches > 1 {
        context.ui.status(&format!("in {batches} transactions of up to {MAX_TRANSACTION_ROWS} rows"));
    }
    for notice in preview.notices.iter().filter(|_| count > 0) {
        context.ui.status(&format!("note: {notice}"));
    }
    for unknown in database.layout().revoke.unknown.iter().filter(|_| count > 0) {
        context.ui.status(&format!("not visible in the table: {unknown}"));
    }
}

/// The addresses from which most of the sessions began.
fn show_addresses(preview: &Preview, database: &Database, context: &mut Context) {
    if !database.detected.plan.has(Field::Ip) || preview.targets.len() < 2 {
        return;
    }
    let mut counts: HashMap<Option<&str>, u64> = HashMap::new();
    for target in &preview.targets {
        *counts.entry(target.session.ip.as_deref()).or_default() += 1;
    }
    let mut counts: Vec<(Option<&str>, u64)> = counts.into_iter().collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let named = counts.iter().take(MAX_NAMED_ADDRESSES);
    let named: Vec<String> =
        named.map(|(ip, count)| format!("{} ({count})", ip.unwrap_or("(no address)"))).collect();
    let rest: u64 = counts.iter().skip(MAX_NAMED_ADDRESSES).map(|(_, count)| count).sum();
    let rest = if rest == 0 { String::new() } else { format!(", and {rest} more") };
    context.ui.status(&format!("addresses: {}{rest}", named.join(", ")));
}

/// Describes each session, where they are few, in the order of a list.
pub(super) fn describe_few(preview: &Preview, database: &Database, context: &mut Context) {
    if preview.targets.len() > MAX_DESCRIBED_SESSIONS {
        return;
    }
    for position in preview.positions(&database.detected.plan, usual_order(Format::Table)) {
        context.ui.status(&describe(&preview.targets[position].session, context.now));
    }
}

/// Describes a session in one line, so that a person can recognise it. The text is not escaped.
fn describe(session: &Session, now: Timestamp) -> String {
    let mut line = session.id.clone();
    let kind = session.kind.map(|kind| kind.as_str());
    for word in [kind, session.user(), session.ip.as_deref()].into_iter().flatten() {
        line.push(' ');
        line.push_str(word);
    }
    if session.last_ip != session.ip
        && let Some(ip) = &session.last_ip
    {
        line.push_str(&format!(", last from {ip}"));
    }
    match (session.last_seen_at, session.created_at, session.expires_at) {
        (Some(at), ..) => line.push_str(&format!(", seen {}", age(at, now))),
        (None, Some(at), _) => line.push_str(&format!(", created {}", age(at, now))),
        (None, None, Some(at)) => line.push_str(&format!(", expires {}", age(at, now))),
        (None, None, None) => {}
    }
    if let Some(user_agent) = &session.user_agent {
        line.push_str(", ");
        line.push_str(user_agent);
    }
    line
}
