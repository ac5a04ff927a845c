//! The table of a user's sessions.

use maud::{Markup, html};
use sessionctl_core::model::session::{Kind, Session, SessionId};
use sessionctl_core::model::time::Timestamp;

use super::layout::{Live, counted_table, live_page, live_table};
use super::text;
use crate::config::Site;

/// What the page shows.
pub(crate) struct SessionsPage<'a> {
    pub(crate) prefix: &'a str,
    pub(crate) sessions: &'a [Session],
    /// The session of the browser that asks.
    pub(crate) own: SessionId,
    /// What was just done.
    pub(crate) status: Option<&'a str>,
    pub(crate) live: Live<'a>,
    /// Where the page leads, at the login host: each site by its name and origin.
    pub(crate) sites: &'a [Site],
}

/// How many sessions were ended, in words.
pub(crate) fn ended(number: u64) -> String {
    match number {
        0 => "No session was ended: it had ended already.".to_owned(),
        1 => "One session was ended.".to_owned(),
        number => format!("{number} sessions were ended."),
    }
}

/// The page.
pub(crate) fn sessions(site: &Site, shown: &SessionsPage<'_>) -> Markup {
    let others = shown.sessions.iter().any(|session| session.id != shown.own);
    let content = html! {
        @if let Some(status) = shown.status {
            p.note role="status" { (status) }
        }
        (live_table(&shown.live, &count(shown), &table(shown)))
        p { a href={ (shown.prefix) "/sessions" } { (text::REFRESH) } }
        @if others {
            form method="post" action={ (shown.prefix) "/sessions/end-others" } {
                p.hint #others-hint { (text::END_OTHERS_HINT) }
                button type="submit" aria-describedby="others-hint" { (text::END_OTHERS) }
            }
        }
        p { a href={ (shown.prefix) "/logout" } { (text::LOGOUT_BUTTON) }
            @if shown.sites.is_empty() { " \u{b7} " a href="/" { (text::TO_SITE) } }
            @for site in shown.sites.iter().filter(|site| !site.has_own_login) { " \u{b7} " a href={ (site.origin) "/" } { (site.name) } }
        }
    };
    live_page(site, text::SESSIONS, &content)
}

/// The table alone, for the page that shows it already.
pub(crate) fn sessions_table(shown: &SessionsPage<'_>) -> Markup {
    counted_table(&count(shown), &table(shown))
}

fn count(shown: &SessionsPage<'_>) -> String {
    format!("{} active", shown.sessions.len())
}

fn table(shown: &SessionsPage<'_>) -> Markup {
    html! {
        table {
            caption { (text::SESSIONS_CAPTION) }
            thead {
                tr {
                    th scope="col" { "Session" }
                    th scope="col" { "Browser" }
                    th scope="col" { "Address" }
                    th scope="col" { "Since" }
                    th scope="col" { "Last seen" }
                    th scope="col" { "End" }
                }
            }
            tbody {
                @for session in shown.sessions {
                    (row(shown, session))
                }
            }
        }
    }
}

fn row(shown: &SessionsPage<'_>, session: &Session) -> Markup {
    let client = &session.client;
    let app = app(session);
    let browser = browser(session);
    html! {
        tr id={ "session-" (session.id) } {
            th scope="row" {
                (app) " \u{b7} " (session.kind.as_str())
                @if let Some(label) = &client.label { " \u{b7} " (label) }
                @if session.id == shown.own { " " strong { (text::THIS_DEVICE) } }
            }
            td data-label="Browser" title=[client.user_agent.as_deref()] { (browser) }
            td data-label="Address" { (address(session)) }
            td data-label="Since" { (time(session.created_at)) }
            td data-label="Last seen" { (time(session.last_seen_at)) }
            td {
                form method="post" action={ (shown.prefix) "/sessions/" (session.id) "/end" } {
                    button.small type="submit" aria-label=(format!("End session {} of {app} in {browser}", session.id)) {
                        "End"
                    }
                }
            }
        }
    }
}

/// Where a session counts, in the user's words.
pub(super) fn app(session: &Session) -> &str {
    match session.kind {
        Kind::Sso => text::ALL_SITES,
        _ => session.client.app.as_deref().unwrap_or(text::NO_APP),
    }
}

/// The name of the browser in which a session began.
pub(super) fn browser(session: &Session) -> &str {
    session.client.user_agent.as_deref().map_or("unknown", browser_name)
}

/// The address from which a session was last used, which a narrow column breaks behind a colon.
pub(super) fn address(session: &Session) -> Markup {
    let text = session.last_ip.or(session.client.ip).map(|ip| ip.to_string()).unwrap_or_default();
    html! {
        @for part in text.split_inclusive(':') { (part) @if part.ends_with(':') { wbr; } }
    }
}

/// A time in UTC: the page has no script that would know the browser's zone.
pub(super) fn time(at: Timestamp) -> Markup {
    let text = at.to_string();
    html! {
        time datetime=(text) { (text.get(..10).unwrap_or_default()) " " (text.get(11..16).unwrap_or_default()) "\u{a0}UTC" }
    }
}

/// A browser's name, as far as its user agent shows it. The order matters: most of them also claim to be others.
fn browser_name(user_agent: &str) -> &str {
    const NAMES: [(&str, &str); 8] = [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser", "Samsung Internet"),
        ("Firefox/", "Firefox"),
        ("FxiOS", "Firefox"),
        ("Chrome/", "Chrome"),
        ("CriOS", "Chrome"),
        ("Safari/", "Safari"),
    ];
    let known = NAMES.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name);
    known.unwrap_or_else(|| user_agent.split(['/', ' ']).next().unwrap_or(user_agent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browser_is_named_by_the_mark_that_only_it_has() {
        for (user_agent, name) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36 Edg/142.0",
                "Edge",
            ),
            ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36", "Chrome"),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox"),
            ("Mozilla/5.0 (iPhone) AppleWebKit/605.1 Version/19 Mobile/15 Safari/604.1", "Safari"),
            ("curl/8.5.0", "curl"),
        ] {
            assert_eq!(browser_name(user_agent), name);
        }
    }
}
