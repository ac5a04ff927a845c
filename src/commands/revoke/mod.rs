//! `revoke`: withdraws sessions for good, at once.

mod stdin;

use super::args::{BulkArgs, Verb, pick, report};
use super::{Context, Outcome};
use crate::ops::{Sweep, revoke};

const VERB: Verb = Verb { name: "revoke", done: "revoked", ends_live: true };

/// Withdraw sessions for good, at once
///
/// What is revoked stays revoked, and is kept until it is pruned. The families under the sessions end with them.
/// Repeating it changes nothing. With no argument on a terminal, sessions can be picked.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  One session
    sessionctl revoke 42 --reason 'lost phone'
  All of a user, but the one at hand
    sessionctl revoke --user alice --except 42
  Look first, then act only if nothing changed
    sessionctl revoke --ip 203.0.113.0/24 --dry-run --format count
    sessionctl revoke --ip 203.0.113.0/24 --expect 17 --yes
  Every token in a log that leaked
    sessionctl revoke --stdin < access.log")]
pub struct RevokeArgs {
    #[command(flatten)]
    bulk: BulkArgs,

    /// Why; kept with the sessions and in the log
    #[arg(long, value_name = "TEXT", default_value = "revoked")]
    reason: String,

    /// Read ids, tokens, or any text with tokens in it, and answer with a result each
    #[arg(long, conflicts_with_all = ["SelectorArgs", "dry_run", "expect"])]
    stdin: bool,
}

/// Runs `revoke`.
///
/// # Errors
/// Where nothing could be told or done.
pub fn run(args: &RevokeArgs, context: &mut Context) -> anyhow::Result<Outcome> {
    if args.stdin {
        return stdin::run(context, &args.reason);
    }
    args.bulk.begin(&report::RESULT, context)?;
    let reader = context.world.open_to_read()?;
    let mut selector = args.bulk.selector.resolve(reader.as_ref(), context)?;
    if selector.is_empty() {
        args.bulk.pickable(context)?;
        selector.ids = pick::several("Which sessions shall be revoked?", reader.as_ref(), context)?;
    }
    if args.bulk.dry_run {
        return args.bulk.preview(reader.as_ref(), &selector, VERB, context);
    }
    args.bulk.confirm(reader.as_ref(), &selector, VERB, context)?;
    drop(reader);
    let mut store = context.world.open_to_write_existing()?;
    let sweep = Sweep { expect: args.bulk.expect, ..Sweep::of(selector) };
    report::sweep(store.as_mut(), VERB, None, context, |bench, each| {
        revoke::revoke(bench, &sweep, &args.reason, each)
    })
}
