//! `user import`: many users from a file or standard input, all of them or none.

mod csv;
mod fields;
mod read;

use std::ops::ControlFlow;
use std::path::PathBuf;

use clap::{Args, ValueHint};

use crate::commands::{CommandResult, Context, Failure, Outcome};
use crate::host::HostError;
use crate::output::{Format, Record, ResultWord, ResultWords, View};
use fields::Fault as LineFault;
use read::Line;
use sessionctl_core::counted;
use sessionctl_core::ops::import::{self, Fault, Imported, ImportedUser};
use sessionctl_core::store::StoreError;

/// What became of a line of the input.
pub(in crate::commands) const LINE: View = View {
    noun: "users",
    singular: "user",
    fields: &["line", "name", "result", "reason"],
    columns: &["line", "name", "result", "reason"],
};

/// What became of a line's user.
pub(super) const WORDS: ResultWords = ResultWords::new(&[
    ("added", "the user was added"),
    ("valid", "the user would be added (--dry-run, or because of a faulty line nobody was)"),
    ("exists", "a user of the name exists already"),
    ("invalid", "the line is faulty: see reason"),
]);

/// Faulty lines that are named, at most; the others are counted.
const MAX_NAMED_FAULTS: usize = 100;

/// Add users from JSON lines, or from CSV with a header line
///
/// Each user has a `name`, and a `password` or a `password_hash`: an argon2id hash in a PHC string, as other systems
/// export it. A user that a key or a column disables (`disabled` true, `disabled_at` set, `active` false) is a fault: here it
/// would be enabled. Other keys and columns are ignored. If a name in a CSV file begins with an apostrophe before = + - @ or
/// another apostrophe, the first apostrophe is left out, because --format csv writes it. A password is one line, taken
/// exactly as it is. Either all users are added or none. If a line is faulty, each faulty line is reported with its
/// number. Passwords obey the same rules as those of `user add`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  What would be added, and which lines are faulty?
    sessionctl user import users.csv --dry-run
  From standard input, and again after more users were added to the file
    sessionctl user import - --if-missing < users.jsonl

The input, as JSON lines or as CSV:
  {\"name\":\"alice\",\"password\":\"a long enough password\"}
  {\"name\":\"bob\",\"password_hash\":\"$argon2id$v=19$m=65536,t=3,p=4$…$…\"}

  name,password
  alice,a long enough password")]
pub(super) struct ImportArgs {
    /// The file; - or nothing is standard input
    #[arg(value_name = "FILE", default_value = "-", hide_default_value = true, value_hint = ValueHint::FilePath)]
    file: PathBuf,

    /// Check every line, and add nobody
    #[arg(long)]
    dry_run: bool,

    /// Leave out the users that exist already
    #[arg(long)]
    if_missing: bool,
}

pub(super) fn run(args: &ImportArgs, context: &mut Context) -> CommandResult<Outcome> {
    context.ui.check_fields(&LINE)?;
    let mut input = read::open(&args.file, context)?;
    let read = read::read(input.as_mut())?;
    if !read.ignored.is_empty() {
        context.ui.warn(&format!("ignored: {}", read.ignored.join(", ")));
    }
    if read.lines.is_empty() {
        return Err(Failure::of(Outcome::NotFound, "the input holds no user").into());
    }
    let mut plan = Plan::new(read.lines);
    plan.check(args.if_missing, context)?;
    if plan.is_faulty() {
        plan.report(const { WORDS.word("valid") }, context)?;
        return Err(plan.refusal());
    }
    if args.dry_run {
        plan.report(const { WORDS.word("valid") }, context)?;
        let what = plan.summary("would be added");
        context.ui.status(&format!("dry run: {what}; nothing was changed"));
        return Ok(Outcome::Done);
    }
    add(plan, context)
}

fn add(mut plan: Plan, context: &mut Context) -> CommandResult<Outcome> {
    let mut store = context.host.open_to_write()?;
    let users = std::mem::take(&mut plan.users);
    let mut progress = context.progress.start("passwords hashed", Some(users.len() as u64));
    let imported = context.act_printing(store.as_mut(), |cx, _, host| {
        import::import(cx, &users, &mut |hashed| {
            progress.reached(hashed);
            if host.interrupted() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
    });
    progress.finish();
    match imported? {
        Imported::Done => {
            plan.report(const { WORDS.word("added") }, context)?;
            let what = plan.summary("added");
            context.ui.status(&what);
            Ok(Outcome::Done)
        }
        Imported::Stopped => Err(Failure::of(Outcome::Interrupted, "interrupted; nobody was added").into()),
        _ => Err(Failure::of(
            Outcome::Refused,
            "users of the same names were added meanwhile; nobody was added",
        )
        .hint("run it again with --if-missing")
        .into()),
    }
}

/// The lines of the input, and what is to become of each.
struct Plan {
    lines: Vec<Planned>,
    users: Vec<ImportedUser>,
}

struct Planned {
    line: u64,
    name: Option<String>,
    verdict: Verdict,
}

enum Verdict {
    Add,
    Exists,
    Faulty { why: String, taken: bool },
}

impl Plan {
    fn new(read: Vec<Line>) -> Self {
        let (mut lines, mut users) = (Vec::with_capacity(read.len()), Vec::with_capacity(read.len()));
        for Line { number, user } in read {
            let (name, verdict) = match user {
                Ok(user) => {
                    let name = user.name.as_str().to_owned();
                    users.push(user);
                    (Some(name), Verdict::Add)
                }
                Err(LineFault { name, why }) => (name, Verdict::Faulty { why, taken: false }),
            };
            lines.push(Planned { line: number, name, verdict });
        }
        Plan { lines, users }
    }

    /// Checks the users that could be read. Where they may exist, those that do are left out.
    fn check(&mut self, if_missing: bool, context: &mut Context) -> CommandResult<()> {
        let store = match context.host.open_to_read() {
            Ok(store) => Some(store),
            // The first user creates the database.
            Err(HostError::Store(StoreError::Missing)) => None,
            Err(error) => return Err(error.into()),
        };
        let faults = import::check(store.as_deref(), &self.users)?;
        let mut readable: Vec<&mut Planned> =
            self.lines.iter_mut().filter(|line| matches!(line.verdict, Verdict::Add)).collect();
        let mut existing = Vec::new();
        for (place, fault) in faults {
            let Some(line) = readable.get_mut(place) else { continue };
            line.verdict = match fault {
                Fault::Taken if if_missing => {
                    existing.push(place);
                    // As it is stored, whichever spelling the line has.
                    if let Some(store) = &store
                        && let Some(user) = store.user(&self.users[place].name)?
                    {
                        line.name = Some(user.name.as_str().to_owned());
                    }
                    Verdict::Exists
                }
                fault => Verdict::Faulty { why: fault.to_string(), taken: fault == Fault::Taken },
            };
        }
        let mut place = 0;
        self.users.retain(|_| {
            place += 1;
            existing.binary_search(&(place - 1)).is_err()
        });
        Ok(())
    }

    fn faults(&self) -> impl Iterator<Item = (&Planned, &str, bool)> {
        self.lines.iter().filter_map(|line| match &line.verdict {
            Verdict::Faulty { why, taken } => Some((line, why.as_str(), *taken)),
            _ => None,
        })
    }

    fn is_faulty(&self) -> bool {
        self.faults().next().is_some()
    }

    /// Prints a record for each line in a format that a script reads, and the faults as messages for a person.
    fn report(&self, good: ResultWord, context: &mut Context) -> CommandResult<()> {
        let options = context.ui.options();
        if options.format != Format::Table || options.fields.is_some() {
            // A number or a list of names is one of the users that were added, or would be.
            let only_added = matches!(options.format, Format::Ids | Format::Count);
            let is_added = |line: &&Planned| !self.is_faulty() && matches!(line.verdict, Verdict::Add);
            let mut list = context.ui.list(&LINE)?;
            for line in self.lines.iter().filter(|line| !only_added || is_added(line)) {
                list.push(line.record(good))?;
            }
            list.finish(None)?;
            if !only_added {
                return Ok(());
            }
        }
        for (line, why, _) in self.faults().take(MAX_NAMED_FAULTS) {
            let name = line.name.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
            context.ui.error(&format!("line {}{name}: {why}", line.line));
        }
        let more = self.faults().count().saturating_sub(MAX_NAMED_FAULTS);
        if more > 0 {
            let more = counted(more, "more line is faulty", "more lines are faulty");
            context.ui.error(&format!("{more}; --format csv shows all"));
        }
        Ok(())
    }

    /// What became of the users, in words.
    fn summary(&self, done: &str) -> String {
        let count = |wanted: fn(&Verdict) -> bool| {
            self.lines.iter().filter(|line| wanted(&line.verdict)).count() as u64
        };
        let added = count(|verdict| matches!(verdict, Verdict::Add));
        let users = counted(added, "user", "users");
        match count(|verdict| matches!(verdict, Verdict::Exists)) {
            0 => format!("{users} {done}"),
            many => format!("{users} {done}, {}", counted(many, "exists already", "exist already")),
        }
    }

    /// Why nothing was imported: refused where all faulty lines hold names that exist, a usage error for any other fault.
    fn refusal(&self) -> crate::commands::CommandError {
        let (all, taken) = self
            .faults()
            .fold((0, 0), |(all, taken), (_, _, is_taken)| (all + 1, taken + u64::from(is_taken)));
        let faults = match taken == all {
            true => counted(all, "user exists already", "users exist already"),
            false => counted(all, "line is faulty", "lines are faulty"),
        };
        let message = format!("{faults}; nobody was added");
        let has_foreign_hash = self.faults().any(|(_, why, _)| why == fields::FOREIGN_HASH);
        match taken == all {
            true => Failure::of(Outcome::Refused, message).hint("--if-missing leaves out users that exist"),
            false if self.faults().any(|(_, why, _)| why == fields::DISABLED_USER) => Failure::usage(message)
                .hint("import such a user without that key or column, then `sessionctl user disable NAME`"),
            false if has_foreign_hash => {
                Failure::usage(message).hint("give a password, or let the user set one")
            }
            false => Failure::usage(message).hint("a user is added only with all others of the input"),
        }
        .into()
    }
}

impl Planned {
    fn record(&self, good: ResultWord) -> Record {
        let (result, why) = match &self.verdict {
            Verdict::Add => (good, None),
            Verdict::Exists => (const { WORDS.word("exists") }, None),
            Verdict::Faulty { why, taken: true } => (const { WORDS.word("exists") }, Some(why.clone())),
            Verdict::Faulty { why, .. } => (const { WORDS.word("invalid") }, Some(why.clone())),
        };
        Record::new()
            .with("line", self.line)
            .with("name", self.name.clone())
            .with("result", result)
            .with("reason", why)
    }
}
