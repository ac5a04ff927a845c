//! The selector flags that list, expire, revoke, prune and stats share. `Selector::matches` in the model defines what they
//! mean.

use std::time::Duration;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};

use super::SessionArg;
use crate::commands::input::Named;
use crate::commands::{CommandResult, Context, Failure, Outcome};
use sessionctl_core::model::address::Cidr;
use sessionctl_core::model::selector::{Selector, StateFilter};
use sessionctl_core::model::session::{Kind, SessionId, State, parse_scope};
use sessionctl_core::model::time::{When, parse_duration};
use sessionctl_core::model::user::UserName;
use sessionctl_core::store::Store;

const STATES: [&str; 4] = ["active", "expired", "revoked", "any"];

fn state(name: &str) -> StateFilter {
    match name {
        "active" => StateFilter::Only(State::Active),
        "expired" => StateFilter::Only(State::Expired),
        "revoked" => StateFilter::Only(State::Revoked),
        // The parser refuses every other word.
        _ => StateFilter::Any,
    }
}

/// Which sessions; a session must match every flag that is given.
#[derive(Debug, Args)]
pub struct SelectorArgs {
    /// Only these sessions, by id or token
    #[arg(value_name = "ID", help_heading = None::<&'static str>)]
    ids: Vec<SessionArg>,
    /// Only this user's sessions
    #[arg(long, value_name = "NAME", conflicts_with = "anonymous")]
    user: Option<UserName>,
    /// Sessions without a user
    #[arg(long, conflicts_with = "kind")]
    anonymous: bool,
    /// Only sessions of this kind
    #[arg(
        long, value_name = "KIND",
        value_parser = PossibleValuesParser::new(Kind::NAMES).try_map(|name| name.parse::<Kind>()),
    )]
    kind: Option<Kind>,
    /// Only sessions in this state
    #[arg(long, value_name = "STATE", value_parser = PossibleValuesParser::new(STATES).map(|name| state(&name)))]
    state: Option<StateFilter>,
    /// Only sessions of this application
    #[arg(long, value_name = "APP", allow_hyphen_values = true)]
    app: Option<String>,
    /// Only sessions whose label matches this pattern (*, ?, [...])
    #[arg(long, value_name = "GLOB", allow_hyphen_values = true)]
    label: Option<String>,
    /// Only sessions with this scope
    #[arg(long, value_name = "SCOPE", value_parser = parse_scope)]
    scope: Option<String>,
    /// Only app sessions under this single sign-on session
    #[arg(long, value_name = "ID")]
    under: Option<SessionArg>,
    /// Only sessions created from this address or block
    #[arg(long, value_name = "CIDR")]
    ip: Option<Cidr>,
    /// Created before this time (RFC 3339, a date, Unix seconds, or 30d for 30 days ago)
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    created_before: Option<When>,
    /// Created at this time or later
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    created_after: Option<When>,
    /// Last seen before this time
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    seen_before: Option<When>,
    /// Last seen at this time or later
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    seen_after: Option<When>,
    /// Active sessions that expire within this time if unused
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    expiring_within: Option<Duration>,
    /// Except this session; may be repeated
    #[arg(long, value_name = "SESSION")]
    except: Vec<SessionArg>,
    /// Every session
    #[arg(long, conflicts_with = "ids")]
    all: bool,
}

impl SelectorArgs {
    /// Resolves the flags to a selector. An id is not looked up, so that the command can report an unknown one;
    /// everything else that is named must exist.
    ///
    /// # Errors
    /// A [`Failure`]: usage for text that is neither id nor token, not found for an unknown user, token, parent or
    /// exception; or an error of the store.
    pub fn resolve(&self, store: &dyn Store, context: &mut Context) -> CommandResult<Selector> {
        let now = context.now;
        let zone = context.ui.options().zone;
        let mut selector = Selector {
            ids: Vec::with_capacity(self.ids.len()),
            user: self.user.clone(),
            kind: if self.anonymous { Some(Kind::Anonymous) } else { self.kind },
            state: self.state,
            app: self.app.clone(),
            label: self.label.clone(),
            scope: self.scope.clone(),
            parent: None,
            ip: self.ip,
            created_before: self.created_before.map(|when| when.resolve(now, zone)),
            created_after: self.created_after.map(|when| when.resolve(now, zone)),
            seen_before: self.seen_before.map(|when| when.resolve(now, zone)),
            seen_after: self.seen_after.map(|when| when.resolve(now, zone)),
            expiring_by: self.expiring_within.map(|span| now.plus(span)),
            ended_by: None,
            except: Vec::new(),
            all: self.all,
        };
        if let Some(name) = &self.user
            && store.user(name)?.is_none()
        {
            return Err(Failure::of(Outcome::NotFound, format!("no user '{name}'"))
                .hint("`sessionctl user list` shows all")
                .into());
        }
        for argument in &self.ids {
            selector.ids.push(id_of(argument, store, context)?);
        }
        selector.ids.sort_unstable();
        selector.ids.dedup();
        selector.parent = self.under.as_ref().map(|parent| parent.resolve(store, context)).transpose()?;
        // A mistyped exception must not end the session that it should protect.
        for argument in &self.except {
            selector.except.push(argument.resolve(store, context)?);
        }
        Ok(selector)
    }

    /// Whether no flag selects sessions; an exception selects none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self { ids, user, anonymous, kind, state, app, label, scope, under, ip, except: _, all, .. } =
            self;
        let times = [self.created_before, self.created_after, self.seen_before, self.seen_after];
        !all && ids.is_empty()
            && !anonymous
            && user.is_none()
            && kind.is_none()
            && state.is_none()
            && [app, label, scope].iter().all(|text| text.is_none())
            && under.is_none()
            && ip.is_none()
            && times.iter().all(Option::is_none)
            && self.expiring_within.is_none()
    }

    /// The user whose sessions are selected, where one is named.
    #[must_use]
    pub fn user(&self) -> Option<&UserName> {
        self.user.as_ref()
    }
}

fn id_of(argument: &SessionArg, store: &dyn Store, context: &mut Context) -> CommandResult<SessionId> {
    match argument.read(context)? {
        Named::Id(id) => Ok(id),
        Named::Token(token) => match store.look_up(&token)? {
            Some(found) => Ok(found.session.id),
            None => Err(Failure::of(Outcome::NotFound, "no session has this token").into()),
        },
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        selector: SelectorArgs,
    }

    fn parse(line: &[&str]) -> Result<SelectorArgs, clap::Error> {
        Line::try_parse_from(std::iter::once("x").chain(line.iter().copied())).map(|line| line.selector)
    }

    #[test]
    fn selector_reads_every_flag() {
        let args = parse(&[
            "42",
            "7",
            "--user",
            "Bob",
            "--kind",
            "api",
            "--state",
            "revoked",
            "--app",
            "shop",
            "--label",
            "ci-*",
            "--scope",
            "read:x",
            "--under",
            "3",
            "--ip",
            "10.0.0.0/8",
            "--created-before",
            "-2h",
            "--created-after",
            "30d",
            "--seen-before",
            "2026-01-31",
            "--seen-after",
            "1800000000",
            "--expiring-within",
            "1w",
            "--except",
            "1",
            "--except",
            "2",
        ])
        .unwrap();
        assert_eq!((args.ids.len(), args.except.len()), (2, 2));
        assert_eq!(args.kind, Some(Kind::Api));
        assert_eq!(args.state, Some(StateFilter::Only(State::Revoked)));
        assert_eq!(args.user().unwrap().as_str(), "Bob");
        assert!(parse(&["--anonymous", "--state", "any"]).unwrap().anonymous);
        assert!(parse(&["--all", "--user", "bob"]).unwrap().all);
        assert!(parse(&["--except", "7"]).unwrap().is_empty());
        for line in
            [&["7"][..], &["--all"], &["--anonymous"], &["--expiring-within", "1h"], &["--seen-after", "1h"]]
        {
            assert!(!parse(line).unwrap().is_empty());
        }
    }

    #[test]
    fn selector_refuses_contradictions_and_bad_values() {
        for line in [
            &["--all", "42"][..],
            &["--user", "bob", "--anonymous"],
            &["--anonymous", "--kind", "api"],
            &["--kind", "cookie"],
            &["--state", "ended"],
            &["--scope", "a b"],
            &["--ip", "10.0.0.0/40"],
            &["--created-before", "soon"],
            &["--expiring-within", "7"],
            &["--user", " "],
        ] {
            assert!(parse(line).is_err(), "{line:?}");
        }
    }

    #[test]
    fn selector_accepts_any_bytes_as_an_id() {
        use std::os::unix::ffi::OsStringExt as _;
        let odd = std::ffi::OsString::from_vec(vec![0xff, b'x']);
        assert!(Line::try_parse_from([std::ffi::OsString::from("x"), odd, "-".into()]).is_ok());
    }
}
