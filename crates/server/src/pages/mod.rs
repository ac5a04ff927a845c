//! The pages, as HTML without inline script or style, complete without JavaScript. Their words are in `text`; which
//! page is shown is decided in `routes`.

mod admin;
mod admin_session;
mod assets;
mod forms;
mod layout;
mod sessions;
mod text;

pub(crate) use admin::{
    AdminList, DryRun, NOTHING_SELECTED, NewDeadline, admin, admin_table, changed, dry_run,
};
pub(crate) use admin_session::{SessionPage, admin_session};
pub(crate) use assets::{asset, style};
pub(crate) use forms::{Crowd, LoginForm, LoginProblem, login, logout, reauth};
pub(crate) use layout::{
    Live, bad_form, bye, cookie_not_kept, foreign_form, login_expired, not_a_navigation,
    not_an_administrator, not_found, not_found_outside, too_many_visits, unavailable,
};
pub(crate) use sessions::{SessionsPage, ended, sessions, sessions_table};

/// What a page may load, who may frame it, and where its forms lead besides its own origin. Without an inline script or
/// style, injected text stays text.
pub(crate) fn content_security_policy(form_targets: &[String]) -> String {
    let targets: String = form_targets.iter().flat_map(|origin| [" ", origin.as_str()]).collect();
    format!(
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; \
         frame-ancestors 'none'; form-action 'self'{targets}"
    )
}
