//! The selector flags that list, expire, revoke, prune and stats share. `Selector::matches` in the model defines what they
//! mean.

use std::time::Duration;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use super::SessionArg;
use super::list_value::{KindList, ListValue, all, apps, pattern, scopes};
use super::session::Place;
use crate::commands::excluded;
use crate::commands::input::Named;
use crate::commands::unknown_user::{Use, unknown_user};
use crate::commands::{CommandResult, Context, Failure, Outcome};
use crate::output::UNKNOWN;
use crate::output::escape::escape_text;
use sessionctl_core::model::address::Cidr;
use sessionctl_core::model::selector::{Selector, StateFilter, ValueFilter};
use sessionctl_core::model::session::{Kind, SessionId, State, nfc};
use sessionctl_core::model::time::{Timestamp, When, Zone, parse_duration};
use sessionctl_core::model::user::UserName;
use sessionctl_core::ops::existence;
use sessionctl_core::store::Store;

/// The words of `--state`. The last one is another program's only.
pub const STATES: [&str; 5] = ["active", "expired", "revoked", "any", UNKNOWN];

fn state(name: &str) -> Result<StateFilter, &'static str> {
    match name {
        "active" => Ok(StateFilter::Only(State::Active)),
        "expired" => Ok(StateFilter::Only(State::Expired)),
        "revoked" => Ok(StateFilter::Only(State::Revoked)),
        UNKNOWN => Err("only another program's table has sessions in the state unknown"),
        // The parser refuses every other word.
        _ => Ok(StateFilter::Any),
    }
}

fn state_parser() -> impl TypedValueParser<Value = StateFilter> {
    let values = STATES.map(|name| PossibleValue::new(name).hide(name == UNKNOWN));
    PossibleValuesParser::new(values).try_map(|name| state(&name))
}

/// Which sessions; a session must match every flag that is given.
#[derive(Debug, Args)]
pub struct SelectorArgs {
    /// Only these sessions, by id or token
    #[arg(value_name = "ID", help_heading = None::<&'static str>)]
    ids: Vec<SessionArg>,
    /// Only this user's sessions; this and the other values may be repeated, or be a comma-separated list
    ///
    /// A comma that belongs to a value is written `\,`. A removed account is written as it is shown: 'bob (removed
    /// 2026-11-25)'.
    #[arg(long, value_name = "NAME")]
    user: Vec<ListValue<UserName>>,
    /// Sessions without a user
    #[arg(long)]
    anonymous: bool,
    /// Only sessions of this kind
    #[arg(long, value_name = "KIND", value_parser = KindList)]
    kind: Vec<ListValue<Kind>>,
    /// Only sessions in this state; default: active, with an id or --all any; on another program's table also: unknown
    #[arg(long, value_name = "STATE", value_parser = state_parser())]
    state: Option<StateFilter>,
    /// Only sessions of this application
    #[arg(long, value_name = "APP", allow_hyphen_values = true, value_parser = apps)]
    app: Vec<ListValue<String>>,
    /// Only sessions whose label matches this pattern (*, ?, [...]); may be repeated
    #[arg(long, value_name = "GLOB", allow_hyphen_values = true, value_parser = pattern)]
    label: Vec<String>,
    /// Only sessions with this scope
    #[arg(long, value_name = "SCOPE", value_parser = scopes)]
    scope: Vec<ListValue<String>>,
    /// Only app sessions under this single sign-on session
    #[arg(long, value_name = "ID")]
    under: Option<SessionArg>,
    /// Only sessions created from this address or block
    #[arg(long, value_name = "CIDR")]
    ip: Vec<ListValue<Cidr>>,
    /// Only sessions last seen from this address or block
    ///
    /// That is the address of the last verification that named one, or else the address at creation.
    #[arg(long, value_name = "CIDR")]
    last_ip: Vec<ListValue<Cidr>>,
    /// Only sessions whose user agent matches this pattern; may be repeated
    #[arg(long, value_name = "GLOB", allow_hyphen_values = true, value_parser = pattern)]
    user_agent: Vec<String>,
    /// Except this user's sessions
    #[arg(long, value_name = "NAME")]
    not_user: Vec<ListValue<UserName>>,
    /// Except sessions of this kind
    #[arg(long, value_name = "KIND", value_parser = KindList)]
    not_kind: Vec<ListValue<Kind>>,
    /// Except sessions of this application
    #[arg(long, value_name = "APP", allow_hyphen_values = true, value_parser = apps)]
    not_app: Vec<ListValue<String>>,
    /// Except sessions whose label matches this pattern
    #[arg(long, value_name = "GLOB", allow_hyphen_values = true, value_parser = pattern)]
    not_label: Vec<String>,
    /// Except sessions with this scope
    #[arg(long, value_name = "SCOPE", value_parser = scopes)]
    not_scope: Vec<ListValue<String>>,
    /// Except sessions created from this address or block
    #[arg(long, value_name = "CIDR")]
    not_ip: Vec<ListValue<Cidr>>,
    /// Except sessions last seen from this address or block
    #[arg(long, value_name = "CIDR")]
    not_last_ip: Vec<ListValue<Cidr>>,
    /// Except sessions whose user agent matches this pattern
    #[arg(long, value_name = "GLOB", allow_hyphen_values = true, value_parser = pattern)]
    not_user_agent: Vec<String>,
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
    /// Ended before this time; an expired session ended at its deadline
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    ended_before: Option<When>,
    /// Ended at this time or later
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    ended_after: Option<When>,
    /// Sessions that had begun at this time and had not ended
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    active_at: Option<When>,
    /// Active sessions that expire within this time if unused
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    expiring_within: Option<Duration>,
    /// Except this session; may be repeated, or be a comma-separated list of ids
    #[arg(long, value_name = "SESSION")]
    except: Vec<SessionArg>,
    /// Every session, in any state
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
        self.refuse_other_states()?;
        let mut selector = self.filters(context.now, context.ui.options().zone);
        if !self.user.is_empty() || !self.not_user.is_empty() {
            context.ui.explain(
                "look the names of users up: case and Unicode form do not count, and a name that nobody has now stands for the \
                 user who was removed last with it",
            );
        }
        for name in selector.user.any_of.iter_mut().chain(&mut selector.user.none_of) {
            // The account's own name distinguishes it from others that had the same one.
            *name = match store.account(name)? {
                Some(account) => account.name,
                None => {
                    let mut lists = self.user.iter().chain(&self.not_user);
                    let list = lists.find(|list| list.0.len() > 1 && list.0.contains(name));
                    let list = list.map(|list| list.0.as_slice());
                    return Err(unknown_user(store, name, Use::Select { list })?.into());
                }
            };
        }
        self.report_host_bits(context);
        self.report_literal_patterns(context);
        for argument in self.ids.iter().flat_map(|ids| ids.each(Place::Ids)) {
            selector.ids.push(id_of(&argument, store, context)?);
        }
        selector.ids.sort_unstable();
        selector.ids.dedup();
        selector.parent = self.under.as_ref().map(|parent| parent.resolve(store, context)).transpose()?;
        // A mistyped exception must not end the session that it should protect.
        for argument in self.except.iter().flat_map(|ids| ids.each(Place::Except)) {
            selector.except.push(argument.resolve(store, context)?);
        }
        Ok(selector)
    }

    /// Refuses another state beside `--expiring-within`, which selects active sessions.
    fn refuse_other_states(&self) -> Result<(), Failure> {
        match self.state {
            Some(state) if self.expiring_within.is_some() && state != StateFilter::Only(State::Active) => {
                Err(Failure::usage("--expiring-within selects active sessions, and --state others"))
            }
            _ => Ok(()),
        }
    }

    /// Refuses what selects active sessions, none of which prune deletes.
    ///
    /// # Errors
    /// A usage [`Failure`].
    pub fn refuse_active(&self) -> Result<(), Failure> {
        if self.expiring_within.is_some() {
            let message = "prune deletes ended sessions, and --expiring-within selects active ones";
            return Err(Failure::usage(message));
        }
        if self.state == Some(StateFilter::Only(State::Active)) {
            return Err(Failure::usage("prune deletes ended sessions, never active ones"));
        }
        Ok(())
    }

    /// Whether no flag narrows what prune deletes.
    #[must_use]
    pub fn is_empty_for_prune(&self) -> bool {
        self.ids.is_empty()
            && self.under.is_none()
            && self.filters(Timestamp::from_unix(0), Zone::UTC).is_empty_for_prune()
    }

    /// Reports the sessions that were named and do not exist, and whether there are any; and those that another part of the
    /// selector leaves out.
    ///
    /// # Errors
    /// The store's.
    pub fn report_missing(
        selector: &Selector,
        store: &dyn Store,
        context: &mut Context,
    ) -> CommandResult<bool> {
        let missing = existence::missing(store, &selector.ids, context.now)?;
        for id in &missing {
            context.ui.error(&format!("no session {id}"));
        }
        excluded::report(store, selector, context)?;
        Ok(!missing.is_empty())
    }

    /// The part of the selector that needs no look-up.
    fn filters(&self, now: Timestamp, zone: Zone) -> Selector {
        let after = |when: Option<When>| when.map(|when| when.resolve_after(now, zone));
        let before = |when: Option<When>| when.map(|when| when.resolve_before(now, zone));
        Selector {
            user: ValueFilter { any_of: all(&self.user), none_of: all(&self.not_user) },
            anonymous: self.anonymous,
            kind: ValueFilter { any_of: all(&self.kind), none_of: all(&self.not_kind) },
            state: self.state,
            app: ValueFilter { any_of: all(&self.app), none_of: all(&self.not_app) },
            label: ValueFilter {
                any_of: self.label.iter().map(|pattern| nfc(pattern)).collect(),
                none_of: self.not_label.iter().map(|pattern| nfc(pattern)).collect(),
            },
            user_agent: ValueFilter { any_of: self.user_agent.clone(), none_of: self.not_user_agent.clone() },
            scope: ValueFilter { any_of: all(&self.scope), none_of: all(&self.not_scope) },
            ip: ValueFilter { any_of: all(&self.ip), none_of: all(&self.not_ip) },
            last_ip: ValueFilter { any_of: all(&self.last_ip), none_of: all(&self.not_last_ip) },
            created_before: before(self.created_before),
            created_after: after(self.created_after),
            seen_before: before(self.seen_before),
            seen_after: after(self.seen_after),
            ended_before: before(self.ended_before),
            ended_after: after(self.ended_after),
            active_at: self.active_at.map(|when| when.resolve(now, zone)),
            expiring_by: self.expiring_within.map(|span| now.plus(span)),
            all: self.all,
            ..Selector::default()
        }
    }

    /// The times that were written.
    pub fn times(&self) -> impl Iterator<Item = When> {
        [
            self.created_before,
            self.created_after,
            self.seen_before,
            self.seen_after,
            self.ended_before,
            self.ended_after,
            self.active_at,
        ]
        .into_iter()
        .flatten()
    }

    /// Whether no flag selects sessions; an exception selects none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
            && self.under.is_none()
            && self.filters(Timestamp::from_unix(0), Zone::UTC).is_empty()
    }

    /// The name of an application or a scope is no pattern, and one that looks like one may be a mistake.
    fn report_literal_patterns(&self, context: &mut Context) {
        let apps =
            self.app.iter().chain(&self.not_app).flat_map(|list| &list.0).map(|app| ("application", app));
        let scopes =
            self.scope.iter().chain(&self.not_scope).flat_map(|list| &list.0).map(|name| ("scope", name));
        for (what, name) in apps.chain(scopes).filter(|(_, name)| name.contains(['*', '?'])) {
            let (article, shown) = (if what == "scope" { "a" } else { "an" }, escape_text(name));
            context.ui.status(&format!(
                "the name of {article} {what} is no pattern, as --label is: only the {what} '{shown}' itself is meant"
            ));
        }
    }

    /// A block that is written with another address than its first may be a mistake.
    fn report_host_bits(&self, context: &mut Context) {
        let given = [&self.ip, &self.not_ip, &self.last_ip, &self.not_last_ip];
        for block in given.into_iter().flatten().flat_map(|list| &list.0) {
            if block.has_host_bits() {
                context
                    .ui
                    .status(&format!("an address with a prefix length selects its whole block: {block}"));
            }
        }
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
mod tests;
