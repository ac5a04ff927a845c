//! Opens another program's database: the layouts, the choice among them, the program's secrets.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use zeroize::Zeroizing;

use super::args::ProgramArgs;
use super::error;
use crate::commands::args::token::TokenSource;
use crate::commands::input::read_file;
use crate::commands::{CommandError, CommandResult, Context, Failure, Outcome};
use crate::host::Host;
use sessionctl_core::model::time::format_duration;
use sessionctl_foreign::detect::{Choice, Detected, detect};
use sessionctl_foreign::layout::Layout;
use sessionctl_foreign::ops::{self, Step, misfit};
use sessionctl_foreign::registry::Registry;
use sessionctl_foreign::source::{SourceFactory as _, Table};
use sessionctl_foreign::sqlite::SqliteFile;

/// The most bytes of the program's secrets.
const MAX_SECRET_BYTES: u64 = 64 * 1024;

/// What the environment sets for these commands.
pub struct Environment {
    /// `SESSIONCTL_APP_SECRET`.
    pub app_secret: Option<Zeroizing<String>>,
    /// The host of the database with the audit log: `SESSIONCTL_LOG_DB`, or the default one.
    pub log_host: Box<dyn Host>,
}

/// An open database with the layout that describes it.
pub(super) struct Database {
    pub(super) factory: SqliteFile,
    pub(super) detected: Detected,
    pub(super) secrets: Vec<Zeroizing<String>>,
    pub(super) log_host: Box<dyn Host>,
}

impl Database {
    /// Runs an act on the database; its steps are explained after it.
    pub(super) fn act<T>(
        &self,
        context: &mut Context,
        act: impl FnOnce(&mut ops::Context<'_>) -> Result<T, ops::OpsError>,
    ) -> CommandResult<T> {
        self.act_until_stopped(context, |cx, _| act(cx))
    }

    /// The same for an act that changes rows: it asks between its parts whether Ctrl-C was pressed.
    pub(super) fn act_until_stopped<T>(
        &self,
        context: &mut Context,
        act: impl FnOnce(&mut ops::Context<'_>, &mut dyn FnMut() -> bool) -> Result<T, ops::OpsError>,
    ) -> CommandResult<T> {
        let mut steps: Vec<Step> = Vec::new();
        let host = context.host.as_ref();
        let cx = &mut ops::Context {
            factory: &self.factory,
            detected: &self.detected,
            now: context.now,
            secrets: &self.secrets,
            trace: &mut |step| steps.push(step.clone()),
        };
        let result = act(cx, &mut || host.interrupted());
        for step in steps {
            context.ui.explain(&step.to_string());
        }
        result.map_err(|error| self.failure(&error, context))
    }

    /// The failure of an act on the database.
    pub(super) fn failure(&self, error: &ops::OpsError, context: &Context) -> CommandError {
        error::ops(error, &self.detected, context.host.database()).into()
    }

    pub(super) fn layout(&self) -> &Layout {
        &self.detected.plan.layout
    }

    /// What to know where no session matches: a lifetime that the user did not set may be another one.
    pub(super) fn settings_note(&self) -> Option<String> {
        let plan = &self.detected.plan;
        let defaults: Vec<String> = plan
            .settings
            .defaults()
            .map(|(name, value)| format!("{name} {}", format_duration(value)))
            .collect();
        let (first, _) = plan.settings.defaults().next()?;
        let program = &plan.layout.name;
        let (be, others) = match defaults.as_slice() {
            [_] => ("is the default of", "has another"),
            _ => ("are the defaults of", "has others"),
        };
        Some(format!(
            "{} {be} {program}; if its configuration {others}: --set {first}=DURATION",
            defaults.join(" and ")
        ))
    }

    /// Reports that no session matches.
    pub(super) fn report_no_match(&self, context: &mut Context) {
        context.ui.status("no session matches");
        if let Some(note) = self.settings_note() {
            context.ui.status(&note);
        }
    }

    /// The first line on standard error: which layout was used.
    pub(super) fn source_line(&self) -> String {
        let plan = &self.detected.plan;
        let mut line = format!(
            "{} (verified with {}), table {}",
            plan.layout.name, plan.layout.verified, plan.query.table
        );
        if plan.layout.verified == "source only" {
            line = format!("{} (not tried with the program), table {}", plan.layout.name, plan.query.table);
        }
        for (name, value) in plan.settings.iter() {
            let value = format_duration(value);
            line.push_str(&format!(", {name} {value}"));
        }
        if plan.users.is_none()
            && let Some(user) = &plan.layout.user
        {
            line.push_str(&format!("; there is no table {}, so users are shown by id", user.table));
        }
        if self.detected.by_columns_only() {
            line.push_str("; recognised by its columns only");
        }
        line
    }
}

/// Opens the database that the host names.
pub(super) fn open(
    program: &ProgramArgs,
    environment: Environment,
    context: &mut Context,
) -> CommandResult<Database> {
    let choice = choice(program, program.from.is_some() || program.layout.is_some())?;
    let path = context.host.database().to_owned();
    let factory = SqliteFile::new(&path);
    let examined = factory.reader().map_err(|error| error::source(&error, &path))?;
    let tables = examined.tables().map_err(|error| error::source(&error, &path))?;
    // A layout that is named, or that can describe a table of another name, may be any.
    let fitting = (program.from.is_none() && program.table.is_none()).then_some(tables.as_slice());
    let layouts = match &program.layout {
        Some(file) => vec![layout_file(file)?],
        None => named_layouts(program, &registry(program.from.as_deref(), fitting, context)?)?,
    };
    let detected = detect(examined.as_ref(), &tables, &layouts, &choice);
    for note in examined.notes() {
        context.ui.status(&note);
    }
    let given = program.layout.as_ref().and_then(|_| layouts.first());
    let detected = detected.map_err(|error| error::detection(&error, &path, given.map(Arc::as_ref)))?;
    examined.finish().map_err(|error| error::source(&error, &path))?;
    let secrets = secrets(program, &environment, context)?;
    let database = Database { factory, detected, secrets, log_host: environment.log_host };
    database.act(context, |cx| cx.check_secret())?;
    if !database.detected.is_proved() {
        let detected = &database.detected;
        let misfit = misfit(detected.rows_misfit, &database.layout().name);
        let column = detected.misfit_column.as_deref().unwrap_or_default();
        context
            .ui
            .warn(&format!("{misfit} (column {column}): the sessions are listed and cannot be changed"));
    }
    Ok(database)
}

/// The built-in layouts, of these tables or all, and those in the user's folder. A broken file is skipped with a
/// warning; one that is named is a usage error.
pub(in crate::commands) fn registry(
    named: Option<&str>,
    tables: Option<&[Table]>,
    context: &mut Context,
) -> CommandResult<Registry> {
    let built_in = tables.map_or_else(Registry::built_in, Registry::built_in_for);
    let mut registry = built_in.map_err(|error| {
        CommandError::from(Failure::of(Outcome::Failed, format!("a built-in layout is broken: {error}")))
    })?;
    if let Some(folder) = config_folder() {
        registry.add_folder(&folder);
    }
    for broken in registry.broken() {
        let fault = format!("layout file {}.toml: {}", broken.name, broken.why);
        if named == Some(broken.name.as_str()) {
            return Err(Failure::usage(fault).into());
        }
        context.ui.warn(&format!("skipped the {fault}"));
    }
    Ok(registry)
}

/// `$XDG_CONFIG_HOME/sessionctl/layouts` (XDG Base Directory Specification 0.8).
pub(in crate::commands) fn config_folder() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let config = set("XDG_CONFIG_HOME").filter(|path| path.is_absolute());
    let config = config.or_else(|| set("HOME").map(|home| home.join(".config")))?;
    Some(config.join("sessionctl").join("layouts"))
}

fn layout_file(file: &Path) -> Result<Arc<Layout>, Failure> {
    Registry::read(file).map_err(|why| {
        Failure::usage(format!("{}: {why}", file.display()))
            .hint("docs/adding-your-program.md describes the form; `sessionctl layout check` tests a file")
    })
}

fn named_layouts(program: &ProgramArgs, registry: &Registry) -> Result<Vec<Arc<Layout>>, Failure> {
    match &program.from {
        None => Ok(registry.layouts()),
        Some(name) => match registry.find(name) {
            Some(entry) => Ok(vec![Arc::clone(&entry.layout)]),
            None => Err(Failure::usage(format!("no layout '{name}'"))
                .hint("`sessionctl layout list` shows all; --layout FILE uses one of your own")),
        },
    }
}

/// The table and the settings that the arguments name.
pub(in crate::commands) fn choice(program: &ProgramArgs, named: bool) -> Result<Choice, Failure> {
    let set = program.set.iter().map(|pair| setting(pair)).collect::<Result<_, _>>()?;
    Ok(Choice { table: program.table.clone(), set, named })
}

fn setting(pair: &str) -> Result<(String, String), Failure> {
    match pair.split_once('=') {
        Some((key, value)) => Ok((key.to_owned(), value.to_owned())),
        None => Err(Failure::usage("--set takes KEY=VALUE, such as lifetime=120m")),
    }
}

/// The program's secrets, one a line: an older key that the program still accepts is a line of its own.
fn secrets(
    program: &ProgramArgs,
    environment: &Environment,
    context: &mut Context,
) -> CommandResult<Vec<Zeroizing<String>>> {
    let text = match program.app_secret.as_ref().map(|argument| &argument.0.0) {
        None => environment.app_secret.clone(),
        Some(TokenSource::Stdin) => Some(utf8(context.read_stdin(MAX_SECRET_BYTES)?)?),
        Some(TokenSource::File(path)) => {
            let cannot_read = CommandError::io("cannot read the file of --app-secret");
            Some(utf8(read_file(path, MAX_SECRET_BYTES).map_err(cannot_read)?)?)
        }
        Some(_) => {
            return Err(Failure::usage(
                "--app-secret takes - or @FILE: an argument is visible to other processes",
            )
            .hint("or set SESSIONCTL_APP_SECRET")
            .into());
        }
    };
    let is_given = program.app_secret.is_some();
    if is_given && text.as_ref().is_none_or(|text| text.trim().is_empty()) {
        return Err(Failure::usage("--app-secret: there is no secret in what was given").into());
    }
    let lines = text.as_ref().map(|text| text.lines().map(str::trim).filter(|line| !line.is_empty()));
    Ok(lines.into_iter().flatten().map(|line| Zeroizing::new(line.to_owned())).collect())
}

fn utf8(bytes: Zeroizing<Vec<u8>>) -> Result<Zeroizing<String>, Failure> {
    match std::str::from_utf8(&bytes) {
        Ok(text) => Ok(Zeroizing::new(text.to_owned())),
        Err(_) => Err(Failure::usage("the program's secret is not UTF-8")),
    }
}

impl Environment {
    /// The environment of a process, with this host for the audit log.
    #[must_use]
    pub fn of(app_secret: Option<OsString>, log_host: Box<dyn Host>) -> Self {
        let text = app_secret.filter(|value| !value.is_empty()).and_then(|value| value.into_string().ok());
        Environment { app_secret: text.map(Zeroizing::new), log_host }
    }
}
