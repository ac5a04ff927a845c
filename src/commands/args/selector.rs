//! The filter over sessions that list, expire, revoke and prune share, as flags. What it means is the domain's
//! to say.

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
        // The parser lets no other word through.
        _ => StateFilter::Any,
    }
}

/// Which sessions; every flag that is given must hold.
#[derive(Debug, Args)]
pub struct SelectorArgs {
    /// These sessions, by id or token
    #[arg(value_name = "ID", help_heading = None::<&'static str>)]
    ids: Vec<SessionArg>,
    /// Those of this user
    #[arg(long, value_name = "NAME", conflicts_with = "anonymous")]
    user: Option<UserName>,
    /// Those of nobody
    #[arg(long, conflicts_with = "kind")]
    anonymous: bool,
    /// Those of this kind
    #[arg(
        long, value_name = "KIND",
        value_parser = PossibleValuesParser::new(Kind::NAMES).try_map(|name| name.parse::<Kind>()),
    )]
    kind: Option<Kind>,
    /// Those in this state
    #[arg(long, value_name = "STATE", value_parser = PossibleValuesParser::new(STATES).map(|name| state(&name)))]
    state: Option<StateFilter>,
    /// Those of this application
    #[arg(long, value_name = "APP")]
    app: Option<String>,
    /// Those whose label matches this pattern (*, ?, [...])
    #[arg(long, value_name = "GLOB")]
    label: Option<String>,
    /// Those that carry this scope
    #[arg(long, value_name = "SCOPE", value_parser = parse_scope)]
    scope: Option<String>,
    /// Those of the family under this session
    #[arg(long, value_name = "ID")]
    under: Option<SessionArg>,
    /// Those made from this address or block
    #[arg(long, value_name = "CIDR")]
    ip: Option<Cidr>,
    /// Made before this time (RFC 3339, a date, Unix seconds, or 30d for 30 days ago)
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    created_before: Option<When>,
    /// Made at this time or later
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    created_after: Option<When>,
    /// Last seen before this time
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    seen_before: Option<When>,
    /// Last seen at this time or later
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    seen_after: Option<When>,
    /// Active, but dead within this time if nothing more happens
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    expiring_within: Option<Duration>,
    /// Not this session; may be repeated
    #[arg(long, value_name = "SESSION")]
    except: Vec<SessionArg>,
    /// Every session
    #[arg(long, conflicts_with = "ids")]
    all: bool,
}

impl SelectorArgs {
    /// The selector that is meant. An id is taken as it is, so that the command can report one that is unknown;
    /// whatever else is named must be there.
    ///
    /// # Errors
    /// A [`Failure`]: usage for what is no id or token, not found for an unknown user, token, family head or
    /// exception; or the store's.
    pub fn resolve(&self, store: &dyn Store, context: &mut Context) -> CommandResult<Selector> {
        let now = context.now;
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
            created_before: self.created_before.map(|when| when.resolve(now)),
            created_after: self.created_after.map(|when| when.resolve(now)),
            seen_before: self.seen_before.map(|when| when.resolve(now)),
            seen_after: self.seen_after.map(|when| when.resolve(now)),
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
        selector.parent = self.under.as_ref().map(|head| head.resolve(store, context)).transpose()?;
        // A slip here would end the very session that was to be spared.
        for argument in &self.except {
            selector.except.push(argument.resolve(store, context)?);
        }
        Ok(selector)
    }

    /// Whether nothing is asked for; an exception asks for nothing.
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

    /// Whose sessions are asked for, where it is one user's.
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
    fn every_flag_is_read() {
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
    fn what_contradicts_is_refused() {
        for line in [
            &["--all", "42"][..],
            &["--user", "bob", "--anonymous"],
            &["--anonymous", "--kind", "api"],
            &["--kind", "cookie"],
            &["--state", "dead"],
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
    fn any_word_is_taken_for_an_id_by_the_parser() {
        use std::os::unix::ffi::OsStringExt as _;
        let odd = std::ffi::OsString::from_vec(vec![0xff, b'x']);
        assert!(Line::try_parse_from([std::ffi::OsString::from("x"), odd, "-".into()]).is_ok());
    }
}
