//! `revoke`: revokes sessions, immediately and permanently.

mod at_end;
mod search;
mod stdin;
mod wrapped;

pub(in crate::commands) use stdin::FOUND;

use super::args::{BulkArgs, OtherTableArgs, RecheckArg};
use super::bulk::{Verb, report, selection};
use super::{Context, Outcome};
use crate::commands::{CommandResult, excluded, nothing_matches};
use crate::output::SESSION;
use sessionctl_core::model::redact::holds_token;
use sessionctl_core::model::selector::Selector;
use sessionctl_core::ops::preview::PlannedAct;
use sessionctl_core::ops::{BulkRequest, revoke};
use sessionctl_core::store::Store;

const VERB: Verb = Verb::revoke();

/// Revoke sessions, immediately and permanently
///
/// A revoked session is kept until it is pruned, and can never become active again. The app sessions under a single
/// sign-on session are revoked with it. Repeating the command changes nothing; where a selector then matches nothing,
/// it exits with 3. On a terminal, without arguments, the command lets you select sessions.
///
/// --backup, --no-log and --recheck are for another program's table only.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  One session
    sessionctl revoke 42 --reason 'lost phone'
  All sessions of a user except one
    sessionctl revoke --user alice --except 42
  Count first (exit code 3: none), then revoke only if the number still matches
    sessionctl revoke --ip 10.0.0.0/8 --dry-run --format count || test $? -eq 3
    sessionctl revoke --ip 10.0.0.0/8 --expect 17 --yes
  Every token in a log that leaked
    sessionctl revoke --stdin --dry-run < access.log
    sessionctl revoke --stdin --yes < access.log")]
pub struct RevokeArgs {
    /// The reason; kept with the sessions and in the audit log
    #[arg(long, value_name = "TEXT", default_value = "revoked", allow_hyphen_values = true)]
    reason: String,

    /// Read ids, tokens, or any text that contains tokens, from standard input; print one result a line
    ///
    /// A line without one has a result too. The formats ids and count are of sessions, each of them once. Exits with 3 if
    /// anything that looks like a token or an id is unknown, or if nothing was found, whatever else was revoked.
    #[arg(long, conflicts_with = "SelectorArgs")]
    stdin: bool,

    #[command(flatten)]
    bulk: BulkArgs,

    #[command(flatten)]
    other_table: OtherTableArgs,

    #[command(flatten)]
    recheck: RecheckArg,
}

/// Runs `revoke`.
///
/// # Errors
/// Where the operation fails, or its answer cannot be determined.
pub fn run(args: &RevokeArgs, context: &mut Context) -> CommandResult<Outcome> {
    args.other_table.refuse(Some(&args.recheck))?;
    if holds_token(&args.reason) {
        context.ui.warn("text with the shape of a token is stored as [hidden]");
    }
    if args.stdin {
        return run_stdin(args, context);
    }
    args.bulk.begin(&report::RESULT, &SESSION, context)?;
    args.bulk.refuse_empty(context)?;
    let reader = context.host.open_to_read()?;
    let mut selector = args.bulk.selector.resolve(reader.as_ref(), context)?;
    if args.bulk.selector.is_empty() {
        selector.ids = selection::several("revoke", reader.as_ref(), context)?;
    }
    excluded::report(reader.as_ref(), &selector, context)?;
    finish(args, reader, selector, context)
}

/// Previews, or confirms and revokes, what a selector matches.
fn finish(
    args: &RevokeArgs,
    mut reader: Box<dyn Store>,
    selector: Selector,
    context: &mut Context,
) -> CommandResult<Outcome> {
    if args.bulk.dry_run {
        let planned = preview(args, reader.as_mut(), &selector, context);
        return nothing_matches::report_of(planned, &selector, reader.as_ref(), context);
    }
    args.bulk.confirm(reader.as_mut(), &selector, (VERB, PlannedAct::Revoke), context)?;
    let mut store = context.open_to_change(reader.as_ref())?;
    drop(reader);
    let request = request(args, selector.clone());
    let outcome = report::run(store.as_mut(), VERB, (None, args.bulk.expect), context, |cx, each| {
        revoke::revoke(cx, &request, &args.reason, each)
    });
    nothing_matches::report_of(outcome, &selector, store.as_ref(), context)
}

/// Lists what a selector matches, and changes nothing.
fn preview(
    args: &RevokeArgs,
    reader: &mut dyn Store,
    selector: &Selector,
    context: &mut Context,
) -> CommandResult<Outcome> {
    args.bulk.preview(reader, selector, (VERB, PlannedAct::Revoke), &SESSION, context)
}

fn request(args: &RevokeArgs, selector: Selector) -> BulkRequest {
    BulkRequest { expect: args.bulk.expect, ..BulkRequest::of(selector) }
}

/// Revokes the sessions that standard input names: each at once with `--yes`, otherwise all after a confirmation, a
/// preview or a check of their number, which need the whole input.
fn run_stdin(args: &RevokeArgs, context: &mut Context) -> CommandResult<Outcome> {
    if args.bulk.dry_run {
        args.bulk.begin(&stdin::FOUND, &SESSION, context)?;
    } else {
        context.ui.check_fields(&stdin::FOUND)?;
    }
    context.ui.explain(
        "look for ids and for words with the shape of a token in each line, decoded from URLs, JSON and shells as well; look \
         each token up by its digest, and revoke the session that has it",
    );
    if context.stdin_is_terminal {
        context.ui.status("paste the text, then press Enter and Ctrl-D");
    }
    let all_first = args.bulk.dry_run || args.bulk.expect.is_some() || !context.yes;
    if all_first && !args.bulk.dry_run {
        args.bulk.require_confirmation(context)?;
    }
    if all_first { at_end::run(args, context) } else { stdin::run_at_once(context, &args.reason) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::testing::Scene;
    use crate::output::Format;
    use sessionctl_core::model::session::{Kind, State};

    #[test]
    fn revoke_ends_selected_sessions_and_their_children() {
        let mut scene = Scene::new().format(Format::Csv);
        let parent = scene.session(Kind::Sso, Some("bob")).id;
        let child = scene.child(parent, "bob").id;
        let other = scene.session(Kind::Web, Some("bob")).id;
        let id = parent.to_string();
        assert_eq!(scene.run(&[&id], run).unwrap(), 2, "there is no terminal to ask on");
        scene.context.yes = true;
        assert_eq!(scene.run(&[&id, "99"], run).unwrap(), 3);
        assert_eq!((scene.state(parent), scene.state(child)), (State::Revoked, State::Revoked));
        assert_eq!(scene.state(other), State::Active);
        let out = scene.out();
        assert!(
            out.contains(&format!("{child},revoked,active,{parent}")) && out.contains("99,unknown"),
            "{out}"
        );
        assert_eq!(scene.run(&[&id], run).unwrap(), 0, "repeating changes nothing");
    }

    #[test]
    fn dry_run_prints_matches_and_changes_nothing() {
        let mut scene = Scene::new().format(Format::Ids);
        let ended = scene.session(Kind::Web, Some("bob")).id;
        scene.later(40 * 60);
        let live = scene.session(Kind::Web, Some("bob")).id;
        assert_eq!(scene.run(&["--all", "--dry-run"], run).unwrap(), 0);
        assert_eq!(scene.out(), format!("{live}\n{ended}\n"));
        assert_eq!((scene.state(ended), scene.state(live)), (State::Expired, State::Active));
        scene.context.yes = true;
        assert_eq!(scene.run(&["--user", "bob", "--expect", "2"], run).unwrap(), 1);
        assert_eq!(scene.state(live), State::Active);
        assert_eq!(scene.run(&["--user", "bob", "--expect", "1"], run).unwrap(), 0);
        assert_eq!(scene.run(&["--user", "bob"], run).unwrap(), 3, "nothing matches any more");
    }

    #[test]
    fn revoke_without_selector_is_a_usage_error_or_a_question() {
        let mut scene = Scene::without_database();
        assert_eq!(scene.run(&[], run).unwrap(), 2);
        assert_eq!(scene.run(&["--except", "1"], run).unwrap(), 2);
        let mut scene = Scene::new().answers(&["1", "yes"]);
        let older = scene.session(Kind::Web, Some("bob")).id;
        let newer = scene.session(Kind::Web, Some("bob")).id;
        assert_eq!(scene.run(&[], run).unwrap(), 0);
        assert_eq!((scene.state(older), scene.state(newer)), (State::Revoked, State::Active));
        assert_eq!(scene.questions(), "Which sessions to revoke?\nRevoke 1 session?");
    }

    #[test]
    fn revoke_stdin_prints_a_result_for_each_line() {
        let mut scene = Scene::new().format(Format::Csv);
        let token = scene.session(Kind::Web, Some("bob"));
        let by_id = scene.session(Kind::Web, Some("bob")).id;
        let log = format!("GET /?t={} 200\nnothing here\n{by_id}\n99\n{}\n", token.as_str(), token.as_str());
        let mut scene = scene.stdin(&log);
        assert_eq!(scene.run(&["--stdin"], run).unwrap(), 2, "it needs confirmation");
        scene.context.yes = true;
        assert_eq!(scene.run(&["--stdin"], run).unwrap(), 3);
        let out = scene.out();
        let results: Vec<_> = out.lines().skip(1).collect();
        let (a, b) = (token.id, by_id);
        let expected = [
            format!("1,{a},revoked,active,bob,web,,"),
            "2,,no token,,,,,".to_owned(),
            format!("3,{b},revoked,active,bob,web,,"),
            "4,,unknown,,,,,".to_owned(),
            format!("5,{a},revoked,active,bob,web,,"),
        ];
        assert_eq!(results, expected);
        assert!(scene.run(&["--stdin", "--user", "bob"], run).is_err());
    }

    #[test]
    fn revoke_stdin_with_expect_prints_the_same_results_or_changes_nothing() {
        let mut scene = Scene::new().format(Format::Csv);
        let token = scene.session(Kind::Web, Some("bob"));
        let by_id = scene.session(Kind::Web, Some("bob")).id;
        let text = token.as_str();
        let log = format!("nothing\nt={text} {text}\n\n{by_id}\n99\nnothing");
        scene.context.yes = true;
        let mut scene = scene.stdin(&log);
        assert_eq!(scene.run(&["--stdin", "--expect", "3"], run).unwrap(), 1);
        assert_eq!((scene.state(token.id), scene.state(by_id)), (State::Active, State::Active));
        assert!(!scene.out().contains("revoked"), "{}", scene.out());
        let mut scene = scene.stdin(&log);
        assert_eq!(scene.run(&["--stdin", "--expect", "2"], run).unwrap(), 3, "99 is unknown");
        let expected = format!(
            "line,id,result,before,user,kind,ip,last_ip\n1,,no token,,,,,\n2,{0},revoked,active,bob,web,,\n\
             2,{0},revoked,active,bob,web,,\n3,,no token,,,,,\n4,{by_id},revoked,active,bob,web,,\n5,,unknown,,,,,\n\
             6,,no token,,,,,\n",
            token.id
        );
        assert!(scene.out().ends_with(&expected), "{}", scene.out());
        let mut scene = scene.stdin("nothing\n");
        assert_eq!(scene.run(&["--stdin", "--expect", "0"], run).unwrap(), 0);
        assert!(
            scene.out().ends_with("line,id,result,before,user,kind,ip,last_ip\n1,,no token,,,,,\n"),
            "{}",
            scene.out()
        );
    }
}
