//! A command's context, from the global options, the environment and the terminal.

use std::io::{self, IsTerminal as _};
use std::path::Path;
use std::sync::Arc;

use super::environment::{DB_VARIABLE, Environment, InvalidVariable};
use super::global::GlobalArgs;
use super::pager;
use super::progress::ProgressStyle;
use super::prompt::TerminalPrompt;
use super::redact::redact_credentials;
use super::terminal::{ColorChoice, Terminal};
use crate::commands::Context;
use crate::commands::input::wiped_input;
use crate::commands::shell_word::word;
use crate::host::clock::HostClock;
use crate::host::random::OsRandomness;
use crate::host::zone::{unknown_name, zone};
use crate::host::{Location, StoreActivity, SystemHost, actor};
use crate::output::{Format, Ui, UiOptions};
use sessionctl_core::model::time::{When, Zone};

/// A command's context, and what the end of the program needs besides.
pub(super) struct Setup {
    pub(super) context: Context,
    /// What happens to the database.
    pub(super) activity: Arc<StoreActivity>,
    /// The environment variable that names the database, if one does.
    pub(super) db_variable: Option<&'static str>,
}

/// On which database the commands act that messages suggest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Suggested {
    /// The one that `--db` names: suggested commands name it too.
    OnNamedDatabase,
    /// The audit log's, or none: `--db` names another program's database.
    OnOtherDatabase,
}

/// Prepares a command.
pub(super) fn prepare(mut global: GlobalArgs, suggested: Suggested) -> Result<Setup, InvalidVariable> {
    let environment = Environment::read();
    let format_is_preset = global.format.is_none();
    if format_is_preset {
        global.format = environment.format()?;
    }
    let named_database = match suggested {
        Suggested::OnNamedDatabase => global.db.as_deref().map(suggested_name),
        Suggested::OnOtherDatabase => None,
    };
    let (location, db_variable) = match (global.log_database.take(), global.db.take(), environment.db) {
        (Some(log), _, _) => (log.location, log.variable),
        (None, Some(given), _) => (Location::find_argument(&given), None),
        (None, None, given) => (Location::find(given.as_deref()), given.is_some().then_some(DB_VARIABLE)),
    };
    let terminal = Terminal::look(global.color);
    console::set_colors_enabled_stderr(terminal.stderr_color);
    let system = HostClock::system();
    let clock = match global.now {
        Some(when) => fixed_clock(when, &system),
        None => system,
    };
    let now = clock.now();
    let actor = actor::current();
    let is_unverified = location.as_ref().is_ok_and(Location::is_unverified);
    let host = SystemHost::new(location, clock, actor.clone());
    let activity = host.activity();
    let paging = paging(&global, terminal, &activity);
    let (stdout, stderr) = pager::streams(paging);
    let mut context = Context {
        prompt: Box::new(TerminalPrompt::new(global.no_input, terminal.escapes)),
        host: Box::new(host),
        progress: Box::new(progress_style(&global, terminal)),
        now,
        clock_is_behind: false,
        clock_was_behind: false,
        random: Box::new(OsRandomness::new()),
        actor,
        yes: global.yes,
        stdin: wiped_input::stdin(),
        stdin_is_terminal: io::stdin().is_terminal(),
        env_token: environment.token,
        exit_code_answers: false,
        ui: Ui::new(
            stdout,
            stderr,
            UiOptions { format_is_preset, named_database, ..options(global, terminal, now) },
        ),
    };
    if let Some(name) = unknown_name() {
        context.ui.warn(&format!("TZ={} is not known: times are UTC", redact_credentials(&name)));
    }
    if is_unverified {
        context.ui.warn(
            "sslmode=require does not check who answers: whoever can redirect the connection reads and changes everything",
        );
    }
    Ok(Setup { context, activity, db_variable })
}

/// The clock of `--now`.
fn fixed_clock(when: When, system: &HostClock) -> HostClock {
    let fixed = HostClock::fixed(when.resolve(system.now(), zone()));
    let is_unknown = when.is_local() && matches!(zone(), Zone::Unknown);
    if is_unknown { fixed.in_unknown_zone() } else { fixed }
}

/// A database as suggested commands name it.
pub(super) fn suggested_name(path: &Path) -> String {
    word(&redact_credentials(&path.to_string_lossy()))
}

fn progress_style(global: &GlobalArgs, terminal: Terminal) -> ProgressStyle {
    // A bar is drawn with escape sequences.
    match (global.quiet, terminal.stderr && terminal.escapes, global.verbose > 0) {
        (true, _, _) => ProgressStyle::Silent,
        (false, true, _) => ProgressStyle::Bar,
        (false, false, true) => ProgressStyle::Lines,
        (false, false, false) => ProgressStyle::Silent,
    }
}

/// What comes below a table on the same screen: its total, and the prompt of the shell.
const BELOW_ROWS: usize = 2;

/// A pager for tables on a terminal that can show one.
fn paging(global: &GlobalArgs, terminal: Terminal, activity: &Arc<StoreActivity>) -> Option<pager::Paging> {
    let table = global.format.is_none_or(|format| format == Format::Table);
    let rows = terminal.rows.filter(|_| table && !global.no_pager)?;
    let command = pager::command(|name| std::env::var_os(name))?;
    let rows = usize::from(rows).saturating_sub(BELOW_ROWS);
    let color = global.color == ColorChoice::Always || pager::shows_colors(&command);
    Some(pager::Paging { command, rows, color, activity: Arc::clone(activity) })
}

fn options(
    global: GlobalArgs,
    terminal: Terminal,
    now: sessionctl_core::model::time::Timestamp,
) -> UiOptions {
    UiOptions {
        format: global.format.unwrap_or(Format::Table),
        format_is_preset: false,
        fields: global.fields.map(|names| names.iter().map(|name| name.trim().replace('-', "_")).collect()),
        color: terminal.color,
        stderr_color: terminal.stderr_color,
        quiet: global.quiet,
        verbose: global.verbose > 0,
        explain: global.explain,
        stdout_is_terminal: terminal.stdout,
        stderr_is_terminal: terminal.stderr,
        width: terminal.width,
        rows: terminal.rows,
        shared_streams: terminal.shared,
        stderr_width: terminal.stderr_width,
        unicode: terminal.unicode,
        named_database: None,
        now,
        zone: zone(),
    }
}
