//! From the selector options to the filter of `sessionctl-foreign`, and from ids and tokens to rows.

use zeroize::Zeroizing;

use super::args::SelectorArgs;
use super::error;
use super::open::Database;
use crate::commands::args::SessionArg;
use crate::commands::args::list_value::all;
use crate::commands::args::token::TokenSource;
use crate::commands::shell_word::word;
use crate::commands::{CommandResult, Context, Failure, Outcome};
use crate::output::escape::escape_text;
use sessionctl_core::model::time::When;
use sessionctl_foreign::filter::Filter;
use sessionctl_foreign::ops::{self, Named, UnknownUser, Words};
use sessionctl_foreign::record::State;

/// The filter with every id and token looked up.
#[derive(Default)]
pub(super) struct Selection {
    pub(super) filter: Filter,
    /// The filter in words, for the audit log; no token is in it.
    pub(super) words: String,
    /// Whether only sessions that were named are meant, and none of them exists.
    pub(super) named_none: bool,
    /// What was named and does not exist, as [`shown`].
    pub(super) unknown: Vec<String>,
}

impl Selection {
    /// The outcome of a command on the sessions that exist, where others that were named do not.
    pub(super) fn outcome(&self, outcome: Outcome) -> Outcome {
        let is_missing = outcome == Outcome::Done && !self.unknown.is_empty();
        if is_missing { Outcome::NotFound } else { outcome }
    }

    /// Reports the sessions that were named and do not exist.
    pub(super) fn report_unknown(&self, context: &mut Context) {
        for unknown in &self.unknown {
            context.ui.error(&format!("no session {unknown}"));
        }
    }
}

/// Resolves the selector options. A session that is named and does not exist is reported by the command.
pub(super) fn resolve(
    args: &SelectorArgs,
    database: &Database,
    context: &mut Context,
) -> CommandResult<Selection> {
    if let Some(option) = absent(args) {
        let layout = &database.layout().name;
        let hint = format!("it can answer {}", error::selectors(&database.detected));
        return Err(Failure::usage(format!("a {layout} table has no {option}")).hint(hint).into());
    }
    let others = args.state.iter().any(|state| state != State::Active.as_str());
    if others && args.expiring_within.is_some() {
        let message = "--expiring-within selects active sessions, and --state others";
        return Err(Failure::usage(message).into());
    }
    let (mut ids, mut unknown) = (Vec::new(), Vec::new());
    for found in look_up(&args.ids, database, context)? {
        match found {
            Ok(id) => ids.push(id),
            Err(written) => unknown.push(written),
        }
    }
    let mut except = Vec::new();
    for found in look_up(&args.except, database, context)? {
        match found {
            Ok(id) => except.push(id),
            // A mistyped exception must not end the session that it should protect.
            Err(written) => {
                return Err(Failure::of(Outcome::NotFound, format!("--except: no session {written}")).into());
            }
        }
    }
    let (now, zone) = (context.now, context.ui.options().zone);
    let after = |when: Option<When>| when.map(|when| when.resolve_after(now, zone));
    let before = |when: Option<When>| when.map(|when| when.resolve_before(now, zone));
    let filter = Filter {
        users: all(&args.user),
        not_users: all(&args.not_user),
        anonymous: args.anonymous,
        kinds: all(&args.kind),
        not_kinds: all(&args.not_kind),
        states: states(&args.state),
        ips: all(&args.ip),
        not_ips: all(&args.not_ip),
        last_ips: all(&args.last_ip),
        not_last_ips: all(&args.not_last_ip),
        user_agents: args.user_agent.clone(),
        not_user_agents: args.not_user_agent.clone(),
        created_before: before(args.created_before),
        created_after: after(args.created_after),
        seen_before: before(args.seen_before),
        seen_after: after(args.seen_after),
        ended_before: before(args.ended_before),
        ended_after: after(args.ended_after),
        expiring_by: args.expiring_within.map(|span| context.now.plus(span)),
        all: args.all,
        ids,
        except,
    };
    database.act(context, |cx| cx.check_answerable(&filter))?;
    if let Some(unknown) = database.act(context, |cx| ops::unknown_user(cx, &filter))? {
        return Err(unknown_user(&unknown).into());
    }
    let named_none = !args.ids.is_empty() && filter.ids.is_empty();
    Ok(Selection { words: words(args, &filter), filter, named_none, unknown })
}

/// No user has this name: there is no session to list, and none that is excepted.
fn unknown_user(unknown: &UnknownUser) -> Failure {
    let UnknownUser { name, table, near } = unknown;
    let failure = Failure::of(Outcome::NotFound, format!("no user '{}' in table {table}", escape_text(name)));
    match near {
        Some(near) => failure.hint(format!("the nearest name is {}", word(near))),
        None => failure,
    }
}

fn states(words: &[String]) -> Vec<State> {
    let every = [State::Active, State::Expired, State::Revoked, State::Unknown];
    if words.iter().any(|word| word == "any") {
        return every.to_vec();
    }
    every.into_iter().filter(|state| words.iter().any(|word| word == state.as_str())).collect()
}

impl SelectorArgs {
    /// The times that were written.
    pub(super) fn times(&self) -> impl Iterator<Item = When> {
        [
            self.created_before,
            self.created_after,
            self.seen_before,
            self.seen_after,
            self.ended_before,
            self.ended_after,
        ]
        .into_iter()
        .flatten()
    }
}

/// The first selector that no foreign table can answer.
fn absent(args: &SelectorArgs) -> Option<&'static str> {
    [
        (!args.scope.is_empty() || !args.not_scope.is_empty(), "scope"),
        (!args.app.is_empty() || !args.not_app.is_empty(), "app"),
        (args.under.is_some(), "parent"),
        (!args.label.is_empty() || !args.not_label.is_empty(), "label"),
        (args.active_at.is_some(), "record of the past"),
    ]
    .into_iter()
    .find_map(|(given, name)| given.then_some(name))
}

/// The id of each session that was named by id, prefix or token; else what was written, if it may be shown.
fn look_up(
    arguments: &[SessionArg],
    database: &Database,
    context: &mut Context,
) -> CommandResult<Vec<Result<String, String>>> {
    if arguments.is_empty() {
        return Ok(Vec::new());
    }
    let texts = arguments.iter().map(|argument| text_of(argument, context)).collect::<Result<Vec<_>, _>>()?;
    let words: Vec<Words<'_>> = texts.iter().map(|text| Words::Any(text)).collect();
    let found = database.act(context, |cx| ops::named(cx, &words))?;
    let plan = &database.detected.plan;
    let mut all = Vec::new();
    for ((argument, text), found) in arguments.iter().zip(&texts).zip(found) {
        all.push(match found {
            Named::Id(row) => Ok(plan.id_of(&plan.key_of(&row))),
            Named::Token(hit) => {
                if matches!(argument.0.0, TokenSource::Literal(_)) {
                    context.ui.warn(
                        "a token on the command line is visible to other processes; use -, @FILE or SESSIONCTL_TOKEN",
                    );
                }
                Ok(plan.id_of(&plan.key_of(&hit.row)))
            }
            Named::Forged => Err("(not shown): its signature does not fit the program's secret".to_owned()),
            Named::Unknown => Err(shown(text)),
        });
    }
    Ok(all)
}

/// A short number or the digits of a fingerprint may be repeated; anything else may be a token.
pub(super) fn shown(text: &str) -> String {
    let short = text.len() <= 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if short { text.to_owned() } else { "(not shown)".to_owned() }
}

/// The text of an argument: an id, a token or a cookie line.
pub(in crate::commands) fn text_of(
    argument: &SessionArg,
    context: &mut Context,
) -> CommandResult<Zeroizing<String>> {
    let bytes = match &argument.0.0 {
        TokenSource::Literal(bytes) => bytes.clone(),
        _ => argument.0.read(context)?,
    };
    match std::str::from_utf8(&bytes) {
        Ok(text) => Ok(Zeroizing::new(text.to_owned())),
        Err(_) => Err(Failure::usage("not an id or token: it is not UTF-8").into()),
    }
}

fn words(args: &SelectorArgs, filter: &Filter) -> String {
    let mut parts = Vec::new();
    let mut add = |name: &str, values: Vec<String>| {
        if !values.is_empty() {
            parts.push(format!("{name} {}", values.join(",")));
        }
    };
    let strings = |values: &[String]| values.to_vec();
    add("ids", strings(&filter.ids));
    add("--user", strings(&filter.users));
    add("--not-user", strings(&filter.not_users));
    add("--kind", filter.kinds.iter().map(|kind| kind.as_str().to_owned()).collect());
    add("--not-kind", filter.not_kinds.iter().map(|kind| kind.as_str().to_owned()).collect());
    add("--state", args.state.clone());
    add("--user-agent", strings(&filter.user_agents));
    add("--not-user-agent", strings(&filter.not_user_agents));
    add("--except", strings(&filter.except));
    let count = |name: &str, count: usize| (count > 0).then(|| format!("{name} ({count})"));
    parts.extend(count("--ip", filter.ips.len()));
    parts.extend(count("--not-ip", filter.not_ips.len()));
    parts.extend(count("--last-ip", filter.last_ips.len()));
    parts.extend(count("--not-last-ip", filter.not_last_ips.len()));
    for (name, time) in [
        ("--created-before", filter.created_before),
        ("--created-after", filter.created_after),
        ("--seen-before", filter.seen_before),
        ("--seen-after", filter.seen_after),
        ("--ended-before", filter.ended_before),
        ("--ended-after", filter.ended_after),
        ("--expiring-by", filter.expiring_by),
    ] {
        parts.extend(time.map(|time| format!("{name} {time}")));
    }
    parts.extend(filter.anonymous.then(|| "--anonymous".to_owned()));
    parts.extend(filter.all.then(|| "--all".to_owned()));
    parts.join(" ")
}
