//! The frame of every page, and the pages that only say something.

use maud::{DOCTYPE, Markup, html};

use super::assets::{live, style};
use super::text;
use crate::config::Site;

/// A page: its title names the outcome and the site.
pub(super) fn page(site: &Site, title: &str, content: &Markup) -> Markup {
    frame(site, title, content, Loaded { folder: "", is_live: false })
}

/// A page with a table that is kept current.
pub(super) fn live_page(site: &Site, title: &str, content: &Markup) -> Markup {
    frame(site, title, content, Loaded { folder: "", is_live: true })
}

/// What a live table depends on: where its events and its rows come from.
pub(crate) struct Live<'a> {
    /// The address of the event stream.
    pub(crate) events: &'a str,
    /// The address of the table alone; none where a script of the application could read it.
    pub(crate) table: Option<&'a str>,
    /// The newest event when the page was made.
    pub(crate) seen: i64,
}

/// A table that the script keeps current. The number of its rows is read out where it changes.
pub(super) fn live_table(live: &Live<'_>, count: &str, table: &Markup) -> Markup {
    html! {
        div data-events=(live.events) data-table=[live.table] data-seen=(live.seen) data-pause=(text::PAUSE)
            data-resume=(text::RESUME) data-changed=(text::CHANGED) data-stopped=(text::STOPPED) {
            (counted_table(count, table))
        }
    }
}

/// A table with its number of rows, as the script reads it.
pub(super) fn counted_table(count: &str, table: &Markup) -> Markup {
    html! {
        p #count aria-live="polite" { (count) }
        (table)
    }
}

/// What a page loads.
struct Loaded<'a> {
    /// Where the files are, with a `/` at the end. Empty: beside the page, which may be one level deeper than another
    /// one.
    folder: &'a str,
    is_live: bool,
}

fn frame(site: &Site, title: &str, content: &Markup, loaded: Loaded<'_>) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(text::LANGUAGE) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                title { (title) " \u{b7} " (site.name) }
                link rel="stylesheet" href={ (loaded.folder) (style().name) } integrity=(style().integrity);
                @if loaded.is_live { script src=(live().name) integrity=(live().integrity) defer {} }
            }
            body {
                main {
                    p.site { (site.name) }
                    h1 { (title) }
                    (content)
                }
            }
        }
    }
}

/// A message with a link back to the site.
fn message(site: &Site, title: &str, hint: &str, is_error: bool) -> Markup {
    page(site, title, &message_content(hint, is_error))
}

fn message_content(hint: &str, is_error: bool) -> Markup {
    html! {
        @if !hint.is_empty() {
            p role=[is_error.then_some("alert")] { (hint) }
        }
        p { a href="/" { (text::TO_SITE) } }
    }
}

/// After a logout.
pub(crate) fn bye(site: &Site, log_out_everywhere: Option<&str>) -> Markup {
    let content = html! {
        @if let Some(address) = log_out_everywhere {
            p { (text::STILL_LOGGED_IN) }
            p { a.button href=(address) { (text::LOG_OUT_EVERYWHERE) } }
        }
        p { a href="/" { (text::TO_SITE) } }
    };
    page(site, if log_out_everywhere.is_some() { text::BYE_HERE } else { text::BYE }, &content)
}

/// The browser has no cookie after the login.
pub(crate) fn cookie_not_kept(site: &Site, again: &str) -> Markup {
    let content = html! {
        p role="alert" { (text::COOKIE_NOT_KEPT_WHY) }
        p { a href=(again) { (text::TRY_AGAIN) } }
    };
    page(site, text::COOKIE_NOT_KEPT, &content)
}

/// The way back from the login host does not belong to this browser, or took too long.
pub(crate) fn login_expired(site: &Site) -> Markup {
    message(site, text::LOGIN_EXPIRED, text::LOGIN_EXPIRED_HINT, true)
}

/// The page is for administrators.
pub(crate) fn not_an_administrator(site: &Site) -> Markup {
    message(site, text::NOT_AN_ADMIN, text::NOT_AN_ADMIN_HINT, true)
}

/// Too many anonymous sessions were started from one address.
pub(crate) fn too_many_visits(site: &Site) -> Markup {
    message(site, text::TOO_MANY_VISITS, text::TOO_MANY_VISITS_HINT, true)
}

/// No page has this address.
pub(crate) fn not_found(site: &Site) -> Markup {
    message(site, text::NOT_FOUND, text::NOT_FOUND_HINT, true)
}

/// The same where the page is not under the prefix of ours.
pub(crate) fn not_found_outside(site: &Site, prefix: &str) -> Markup {
    let content = message_content(text::NOT_FOUND_HINT, true);
    frame(site, text::NOT_FOUND, &content, Loaded { folder: &format!("{prefix}/"), is_live: false })
}

/// What was sent is no form of ours.
pub(crate) fn bad_form(site: &Site) -> Markup {
    message(site, text::BAD_FORM, text::BAD_FORM_HINT, true)
}

/// The form came from elsewhere.
pub(crate) fn foreign_form(site: &Site) -> Markup {
    message(site, text::FOREIGN_FORM, text::FOREIGN_FORM_HINT, true)
}

/// A script or a frame asked for a page.
pub(crate) fn not_a_navigation(site: &Site) -> Markup {
    message(site, text::NOT_A_NAVIGATION, text::NOT_A_NAVIGATION_HINT, true)
}

/// The answer cannot be determined.
pub(crate) fn unavailable(site: &Site) -> Markup {
    message(site, text::UNAVAILABLE, text::UNAVAILABLE_HINT, true)
}
