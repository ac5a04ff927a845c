//! The forms: login, confirmation, logout.

use std::time::Duration;

use maud::{Markup, html};
use sessionctl_core::counted;
use sessionctl_core::model::session::Session;
use sessionctl_core::model::time::approximate_duration;

use super::layout::page;
use super::sessions::{address, app, browser, time};
use super::text;
use crate::config::Site;

/// The logins of a user who has as many as are allowed.
#[derive(Clone, Debug)]
pub(crate) struct Crowd {
    /// How many they are.
    pub(crate) live: u64,
    /// How many must end for one more.
    pub(crate) surplus: u64,
    /// They, or the oldest of them.
    pub(crate) sessions: Vec<Session>,
}

/// Why a login did not succeed. The words are the same for an unknown name, a wrong password and a disabled account
/// (ASVS 6.3.8).
#[derive(Clone, Debug)]
pub(crate) enum LoginProblem {
    /// The name, the password or the account is not right.
    Wrong,
    /// Too many failures: not before this time has passed.
    Throttled(Duration),
    /// Too many failures, until an administrator helps.
    Locked,
    /// The user has too many sessions.
    TooMany(Crowd),
}

impl LoginProblem {
    fn words(&self) -> String {
        match self {
            LoginProblem::Wrong => text::WRONG.to_owned(),
            LoginProblem::Throttled(wait) => {
                format!("Too many failed logins. Try again in {}.", approximate_duration(*wait))
            }
            LoginProblem::Locked => text::LOCKED.to_owned(),
            LoginProblem::TooMany(Crowd { live, surplus: 1, .. }) => format!(
                "You have {}, as many as are allowed. Type your password again, and choose the one to end.",
                counted(*live, "session", "sessions")
            ),
            LoginProblem::TooMany(Crowd { live, surplus, .. }) => format!(
                "You have {}, more than are allowed. Type your password again, and choose {surplus} to end.",
                counted(*live, "session", "sessions")
            ),
        }
    }

    fn crowd(&self) -> Option<&Crowd> {
        match self {
            LoginProblem::TooMany(crowd) => Some(crowd),
            _ => None,
        }
    }
}

/// What the login form shows.
pub(crate) struct LoginForm<'a> {
    pub(crate) action: &'a str,
    pub(crate) name: &'a str,
    pub(crate) remember: bool,
    /// Whether that was chosen before.
    pub(crate) remembered: bool,
    /// A form was on its way and is lost.
    pub(crate) unsent: bool,
    pub(crate) problem: Option<&'a LoginProblem>,
}

/// The login form.
pub(crate) fn login(site: &Site, form: &LoginForm<'_>) -> Markup {
    let title = match form.problem {
        None => text::LOGIN,
        Some(LoginProblem::TooMany(_)) => text::TOO_MANY_SESSIONS,
        Some(_) => text::LOGIN_FAILED,
    };
    let content = html! {
        @if form.unsent {
            p.note role="status" { (text::UNSENT) }
        }
        (problem_note(form.problem))
        form method="post" action=(form.action) {
            label for="name" { (text::USER_NAME) }
            input #name name="name" type="text" autocomplete="username" autocapitalize="none" spellcheck="false"
                required maxlength="256" value=(form.name) autofocus[form.name.is_empty()]
                aria-describedby=[form.problem.map(|_| "problem")];
            label for="password" { (text::PASSWORD) }
            (password_field(!form.name.is_empty(), form.problem))
            @if form.remember {
                div.choice {
                    input #remember name="remember" type="checkbox" value="yes" checked[form.remembered]
                        aria-describedby="remember-hint";
                    label for="remember" { (text::REMEMBER) }
                }
                p.hint #remember-hint { (text::REMEMBER_HINT) }
            }
            @if let Some(crowd) = form.problem.and_then(LoginProblem::crowd) {
                (choice(crowd))
            } @else {
                button type="submit" { (text::LOGIN) }
            }
        }
    };
    page(site, title, &content)
}

/// The sessions to choose from, each with a button where one is enough. The first button is that of the oldest session,
/// which the Enter key presses.
fn choice(crowd: &Crowd) -> Markup {
    let is_single = crowd.surplus == 1;
    html! {
        table {
            caption { (text::CROWD_CAPTION) }
            thead { tr { @for name in ["Session", "Browser", "Address", "Last seen", "End"] { th scope="col" { (name) } } } }
            tbody {
                @for session in &crowd.sessions {
                    @let id = format!("end-{}", session.id);
                    @let app = app(session);
                    @let browser = browser(session);
                    tr {
                        th scope="row" { (app) " \u{b7} " (session.kind.as_str()) }
                        td data-label="Browser" { (browser) }
                        td data-label="Address" { (address(session)) }
                        td data-label="Last seen" { (time(session.last_seen_at)) }
                        td {
                            @if is_single {
                                button.small type="submit" name="end" value=(session.id)
                                    aria-label=(format!("{}: session {} of {app} in {browser}", text::END_AND_LOG_IN, session.id)) {
                                    (text::END_AND_LOG_IN)
                                }
                            } @else {
                                div.choice {
                                    input id=(id) name="end" type="checkbox" value=(session.id);
                                    label for=(id) { "End session " (session.id) }
                                }
                            }
                        }
                    }
                }
            }
        }
        @if !is_single { button type="submit" { (text::END_CHOSEN_AND_LOG_IN) } }
    }
}

fn problem_note(problem: Option<&LoginProblem>) -> Markup {
    html! {
        @if let Some(problem) = problem {
            p.problem #problem role="alert" { (problem.words()) }
        }
    }
}

fn password_field(has_focus: bool, problem: Option<&LoginProblem>) -> Markup {
    html! {
        input #password name="password" type="password" autocomplete="current-password" required
            autofocus[has_focus] aria-describedby=[problem.map(|_| "problem")]
            aria-invalid=[matches!(problem, Some(LoginProblem::Wrong)).then_some("true")];
    }
}

/// The confirmation. The name is in the form for password managers.
pub(crate) fn reauth(site: &Site, action: &str, name: &str, problem: Option<&LoginProblem>) -> Markup {
    let content = html! {
        p { (text::REAUTH_HINT) }
        // The name is not typed here.
        @if let Some(LoginProblem::Wrong) = problem {
            p.problem #problem role="alert" { (text::WRONG_PASSWORD) }
        } @else {
            (problem_note(problem))
        }
        form method="post" action=(action) {
            label for="name" { (text::USER_NAME) }
            input #name name="name" type="text" autocomplete="username" readonly value=(name);
            label for="password" { (text::PASSWORD) }
            (password_field(true, problem))
            button type="submit" { (text::CONFIRM) }
        }
    };
    page(site, if problem.is_some() { text::REAUTH_FAILED } else { text::REAUTH }, &content)
}

/// The question before a logout, of this site alone or of all.
pub(crate) fn logout(site: &Site, action: &str, is_everywhere: bool) -> Markup {
    let hint = if is_everywhere { text::LOGOUT_EVERYWHERE_HINT } else { text::LOGOUT_HINT };
    let content = html! {
        p { (hint) }
        form method="post" action=(action) {
            button type="submit" { (text::LOGOUT_BUTTON) }
        }
        p { a href="/" { (text::TO_SITE) } }
    };
    page(site, text::LOGOUT, &content)
}
