//! `db clock`: compares the clock with the latest event, and corrects a false future.

use clap::Args;

use crate::commands::{CommandResult, Context, Failure, Outcome};
use crate::output::{Record, ResultWord, ResultWords, Value, View};
use sessionctl_core::counted;
use sessionctl_core::model::time::approximate_duration;
use sessionctl_core::ops::clock::{self, ClockReading};
use sessionctl_core::store::ClockCorrection;

pub(in crate::commands) const CLOCK: View = View {
    noun: "clocks",
    singular: "clock",
    fields: &["system_time", "latest_event_at", "offset", "verdict"],
    columns: &["system_time", "latest_event_at", "offset", "verdict"],
};

pub(in crate::commands) const CORRECTION: View = View {
    noun: "corrections",
    singular: "correction",
    fields: &["system_time", "latest_event_at", "ended_sessions", "retired_keys", "result"],
    columns: &["system_time", "latest_event_at", "ended_sessions", "retired_keys", "result"],
};

/// What became of the correction.
pub(super) const WORDS: ResultWords = ResultWords::new(&[
    ("accepted", "the time of the clock is the present"),
    ("planned", "nothing was changed (--dry-run)"),
]);

/// Compare the clock with the latest event, and correct a false future
///
/// Where the clock is more than 5 minutes behind the latest event, one of the two is wrong, no session is reported as
/// active, and nothing is issued; revoke, logout and user disable work all the same. If the clock is wrong, set it. If
/// the event is wrong, because a clock was far ahead by mistake, --accept makes the clock's time the present again. It
/// ends every session that was issued or seen later than the clock shows, or got a token or a deadline then, retires
/// the keys that may have signed a JWT then, and is recorded in the audit log. It also ends sessions that were only
/// used while the clock was ahead, although no event was written.
///
/// `offset` is by how many seconds the latest event is later than the clock; `verdict` is ok or behind.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  sessionctl db clock
  sessionctl db clock --accept --dry-run
  sessionctl db clock --accept --yes")]
pub(super) struct ClockArgs {
    /// Accept the clock: end what was issued or seen later than it shows
    #[arg(long)]
    accept: bool,

    /// Show what would end, and change nothing
    #[arg(long, requires = "accept")]
    dry_run: bool,
}

pub(super) fn run(args: &ClockArgs, context: &mut Context) -> CommandResult<Outcome> {
    if args.accept {
        return accept(args.dry_run, context);
    }
    context.ui.check_fields(&CLOCK)?;
    context.ui.explain("compare the system's clock with the time of the latest event in the audit log");
    let store = context.host.open_to_read()?;
    let reading = clock::read(store.as_ref(), context.now)?;
    let ClockReading { now, latest, is_behind } = reading;
    let record = Record::new()
        .with("system_time", now)
        .with("latest_event_at", latest)
        .with("offset", latest.map(|latest| latest.unix().saturating_sub(now.unix())))
        .with("verdict", Value::Word(if is_behind { "behind" } else { "ok" }));
    context.ui.record(&CLOCK, record)?;
    if let Some(latest) = latest.filter(|_| is_behind) {
        context.ui.warn(&format!(
            "the clock is {} behind the latest event: no session is reported as active",
            approximate_duration(latest.since(now))
        ));
        context
            .ui
            .hint("set the clock if it is wrong; if it is right, correct the false future with --accept");
    } else if !store.is_sandbox()? {
        let ahead = store.count(&clock::seen_ahead(now), now)?;
        if ahead > 0 {
            let sessions = counted(ahead, "session was", "sessions were");
            context
                .ui
                .warn(&format!("{sessions} seen later than the clock shows, so that idle time is longer"));
            context.ui.hint("if the clock is right, --accept ends them");
        }
    }
    Ok(Outcome::Done)
}

fn accept(dry_run: bool, context: &mut Context) -> CommandResult<Outcome> {
    context.ui.check_fields(&CORRECTION)?;
    let mut store = context.host.open_to_write_existing()?;
    let Some(planned) = context.act(store.as_mut(), |cx| clock::accept(cx, false))? else {
        return Err(none().into());
    };
    if dry_run {
        print(&planned, const { WORDS.word("planned") }, context)?;
        context.ui.status(&format!("dry run: {}; nothing was changed", sentence(&planned, "would end")));
        return Ok(Outcome::Done);
    }
    confirm(&planned, context)?;
    let Some(done) = context.act(store.as_mut(), |cx| clock::accept(cx, true))? else {
        return Err(none().into());
    };
    print(&done, const { WORDS.word("accepted") }, context)?;
    context.ui.status(&format!("{} is the present; {}", done.clock, sentence(&done, "ended")));
    Ok(Outcome::Done)
}

fn none() -> Failure {
    Failure::of(
        Outcome::NotFound,
        "the clock is not behind the latest event, nor the latest use of a session; nothing was changed",
    )
}

fn confirm(planned: &ClockCorrection, context: &mut Context) -> CommandResult<()> {
    if context.yes {
        return Ok(());
    }
    if !context.prompt.is_interactive() {
        let why = "accepting the clock needs confirmation, and there is no terminal to ask on";
        return Err(Failure::usage(why).hint("add --yes; --dry-run shows what would end").into());
    }
    context.ui.status(&format!(
        "the latest event was at {}; {}",
        planned.latest,
        sentence(planned, "will end")
    ));
    if context.prompt.confirm(&format!("Is it {} now?", planned.clock))? {
        return Ok(());
    }
    Err(Failure::of(Outcome::Failed, "not confirmed; nothing was changed").into())
}

fn sentence(correction: &ClockCorrection, verb: &str) -> String {
    let sessions = counted(correction.ended.len(), "session", "sessions");
    let ended = format!("{sessions} that the false future issued or saw {verb}");
    match correction.retired_keys.len() {
        0 => ended,
        keys => {
            format!("{ended}, and {}", counted(keys, "signing key is retired", "signing keys are retired"))
        }
    }
}

fn print(correction: &ClockCorrection, result: ResultWord, context: &mut Context) -> CommandResult<()> {
    let ids: Vec<i64> = correction.ended.iter().map(|id| id.get()).collect();
    let record = Record::new()
        .with("system_time", correction.clock)
        .with("latest_event_at", correction.latest)
        .with("ended_sessions", Value::Json(ids.into()))
        .with("retired_keys", correction.retired_keys.clone())
        .with("result", result);
    Ok(context.print_result(&CORRECTION, record)?)
}
