//! `db restore`: puts a copy in the place of the database, and forgets no end since.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use crate::commands::shell_word;
use crate::commands::{CommandResult, Context, Failure, Outcome};
use crate::output::{Record, ResultWord, ResultWords, Value, View};
use sessionctl_core::counted;
use sessionctl_core::model::session::SessionId;
use sessionctl_core::ops::backup::{Restore, restore};
use sessionctl_core::store::{RestoreReport, Takings};

pub(in crate::commands) const RESTORED: View = View {
    noun: "restores",
    singular: "restore",
    fields: &[
        "result",
        "copy_event",
        "replaced_event",
        "kept",
        "lost_sessions",
        "lost_users",
        "lost_events",
        "first_lost_event_at",
        "last_lost_event_at",
        "ended",
        "shortened",
        "rotated",
        "values_removed",
        "passwords_changed",
        "users_disabled",
        "users_removed",
        "keys_retired",
        "keys_revoked",
        "stricter_settings",
    ],
    columns: &[
        "result",
        "copy_event",
        "replaced_event",
        "kept",
        "lost_sessions",
        "lost_users",
        "lost_events",
        "ended",
    ],
};

/// What became of the copy.
pub(super) const WORDS: ResultWords = ResultWords::new(&[
    ("restored", "it is the database now"),
    ("planned", "it can be restored; nothing was changed (--dry-run)"),
]);

/// Restore a backup, and keep every revocation made since
///
/// The copy is checked as `db check` does, and must be one of this database. What took access away since the copy is
/// applied to it: sessions that were revoked, logged out, replaced or given an earlier end, and removed values; changed
/// passwords; disabled and removed users; retired and revoked signing keys; stricter settings of the policy. Sessions and
/// users that were created since are gone, and no id is used again. The old file is kept under the name that is printed.
/// Programs that have the database open notice: `verify --batch`, `log --follow` and `list --watch` go on with the new
/// file, and a command that was about to change the old one ends with an error.
///
/// The audit log is that of the copy, too. The events since are in the old file only, which `--db` reads, and their
/// numbers are given again, to other events: keep the head of a log together with its number. A head that `log head`
/// printed since is no longer in the chain, and `log verify --head` shows that. The db.restored event names the last event
/// of the replaced log.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  sessionctl db restore sessions-backup.db --dry-run
  sessionctl db restore sessions-backup.db --yes
  If the database is damaged and cannot be read: move it away first
    mv sessions.db sessions.db-wal sessions.db-shm /somewhere/else
    sessionctl db restore sessions-backup.db --yes")]
pub(super) struct RestoreArgs {
    /// The copy, as `db backup` wrote it
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: PathBuf,

    /// Restore the copy as it is: what was revoked since is active again
    #[arg(long)]
    as_is: bool,

    /// Accept a backup of another database: changes since then are unknown
    #[arg(long)]
    other_database: bool,

    /// Check everything, show what would be applied, and change nothing
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(args: &RestoreArgs, context: &mut Context) -> CommandResult<Outcome> {
    context.ui.check_fields(&RESTORED)?;
    if context.host.clock_overridden() {
        return Err(Failure::usage("a restore happens now: leave --now out").into());
    }
    if context.host.factory()?.file_backups().is_none() {
        return Err(on_a_server().into());
    }
    context.ui.explain(
        "copy the file beside the database and check all of it; apply what took access away since; then, under the \
         write lock, let both files change names in one step",
    );
    let interactive = context.prompt.is_interactive();
    if !args.dry_run && !context.yes && !interactive {
        return Err(Failure::usage(
            "restoring a backup needs confirmation, and there is no terminal to ask on",
        )
        .hint("add --yes; --dry-run shows what would be applied")
        .into());
    }
    if args.dry_run || !context.yes {
        let planned = act(args, true, context)?;
        describe(&planned, PLANNED, args, context);
        if args.dry_run {
            print(&planned, const { WORDS.word("planned") }, context)?;
            context.ui.status("dry run: the copy can be restored; nothing was changed");
            return Ok(Outcome::Done);
        }
        if !context.prompt.confirm(&question(&planned, args))? {
            return Err(Failure::of(Outcome::Failed, "not confirmed; nothing was changed").into());
        }
    }
    let done = act(args, false, context)?;
    print(&done, const { WORDS.word("restored") }, context)?;
    if context.yes {
        describe(&done, DONE, args, context);
    }
    let kept = match &done.kept {
        Some(kept) => format!("; the old database is kept as {}", kept.display()),
        None => String::new(),
    };
    context.ui.status(&format!("restored {}{kept}", args.file.display()));
    if let (Some(kept), Some(_)) = (&done.kept, done.lost_events) {
        let old = shell_word::word(&kept.display().to_string());
        context.ui.hint(&format!("`sessionctl --db {old} log` shows the events that the copy lacks"));
    }
    Ok(Outcome::Done)
}

fn act(args: &RestoreArgs, dry_run: bool, context: &mut Context) -> CommandResult<RestoreReport> {
    let factory = context.host.factory()?;
    let Some(backups) = factory.file_backups() else { return Err(on_a_server().into()) };
    let what = Restore { from: &args.file, as_is: args.as_is, other_database: args.other_database, dry_run };
    let mut progress = None;
    let report = restore(backups, what, &context.actor, &mut |done, pages| {
        let bar = progress.get_or_insert_with(|| context.progress.start("pages copied", Some(pages)));
        bar.reached(done);
    });
    if let Some(mut progress) = progress {
        progress.finish();
    }
    Ok(report?)
}

fn on_a_server() -> Failure {
    Failure::usage("a database on a server is restored with the server's own tools").hint(
        "`pg_restore --schema=sessionctl`; sessions that were revoked since are active again, so afterwards end what was \
         created before the loss: `sessionctl revoke --created-before TIME`",
    )
}

fn question(planned: &RestoreReport, args: &RestoreArgs) -> String {
    let file = args.file.display();
    match planned.lost_events {
        Some(lost) => {
            format!("Restore {file}, without {} of the log?", counted(lost.count, "event", "events"))
        }
        None => format!("Restore {file}?"),
    }
}

/// The words for what a restore does: before it, or behind it.
struct Words {
    lost: [&'static str; 2],
    applied: &'static str,
    not_applied: &'static str,
    active_again: &'static str,
}

const PLANNED: Words = Words {
    lost: ["will be lost"; 2],
    applied: "will be applied",
    not_applied: "will not be applied: it will be active again",
    active_again: "will be active again",
};

const DONE: Words = Words {
    lost: ["is lost", "are lost"],
    applied: "applied",
    not_applied: "is not applied: it is active again",
    active_again: "is active again",
};

/// Reports what is applied, what is lost and what is not known.
fn describe(report: &RestoreReport, words: Words, args: &RestoreArgs, context: &mut Context) {
    if report.replaced.is_none() {
        context.ui.warn(&format!(
            "there is no database to compare with: what was revoked since the copy {}",
            words.active_again
        ));
        context.ui.hint("`sessionctl revoke --all` ends all sessions; `user disable`, `user passwd` and `jwt keys revoke` as needed");
        return;
    }
    if args.as_is || args.other_database {
        context.ui.warn(&format!("what took access away since the copy {}", words.not_applied));
    }
    let lost = [
        (report.lost_sessions, "active session was", "active sessions were"),
        (report.lost_users, "user was", "users were"),
    ];
    let [is_lost, are_lost] = words.lost;
    for (number, one, many) in lost.into_iter().filter(|(number, ..)| *number > 0) {
        let one = format!("{one} created after the copy and {is_lost}");
        context.ui.status(&counted(number, &one, &format!("{many} created after the copy and {are_lost}")));
    }
    if let Some(lost) = report.lost_events {
        let local = |at| context.ui.options().local_time_with_zone(at);
        let (first, last) = (local(lost.first_at), local(lost.last_at));
        let times = if first == last { format!("of {first}") } else { format!("from {first} to {last}") };
        let one = format!("event of the log {times} is not in the copy, and {is_lost}");
        let many = format!("events of the log {times} are not in the copy, and {are_lost}");
        context.ui.status(&counted(lost.count, &one, &many));
    }
    let Takings {
        ended,
        shortened,
        rotated,
        values_removed,
        passwords,
        disabled,
        removed,
        retired_keys,
        revoked_keys,
        settings,
    } = &report.since;
    for (number, one, many) in [
        (ended.len(), "session ended", "sessions ended"),
        (shortened.len(), "session with an earlier end", "sessions with an earlier end"),
        (rotated.len(), "session with a newer token", "sessions with a newer token"),
        (values_removed.len(), "session with removed values", "sessions with removed values"),
        (passwords.len(), "changed password", "changed passwords"),
        (disabled.len(), "disabled user", "disabled users"),
        (removed.len(), "removed user", "removed users"),
        (retired_keys.len(), "retired signing key", "retired signing keys"),
        (revoked_keys.len(), "revoked signing key", "revoked signing keys"),
        (settings.len(), "stricter setting", "stricter settings"),
    ] {
        if number > 0 {
            let counted = counted(number, one, many);
            context.ui.status(&format!("{}: {counted} since the copy was made", words.applied));
        }
    }
}

fn print(report: &RestoreReport, result: ResultWord, context: &mut Context) -> CommandResult<()> {
    let ids = |ids: &[SessionId]| Value::Json(ids.iter().map(|id| id.get()).collect::<Vec<_>>().into());
    let since = &report.since;
    let record = Record::new()
        .with("result", result)
        .with("copy_event", report.copy.event)
        .with("replaced_event", report.replaced.as_ref().map(|head| head.event))
        .with("kept", report.kept.as_ref().map(|kept| kept.display().to_string()))
        .with("lost_sessions", report.lost_sessions)
        .with("lost_users", report.lost_users)
        .with("lost_events", report.lost_events.map_or(0, |lost| lost.count))
        .with("first_lost_event_at", report.lost_events.map(|lost| lost.first_at))
        .with("last_lost_event_at", report.lost_events.map(|lost| lost.last_at))
        .with("ended", ids(&since.ended))
        .with("shortened", ids(&since.shortened))
        .with("rotated", ids(&since.rotated))
        .with("values_removed", ids(&since.values_removed))
        .with("passwords_changed", since.passwords.clone())
        .with("users_disabled", since.disabled.clone())
        .with("users_removed", since.removed.clone())
        .with("keys_retired", since.retired_keys.clone())
        .with("keys_revoked", since.revoked_keys.clone())
        .with("stricter_settings", since.settings.clone());
    Ok(context.print_result(&RESTORED, record)?)
}
