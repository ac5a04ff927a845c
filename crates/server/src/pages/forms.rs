//! The forms: login, confirmation, logout.

use std::time::Duration;

use maud::{Markup, html};
use sessionctl_core::model::time::approximate_duration;

use super::layout::page;
use super::text;
use crate::config::Site;

/// Why a login did not succeed. The words are the same for an unknown name, a wrong password and a disabled account
/// (ASVS 6.3.8).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LoginProblem {
    /// The name, the password or the account is not right.
    Wrong,
    /// Too many failures: not before this time has passed.
    Throttled(Duration),
    /// Too many failures, until an administrator helps.
    Locked,
    /// The user has this number of sessions.
    TooMany(u64),
}

impl LoginProblem {
    fn words(&self) -> String {
        match self {
            LoginProblem::Wrong => text::WRONG.to_owned(),
            LoginProblem::Throttled(wait) => {
                format!("Too many failed logins. Try again in {}.", approximate_duration(*wait))
            }
            LoginProblem::Locked => text::LOCKED.to_owned(),
            LoginProblem::TooMany(live) => format!(
                "You have {live} sessions, as many as are allowed. Type your password again to end the oldest one, or \
                 end one elsewhere."
            ),
        }
    }
}

/// What the login form shows.
pub(crate) struct LoginForm<'a> {
    pub(crate) action: &'a str,
    pub(crate) name: &'a str,
    pub(crate) remember: bool,
    /// A form was on its way and is lost.
    pub(crate) unsent: bool,
    pub(crate) problem: Option<&'a LoginProblem>,
}

/// The login form.
pub(crate) fn login(site: &Site, form: &LoginForm<'_>) -> Markup {
    let title = if form.problem.is_some() { text::LOGIN_FAILED } else { text::LOGIN };
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
                    input #remember name="remember" type="checkbox" value="yes" aria-describedby="remember-hint";
                    label for="remember" { (text::REMEMBER) }
                }
                p.hint #remember-hint { (text::REMEMBER_HINT) }
            }
            @if matches!(form.problem, Some(LoginProblem::TooMany(_))) {
                div.choice {
                    input #evict name="evict" type="checkbox" value="oldest";
                    label for="evict" { (text::EVICT) }
                }
            }
            button type="submit" { (text::LOGIN) }
        }
    };
    page(site, title, &content)
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
        (problem_note(problem))
        form method="post" action=(action) {
            label for="name" { (text::USER_NAME) }
            input #name name="name" type="text" autocomplete="username" readonly value=(name);
            label for="password" { (text::PASSWORD) }
            (password_field(true, problem))
            button type="submit" { (text::CONFIRM) }
        }
    };
    page(site, text::REAUTH, &content)
}

/// The question before a logout.
pub(crate) fn logout(site: &Site, action: &str) -> Markup {
    let content = html! {
        p { (text::LOGOUT_HINT) }
        form method="post" action=(action) {
            button type="submit" { (text::LOGOUT_BUTTON) }
        }
        p { a href="/" { (text::TO_SITE) } }
    };
    page(site, text::LOGOUT, &content)
}
