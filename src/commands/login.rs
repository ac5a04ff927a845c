//! `login`: checks a password and hands over the token of a new session.

use std::time::Duration;

use clap::builder::{OsStringValueParser, PossibleValue, PossibleValuesParser, TypedValueParser as _};

use super::args::token::LEFT_OUT;
use super::args::{ClientArgs, DeliveryArgs, LifetimeArgs, PasswordArg, TokenValue};
use super::delivery::{ISSUED, read_back, revoke_unless_delivered};
use super::shell_word::user_selector;
use super::{CommandResult, Context, Failure, Outcome};
use crate::output::escape::escape_text;
use sessionctl_core::model::time::approximate_duration;
use sessionctl_core::model::user::UserName;
use sessionctl_core::ops::login::{self, LoginKind, Request};
use sessionctl_core::store::{Issued, Merge, Store};

/// Check a password and start a session
///
/// The token of the new session is printed once, on standard output, and is stored nowhere. A login always creates a
/// new token. With --upgrade, an anonymous session becomes this login's: its values move and its token ends in one
/// transaction. An active session of the same user is re-authenticated instead: it gets a new token and a new login
/// time.
///
/// Exits with 6 if the password is wrong or the login is refused. Where NAME and the password come from a browser, 2 means that no
/// user can have them: answer it as 6.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  On a terminal, with a hidden password prompt
    sessionctl login alice
  In a script
    TOKEN=$(sessionctl login alice --password-stdin < password-file)
  A visitor with a cart logs in: a new token, the same cart
    sessionctl login alice --upgrade @visitor-token
  Before a sensitive act, ask for the password again
    sessionctl login alice --upgrade @token
  A file that makes curl send the token
    sessionctl login alice --as curl > session.curl")]
pub struct LoginArgs {
    /// The user who logs in
    #[arg(value_name = "NAME", value_parser = client_name())]
    user: UserName,

    #[command(flatten)]
    password: PasswordArg,

    /// Upgrade this anonymous session, or re-authenticate this active one: -, @FILE; without TOKEN, SESSIONCTL_TOKEN
    ///
    /// Where no other word is the user's name, the word behind --upgrade is, unless it is -, @FILE or holds a token.
    #[arg(long, value_name = "TOKEN", num_args = 0..=1, default_missing_value = LEFT_OUT)]
    upgrade: Option<TokenValue>,

    /// What to do with a value that both sessions have
    #[arg(long, value_name = "HOW", default_value = "keep", requires = "upgrade", value_parser =
        PossibleValuesParser::new([
            PossibleValue::new("keep").help("keep the user's value"),
            PossibleValue::new("replace").help("replace it with the visitor's"),
            PossibleValue::new("fail").help("refuse the login"),
        ]).map(|name| match name.as_str() {
            "keep" => Merge::Keep,
            "replace" => Merge::Replace,
            _ => Merge::Fail,
        }))]
    merge: Merge,

    /// Stay logged in for weeks, across restarts of the browser
    #[arg(long, conflicts_with = "sso")]
    remember: bool,

    /// Start a single sign-on session, the parent for generate --under
    #[arg(long)]
    sso: bool,

    /// End the user's oldest sessions instead of refusing a login over the limit
    #[arg(long)]
    evict_oldest: bool,

    #[command(flatten)]
    lifetime: LifetimeArgs,

    #[command(flatten, next_help_heading = "The client")]
    client: ClientArgs,

    #[command(flatten, next_help_heading = "How the token is written")]
    delivery: DeliveryArgs,
}

/// Takes a name as a client sends it: one that is no UTF-8 is nobody's, as any other that is unknown.
fn client_name() -> impl clap::builder::TypedValueParser<Value = UserName> {
    OsStringValueParser::new().try_map(|name| name.to_string_lossy().parse::<UserName>())
}

/// Runs `login`.
///
/// # Errors
/// Where the login fails; a refused login is a [`Failure`] with code 6.
pub fn run(args: &LoginArgs, context: &mut Context) -> CommandResult<Outcome> {
    args.delivery.check(&ISSUED, context)?;
    args.client.warn(context);
    let upgrade = match &args.upgrade {
        None => None,
        // The password may be on the first line of the stream: nothing but the variable is read.
        Some(token) if token.is_left_out() => Some(TokenValue::of_environment(context)?.read_token(context)?),
        // The password follows on the next line of the same stream.
        Some(token) if args.password.password_stdin => Some(token.read_token_line(context)?),
        Some(token) => Some(token.read_token(context)?),
    };
    let password = args.password.read(&format!("Password of {}", args.user), context)?;
    let kind = match (args.remember, args.sso) {
        (true, _) => LoginKind::Remembered,
        (_, true) => LoginKind::Sso,
        _ => LoginKind::Web,
    };
    let request = Request {
        name: &args.user,
        kind,
        client: args.client.client(),
        lifetime: args.lifetime.lifetime(),
        evict_oldest: args.evict_oldest,
        ends: Vec::new(),
        upgrade: upgrade.as_ref(),
        upgrade_grace: Duration::ZERO,
        merge: args.merge,
    };
    // A new database has no user, so a login does not create one.
    let mut store = context.host.open_to_write_existing()?;
    let outcome = context.act(store.as_mut(), |cx| login::login(cx, &request, &password))?;
    match outcome {
        login::Outcome::LoggedIn { issued, moved, merged, evicted } => {
            let name = hand_over(args, context, store.as_mut(), &issued)?;
            context.ui.status(&format!("started session {} for {name}", issued.id));
            report_keys("moved with the session", &moved, context);
            report_keys("in both sessions, resolved by --merge", &merged, context);
            for id in evicted {
                context.ui.status(&format!("session {id} ended to make room"));
            }
            Ok(Outcome::Done)
        }
        login::Outcome::Reauthenticated(issued) => {
            let name = hand_over(args, context, store.as_mut(), &issued)?;
            context.ui.status(&format!("session {} of {name} now has a new token", issued.id));
            Ok(Outcome::Done)
        }
        refused => Err(refusal(refused, &args.user, context).into()),
    }
}

/// Hands the token over; returns the name of the user as it is stored.
fn hand_over(
    args: &LoginArgs,
    context: &mut Context,
    store: &mut dyn Store,
    issued: &Issued,
) -> CommandResult<UserName> {
    let mut name = args.user.clone();
    let delivered = read_back(store, issued.id).and_then(|session| {
        name = session.user.clone().unwrap_or(name.clone());
        args.delivery.deliver(context, &issued.token, session, args.remember)
    });
    revoke_unless_delivered(delivered, context, store, &[issued.id])?;
    Ok(name)
}

fn report_keys(what: &str, keys: &[String], context: &mut Context) {
    if !keys.is_empty() {
        context.ui.status(&format!("{what}: {}", escape_text(&keys.join(", "))));
    }
}

/// The words are the same for an unknown name, a wrong password and a disabled account (ASVS 6.3.8): they contain the name
/// only where the password was right.
fn refusal(outcome: login::Outcome, name: &UserName, context: &Context) -> Failure {
    match outcome {
        login::Outcome::Throttled { until } => Failure::of(
            Outcome::Refused,
            format!(
                "too many failed logins: try again in {}",
                approximate_duration(until.since(context.now))
            ),
        ),
        login::Outcome::Locked => {
            Failure::of(Outcome::Refused, "too many failed logins: the password is locked")
                .hint("`sessionctl user show NAME` shows an administrator why; `sessionctl user unlock NAME` unlocks it")
        }
        login::Outcome::TooMany(live) => {
            Failure::of(Outcome::Refused, format!("the user has as many active sessions as user.sessions_max allows ({live})"))
                .hint(format!(
                    "end one, or add --evict-oldest; `sessionctl list {}` shows them",
                    user_selector(name.as_str())
                ))
        }
        login::Outcome::NotUpgradable(reason) => Failure::of(
            Outcome::NotFound,
            format!("the token of --upgrade cannot be upgraded: {}", reason.clause()),
        )
        .hint("log in without --upgrade to start a new session"),
        login::Outcome::MergeConflict(keys) => Failure::of(
            Outcome::Refused,
            format!("both sessions hold {}; nothing was changed", escape_text(&keys.join(", "))),
        )
        .hint("choose with --merge keep or --merge replace"),
        _ => Failure::of(Outcome::Refused, "wrong name or password"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::testing::Scene;
    use sessionctl_core::model::session::{Kind, State};
    use sessionctl_core::ops::user;

    fn scene(password: &str) -> Scene {
        let mut scene = Scene::new();
        let bob = "bob".parse().unwrap();
        let mut store = scene.context.host.open_to_write().unwrap();
        scene
            .context
            .act(store.as_mut(), |fixture| user::add(fixture, &bob, Some(b"correct horse battery")))
            .unwrap();
        drop(store);
        scene.stdin(&format!("{password}\n"))
    }

    #[test]
    fn login_with_the_right_password_prints_a_token() {
        let mut scene = scene("correct horse battery");
        assert_eq!(scene.run(&["bob", "--password-stdin"], run).unwrap(), 0);
        assert_eq!(scene.out().trim().len(), 64);
        assert!(scene.err().contains("started session 1 for bob"), "{}", scene.err());
    }

    #[test]
    fn login_refusal_does_not_reveal_whether_the_user_exists() {
        let mut words = Vec::new();
        for name in ["bob", "nobody"] {
            let mut scene = scene("wrong password");
            assert_eq!(scene.run(&[name, "--password-stdin"], run).unwrap(), 6);
            assert_eq!(scene.out(), "");
            words.push(scene.err());
        }
        assert_eq!(words[0], words[1]);
    }

    #[test]
    fn login_upgrade_gives_a_visitor_a_new_token() {
        let mut scene = scene("correct horse battery");
        let visitor = scene.session(Kind::Anonymous, None);
        let line = ["bob", "--password-stdin", "--upgrade", visitor.as_str()];
        assert_eq!(scene.run(&line, run).unwrap(), 0);
        assert_eq!(scene.state(visitor.id), State::Revoked);
        assert_ne!(scene.out().trim(), visitor.as_str());
    }
}
