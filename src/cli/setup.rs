//! Makes a command's context of the global flags, the environment and the terminal.

use std::fs::File;
use std::io::{self, IsTerminal as _, Write};
use std::os::fd::AsFd as _;
use std::rc::Rc;

use zeroize::Zeroizing;

use super::global::GlobalArgs;
use super::host::{ProgressStyle, StoreActivity, SystemHost, usual_path};
use super::prompt::TerminalPrompt;
use super::random::OsRandomness;
use super::terminal::Terminal;
use super::{actor, clock, input};
use crate::commands::Context;
use crate::output::{Ui, UiOptions};

/// The context, and what will be known of the database at the end.
pub(super) fn context(global: GlobalArgs) -> (Context, Rc<StoreActivity>) {
    let terminal = Terminal::look(global.color);
    console::set_colors_enabled_stderr(terminal.stderr_color);
    let present = clock::now();
    let now = global.now.map_or(present, |when| when.resolve(present));
    let actor = actor::current();
    let traces = Rc::new(StoreActivity::default());
    let telling = match (global.quiet, terminal.stderr, global.verbose > 0) {
        (true, _, _) => ProgressStyle::Silent,
        (false, true, _) => ProgressStyle::Bar,
        (false, false, true) => ProgressStyle::Lines,
        (false, false, false) => ProgressStyle::Silent,
    };
    let machine = SystemHost {
        path: global.db.clone().or_else(usual_path),
        now,
        clock_overridden: global.now.is_some(),
        actor: actor.clone(),
        telling,
        traces: Rc::clone(&traces),
    };
    let no_input = global.no_input;
    let context = Context {
        prompt: Box::new(TerminalPrompt::new(no_input)),
        host: Box::new(machine),
        now,
        clock_overridden: global.now.is_some(),
        random: Box::new(OsRandomness::new()),
        actor,
        yes: global.yes,
        stdin: input::stdin(),
        stdin_is_terminal: io::stdin().is_terminal(),
        env_token: env_token(),
        ui: Ui::new(stdout(), Box::new(io::stderr()), options(global, terminal, now)),
    };
    (context, traces)
}

fn options(
    global: GlobalArgs,
    terminal: Terminal,
    now: sessionctl_core::model::time::Timestamp,
) -> UiOptions {
    UiOptions {
        format: global.format,
        fields: global.fields,
        color: terminal.color,
        stderr_color: terminal.stderr_color,
        quiet: global.quiet,
        verbose: global.verbose > 0,
        explain: global.explain,
        stdout_terminal: terminal.stdout,
        unicode: terminal.unicode,
        now,
        utc_offset: None,
    }
}

/// Standard output itself: the standard library's would gather a second time, line by line.
fn stdout() -> Box<dyn Write> {
    match io::stdout().as_fd().try_clone_to_owned() {
        Ok(descriptor) => Box::new(File::from(descriptor)),
        Err(_) => Box::new(io::stdout()),
    }
}

/// An empty variable counts as one that is not set.
fn env_token() -> Option<Zeroizing<String>> {
    let token = std::env::var_os("SESSIONCTL_TOKEN")?.into_string();
    // What is not UTF-8 is no token, and is refused as such where it is used.
    let token = Zeroizing::new(token.unwrap_or_else(|odd| odd.to_string_lossy().into_owned()));
    (!token.is_empty()).then_some(token)
}
