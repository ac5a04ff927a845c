//! The administrators' pages: the filter, the table, and the dry run.

use maud::{Markup, html};
use sessionctl_core::counted;
use sessionctl_core::model::session::{Session, State};
use sessionctl_core::model::time::Timestamp;

use super::layout::{Live, counted_table, live_page, live_table, page};
use super::sessions::{address, time};
use super::text;
use crate::config::Site;

/// The message where an act selects nothing.
pub(crate) const NOTHING_SELECTED: &str =
    "Fill in at least one field: an act on every session is for the command line, with --all.";

/// What the list shows.
pub(crate) struct AdminList<'a> {
    pub(crate) prefix: &'a str,
    /// The selector, by the names of the flags of `list`.
    pub(crate) fields: &'a [(String, String)],
    pub(crate) sessions: &'a [Session],
    pub(crate) count: u64,
    pub(crate) next: Option<&'a str>,
    pub(crate) now: Timestamp,
    pub(crate) notice: Option<&'a str>,
    pub(crate) problem: Option<&'a str>,
    /// The query of the table alone.
    pub(crate) table: &'a str,
    /// The newest event when the list was read.
    pub(crate) seen: i64,
}

/// What an act would do.
pub(crate) struct DryRun<'a> {
    pub(crate) prefix: &'a str,
    pub(crate) fields: &'a [(String, String)],
    pub(crate) is_revocation: bool,
    pub(crate) reason: &'a str,
    pub(crate) within: Option<&'a str>,
    pub(crate) matched: u64,
    pub(crate) changing: u64,
    pub(crate) sessions: &'a [(Session, Option<NewDeadline>)],
    pub(crate) changed_meanwhile: bool,
    pub(crate) now: Timestamp,
}

/// A deadline that an act would set.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewDeadline {
    pub(crate) old: Timestamp,
    pub(crate) new: Timestamp,
}

/// What was done, in words.
pub(crate) fn changed(is_revocation: bool, number: u64) -> String {
    let act = if is_revocation { "revoked" } else { "expired" };
    format!("{} {act}.", counted(number, "session was", "sessions were"))
}

/// The fields that are asked for most: a name, and what is written there. On a phone the list is below them.
const FIELDS: [(&str, &str); 8] = [
    ("user", "alice, bob"),
    ("kind", "web, sso, api"),
    ("state", "active or any"),
    ("app", "shop"),
    ("ip", "203.0.113.0/24"),
    ("user-agent", "*Firefox*"),
    ("created-after", "1d"),
    ("seen-before", "7d"),
];

/// Further fields, which are shown on demand.
const MORE_FIELDS: [(&str, &str); 20] = [
    ("id", "42, 43"),
    ("label", "office*"),
    ("scope", "orders:write"),
    ("under", "42"),
    ("last-ip", "203.0.113.0/24"),
    ("not-user", "alice"),
    ("not-kind", "api"),
    ("not-app", "shop"),
    ("not-ip", "10.0.0.0/8"),
    ("not-last-ip", "10.0.0.0/8"),
    ("not-user-agent", "curl*"),
    ("not-label", "office*"),
    ("not-scope", "orders:write"),
    ("except", "42, 43"),
    ("created-before", "2026-01-31 12:00"),
    ("seen-after", "2h"),
    ("expiring-within", "1h"),
    ("ended-after", "1d"),
    ("ended-before", "7d"),
    ("active-at", "2026-01-31 12:00"),
];

/// The list.
pub(crate) fn admin(site: &Site, shown: &AdminList<'_>) -> Markup {
    let value =
        |name: &str| shown.fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value);
    let field = |name: &str, example: &str| {
        html! {
            div {
                label for=(name) { (name) }
                input id=(name) name=(name) type="text" value=(value(name)) placeholder=(example);
            }
        }
    };
    let (events, rows) =
        (format!("{}/admin/events", shown.prefix), format!("{}/admin/table?{}", shown.prefix, shown.table));
    let live = Live { events: &events, table: Some(&rows), seen: shown.seen };
    let content = html! {
        @if let Some(notice) = shown.notice { p.note role="status" { (notice) } }
        @if let Some(problem) = shown.problem { p.problem #problem role="alert" { (problem) } }
        form.filter method="get" role="search" aria-label=(text::ADMIN_FILTER) action={ (shown.prefix) "/admin" } {
            @for (name, example) in FIELDS { (field(name, example)) }
            details open[MORE_FIELDS.iter().any(|(name, _)| !value(name).is_empty())] {
                summary { (text::ADMIN_MORE) }
                div.filter { @for (name, example) in MORE_FIELDS { (field(name, example)) } }
            }
            div.full { button type="submit" { (text::ADMIN_SHOW) } }
        }
        (live_table(&live, &count(shown), &listed(shown)))
        p { a href={ (shown.prefix) "/admin?" (shown.table) } { (text::REFRESH) } }
        @if let Some(next) = shown.next {
            form method="get" action={ (shown.prefix) "/admin" } {
                (hidden(shown.fields))
                input type="hidden" name="after" value=(next);
                button.small type="submit" { (text::ADMIN_NEXT) }
            }
        }
        section aria-label=(text::ADMIN_ACTS) {
            form method="post" action={ (shown.prefix) "/admin/revoke" } {
                (hidden(shown.fields))
                label for="reason" { (text::ADMIN_REASON) }
                input #reason name="reason" type="text" maxlength="200";
                button type="submit" { (text::ADMIN_REVOKE) }
            }
            form method="post" action={ (shown.prefix) "/admin/expire" } {
                (hidden(shown.fields))
                label for="in" { (text::ADMIN_IN) }
                input #in name="in" type="text" placeholder="30m";
                button type="submit" { (text::ADMIN_EXPIRE) }
            }
        }
        p { a href={ (shown.prefix) "/sessions" } { (text::SESSIONS) } " \u{b7} " a href={ (shown.prefix) "/logout" } { (text::LOGOUT_BUTTON) } }
    };
    live_page(site, text::ADMIN, &content)
}

/// The table alone, for the page that shows it already.
pub(crate) fn admin_table(shown: &AdminList<'_>) -> Markup {
    counted_table(&count(shown), &listed(shown))
}

fn sessions_match(number: u64) -> String {
    counted(number, "session matches", "sessions match")
}

fn count(shown: &AdminList<'_>) -> String {
    format!("{}, {} shown", sessions_match(shown.count), shown.sessions.len())
}

fn listed(shown: &AdminList<'_>) -> Markup {
    let rows = shown.sessions.iter().map(|session| (session, None));
    table(shown.prefix, rows, text::SESSIONS_CAPTION, shown.now)
}

/// The dry run, with the button that does it.
pub(crate) fn dry_run(site: &Site, shown: &DryRun<'_>) -> Markup {
    let (title, action) = if shown.is_revocation {
        (text::ADMIN_REVOKE_QUESTION, "revoke")
    } else {
        (text::ADMIN_EXPIRE_QUESTION, "expire")
    };
    let shown_rows = shown.sessions.len() as u64;
    let caption = if shown_rows == shown.matched {
        text::ALL_OF_THEM.to_owned()
    } else {
        format!("The first {shown_rows} of {}", shown.matched)
    };
    let changing = shown.changing;
    let effect = match (shown.within, changing) {
        (None, 1) => "1 would end".to_owned(),
        (None, _) => format!("{changing} would end"),
        (Some(within), 1) => format!("1 would expire in {within}, or earlier"),
        (Some(within), _) => format!("{changing} would expire in {within}, or earlier"),
    };
    let back = crate::body::query(shown.fields);
    let content = html! {
        @if shown.changed_meanwhile { p.problem role="alert" { (text::ADMIN_CHANGED) } }
        p { (sessions_match(shown.matched)) ": " (effect) "." }
        @if shown.is_revocation { p { "Reason: " (shown.reason) } }
        @if shown.matched > 0 {
            form method="post" action={ (shown.prefix) "/admin/" (action) } {
                (hidden(shown.fields))
                @if shown.is_revocation { input type="hidden" name="reason" value=(shown.reason); }
                @if let Some(within) = shown.within { input type="hidden" name="in" value=(within); }
                input type="hidden" name="expect" value=(shown.matched);
                button type="submit" { (title) }
            }
        }
        p { a href={ (shown.prefix) "/admin?" (back) } { (text::ADMIN_BACK) } }
        (table(shown.prefix, shown.sessions.iter().map(|(session, new)| (session, *new)), &caption, shown.now))
    };
    page(site, title, &content)
}

pub(super) fn hidden(fields: &[(String, String)]) -> Markup {
    html! { @for (name, value) in fields { input type="hidden" name=(name) value=(value); } }
}

/// A table of sessions, each with the deadline that it would get.
pub(super) fn table<'a>(
    prefix: &str,
    sessions: impl Iterator<Item = (&'a Session, Option<NewDeadline>)>,
    caption: &str,
    now: Timestamp,
) -> Markup {
    html! {
        table {
            caption { (caption) }
            thead {
                tr {
                    @for name in ["Session", "User", "App", "Address", "Since", "Last seen", "State"] { th scope="col" { (name) } }
                }
            }
            tbody {
                @for (session, new) in sessions {
                    tr id={ "session-" (session.id) } {
                        th scope="row" { a href={ (prefix) "/admin/session/" (session.id) } { (session.id) } " \u{b7} " (session.kind.as_str()) }
                        td data-label="User" { (session.user.as_ref().map(ToString::to_string).unwrap_or_default()) }
                        td data-label="App" { (session.client.app.as_deref().unwrap_or_default()) }
                        td data-label="Address" { (address(session)) }
                        td data-label="Since" { (time(session.created_at)) }
                        td data-label="Last seen" { (time(session.last_seen_at)) }
                        td data-label="State" {
                            (session.state(now).as_str())
                            @if let Some(new) = new {
                                " until " (time(new.old)) ", then until " (time(new.new))
                            } @else if session.state(now) == State::Active {
                                " until " (time(session.deadline))
                            }
                        }
                    }
                }
            }
        }
    }
}
