//! The administrators' page of one session: its record, the rules that decide about it, its family, its last events,
//! and the forms that end it.

use maud::{Markup, html};
use serde_json::Value;
use sessionctl_core::model::event::LoggedEvent;
use sessionctl_core::model::session::{Session, State, session_json};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::rules::{Check, Expiry};

use super::admin::table;
use super::layout::page;
use super::sessions::time;
use super::text;
use crate::config::Site;

/// Members of the record that say nothing about one session of this database.
const HIDDEN: [&str; 3] = ["from", "authenticates", "why"];

/// What the page shows.
pub(crate) struct SessionPage {
    pub(crate) prefix: String,
    pub(crate) session: Session,
    pub(crate) checks: Vec<Check>,
    pub(crate) expiry: Expiry,
    /// How many tokens it had before this one.
    pub(crate) rotations: u64,
    /// Whether the family are its children; otherwise they are its parent and the parent's other children.
    pub(crate) has_children: bool,
    pub(crate) family: Vec<Session>,
    pub(crate) events: Vec<LoggedEvent>,
    pub(crate) now: Timestamp,
}

/// The page.
pub(crate) fn admin_session(site: &Site, shown: &SessionPage) -> Markup {
    let content = html! {
        p { a href={ (shown.prefix) "/admin" } { (text::ADMIN_ALL) } }
        p { (end(&shown.expiry)) }
        (ending(shown))
        h2 { (text::RECORD) }
        (record(shown))
        h2 { (text::CHECKS) }
        (checks(&shown.checks))
        @if !shown.family.is_empty() {
            h2 { (text::FAMILY) }
            (table(&shown.prefix, shown.family.iter().map(|session| (session, None)), text::FAMILY_CAPTION, shown.now))
        }
        h2 { (text::EVENTS) }
        (events(&shown.events))
    };
    page(site, &format!("Session {}", shown.session.id), &content)
}

/// When and why it ends.
fn end(expiry: &Expiry) -> Markup {
    html! {
        @match expiry {
            Expiry::Ended { at, why } => { "It ended at " (time(*at)) ": " (why) "." }
            Expiry::Active { unused, latest } if unused.at == latest.at => {
                "It expires at " (time(latest.at)) ", however it is used (" (latest.limit.as_str()) " limit)."
            }
            Expiry::Active { unused, latest } => {
                "It expires at " (time(unused.at)) " if it is not used again (" (unused.limit.as_str()) " limit), and at "
                (time(latest.at)) " at the latest (" (latest.limit.as_str()) " limit)."
            }
        }
    }
}

/// The forms that end it, each with a dry run before it.
fn ending(shown: &SessionPage) -> Markup {
    let children =
        shown.family.iter().filter(|session| shown.has_children && session.state(shown.now) == State::Active);
    let children = children.count();
    html! {
        @if matches!(shown.expiry, Expiry::Active { .. }) {
            section aria-label=(text::ADMIN_ACTS) {
                @if children == 1 { p #children { (text::ONE_CHILD_ENDS) } }
                @if children > 1 { p #children { "Its " (children) " active children end with it." } }
                form method="post" action={ (shown.prefix) "/admin/revoke" } {
                    input type="hidden" name="id" value=(shown.session.id);
                    label for="reason" { (text::ADMIN_REASON) }
                    input #reason name="reason" type="text" maxlength="200";
                    button type="submit" aria-describedby=[(children > 0).then_some("children")] { (text::SESSION_REVOKE) }
                }
                form method="post" action={ (shown.prefix) "/admin/expire" } {
                    input type="hidden" name="id" value=(shown.session.id);
                    label for="in" { (text::ADMIN_IN) }
                    input #in name="in" type="text" placeholder="30m";
                    button type="submit" { (text::SESSION_EXPIRE) }
                }
            }
        }
    }
}

fn record(shown: &SessionPage) -> Markup {
    let record = session_json(&shown.session, shown.now);
    let members = record.as_object().into_iter().flatten();
    let members =
        members.filter(|(name, value)| !plain(value).is_empty() && !HIDDEN.contains(&name.as_str()));
    html! {
        dl.record {
            @for (name, value) in members {
                dt { (name) }
                dd { (plain(value)) }
            }
            dt { "rotations" }
            dd { (shown.rotations) }
        }
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

fn checks(checks: &[Check]) -> Markup {
    html! {
        table {
            caption { (text::CHECKS_CAPTION) }
            thead { tr { @for name in ["Rule", "Result", "Time that decides"] { th scope="col" { (name) } } } }
            tbody {
                @for check in checks {
                    tr {
                        th scope="row" { (check.rule.name()) }
                        td data-label="Result" { @if check.passed { "passed" } @else { strong { "failed" } } }
                        td data-label="Time that decides" { @if let Some(at) = check.at { (time(at)) } }
                    }
                }
            }
        }
    }
}

fn events(events: &[LoggedEvent]) -> Markup {
    html! {
        table {
            caption { (text::SESSIONS_CAPTION) }
            thead { tr { @for name in ["Event", "Time", "Actor", "Address", "Detail"] { th scope="col" { (name) } } } }
            tbody {
                @for event in events {
                    tr {
                        th scope="row" { (event.id) " \u{b7} " (event.action) }
                        td data-label="Time" { (time(event.at)) }
                        td data-label="Actor" { (event.actor) }
                        td data-label="Address" { (event.ip.map(|ip| ip.to_string()).unwrap_or_default()) }
                        td data-label="Detail" { (event.detail.as_deref().unwrap_or_default()) }
                    }
                }
            }
        }
    }
}
