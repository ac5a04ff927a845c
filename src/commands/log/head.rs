//! `log head` and `log verify`: what an auditor keeps elsewhere, and what it proves.

use std::io::Read;
use std::path::Path;
use std::time::Duration;

use crate::commands::{CommandResult, Context, Failure, Outcome};
use crate::output::{Format, Record, ResultWord, ResultWords, View};
use sessionctl_core::counted;
use sessionctl_core::store::{LogHead, LogVerdict, Signatures, Store};

pub(in crate::commands) const HEAD: View =
    View { noun: "heads", singular: "head", fields: &["head", "event"], columns: &["head", "event"] };

pub(in crate::commands) const CHAIN: View = View {
    noun: "logs",
    singular: "log",
    fields: &["events", "head", "result", "reason"],
    columns: &["events", "head", "result", "reason"],
};

/// What was found.
pub(in crate::commands) const WORDS: ResultWords = ResultWords::new(&[
    ("consistent", "each event follows from the one before it"),
    ("broken", "an event does not follow from the one before it"),
    ("head_missing", "the log does not contain the kept head"),
    ("unsigned", "the key signed nothing"),
    ("other_key", "another key signed a part"),
]);

/// More than `log head` prints in any format.
const MAX_HEAD_BYTES: u64 = 64 * 1024;

/// The age of an event without a seal from which on it seems that nobody seals.
const MAX_UNSEALED_AGE: Duration = Duration::from_secs(60);

/// Prints the head.
pub(super) fn print(context: &mut Context) -> CommandResult<Outcome> {
    context.ui.check_fields(&HEAD)?;
    context.ui.explain(
        "read the hash of the newest event: each hash contains the one before it, so that this one covers the whole log",
    );
    let head = context.host.open_to_read()?.head()?;
    let options = context.ui.options();
    if options.format == Format::Table && options.fields.is_none() {
        context.ui.bare(&head.to_string())?;
    } else {
        let record = Record::new().with("head", head.to_string()).with("event", head.event);
        context.ui.record(&HEAD, record)?;
    }
    Ok(Outcome::Done)
}

/// What is wrong with a log.
struct Fault {
    /// In a word.
    result: ResultWord,
    /// In a sentence.
    reason: String,
    /// What to do about it.
    hint: Option<&'static str>,
}

/// Checks the chain, and that it contains a head that was kept.
pub(super) fn verify(
    kept: Option<&Path>,
    signer: Option<&Path>,
    context: &mut Context,
) -> CommandResult<Outcome> {
    context.exit_code_answers = true;
    context.ui.check_fields(&CHAIN)?;
    let kept = kept.map(|path| read(path, context)).transpose()?;
    let signer = signer.map(public_key).transpose()?;
    context.ui.explain(
        "hash each event with the hash of the one before it, and compare; SQLite counts the events separately, so that \
         a truncated end shows",
    );
    let store = context.host.open_to_read()?;
    let (events, head) = match store.verify_log()? {
        LogVerdict::Consistent { events, head } => (events, head),
        LogVerdict::Broken { at, why } => {
            let fault = Fault {
                result: const { WORDS.word("broken") },
                reason: format!("the log breaks at event {at}: {why}"),
                hint: Some("events from there on prove nothing; compare the log with a backup"),
            };
            // For a person, the message is the whole answer.
            if !context.ui.results.wants_text() {
                context.ui.record(&CHAIN, record(None, Some(&fault)))?;
            }
            return Ok(report(&fault, context));
        }
    };
    let signatures = signer.map(|signer| store.signatures(&signer)).transpose()?;
    let fault = match (signatures.as_ref().and_then(unsigned), &kept) {
        (None, Some(kept)) => missing(kept, store.as_ref())?,
        (fault, _) => fault,
    };
    let answer = record(Some((events, head)), fault.as_ref());
    if context.ui.results.wants_text() {
        context.ui.results.present_fields(&CHAIN, answer, &[])?;
    } else {
        context.ui.record(&CHAIN, answer)?;
    }
    report_unsealed(store.as_ref(), context)?;
    if let Some(fault) = fault {
        return Ok(report(&fault, context));
    }
    if let Some(signatures) = signatures {
        let (signed, events) = (signatures.events, counted(events, "event", "events"));
        context.ui.status(&format!("the key signed the log up to {signed} of {events}"));
    }
    report_consistent(kept.as_ref(), context);
    Ok(Outcome::Done)
}

fn report_consistent(kept: Option<&LogHead>, context: &mut Context) {
    context.ui.status(&match kept {
        None => {
            "consistent: each event follows from the one before it; compare the head with one that you kept"
                .to_owned()
        }
        Some(kept) => format!("consistent, and the kept head is event {} of this log", kept.event),
    });
}

/// The answer; of a chain that breaks, neither how many events it has nor its head is known.
fn record(chain: Option<(u64, String)>, fault: Option<&Fault>) -> Record {
    let (events, head) = chain.unzip();
    Record::new()
        .with("events", events)
        .with("head", head)
        .with("result", fault.map_or(const { WORDS.word("consistent") }, |fault| fault.result))
        .with("reason", fault.map(|fault| fault.reason.clone()))
}

fn report(fault: &Fault, context: &mut Context) -> Outcome {
    context.ui.error(&fault.reason);
    if let Some(hint) = fault.hint {
        context.ui.hint(hint);
    }
    Outcome::Failed
}

#[cfg(feature = "postgres")]
fn public_key(file: &Path) -> CommandResult<[u8; 32]> {
    let read = crate::host::seal_key::public(file);
    read.map_err(|error| Failure::of(Outcome::Failed, error.to_string()).into())
}

#[cfg(not(feature = "postgres"))]
fn public_key(_file: &Path) -> CommandResult<[u8; 32]> {
    Err(Failure::usage("this program has no store whose log is signed").into())
}

/// What is wrong where a key did not sign a log, or not alone. Each signature was checked with the chain.
fn unsigned(signatures: &Signatures) -> Option<Fault> {
    if let Some(other) = signatures.other {
        let reason = format!("seal {other} is signed by another key");
        return Some(Fault { result: const { WORDS.word("other_key") }, reason, hint: None });
    }
    (signatures.events == 0).then(|| Fault {
        result: const { WORDS.word("unsigned") },
        reason: "the key signed nothing of this log".to_owned(),
        hint: Some("`sessionctl log seal --seal-key FILE` signs what is sealed from then on"),
    })
}

/// Reports the events that the chain does not contain yet. Where sealing works, they are seconds old.
fn report_unsealed(store: &dyn Store, context: &mut Context) -> CommandResult<()> {
    let unsealed = store.unsealed()?;
    let Some(oldest) = unsealed.oldest else { return Ok(()) };
    let age = context.present().since(oldest);
    let text = format!(
        "{} not sealed yet, the oldest {} s old",
        counted(unsealed.events, "event is", "events are"),
        age.as_secs()
    );
    if age > MAX_UNSEALED_AGE {
        context.ui.warn(&format!("{text}: nobody seals the log; a command that writes does, as it ends"));
    } else {
        context.ui.status(&text);
    }
    Ok(())
}

/// What is wrong where a log does not contain a head that was kept.
fn missing(kept: &LogHead, store: &dyn Store) -> CommandResult<Option<Fault>> {
    if store.contains_head(kept)? {
        return Ok(None);
    }
    let why = if store.head()?.database_id == kept.database_id {
        "the log was rewritten, or the database is older than the head"
    } else {
        "the head is of another database"
    };
    let reason = format!("the kept head, event {}, is not in this log: {why}", kept.event);
    Ok(Some(Fault { result: const { WORDS.word("head_missing") }, reason, hint: None }))
}

/// Reads the kept head: from a file, or from the value itself where that is a head and no file.
fn read(path: &Path, context: &mut Context) -> CommandResult<LogHead> {
    // Written as where a token is read from a file, as long as no file has that name.
    let path = match path.to_str().and_then(|path| path.strip_prefix('@')) {
        Some(file) if !path.exists() => Path::new(file),
        _ => path,
    };
    let is_stdin = path == Path::new("-");
    if let Some(head) = path.to_str().and_then(LogHead::find)
        && !path.exists()
    {
        return Ok(head);
    }
    let place = if is_stdin { "standard input".to_owned() } else { path.display().to_string() };
    let failure = |error: std::io::Error| {
        Failure::of(Outcome::Failed, format!("cannot read the head in {place}: {error}"))
    };
    let mut source: Box<dyn Read + '_> = match is_stdin {
        true => Box::new(&mut context.stdin),
        false => Box::new(std::fs::File::open(path).map_err(failure)?),
    };
    let mut text = String::new();
    source.by_ref().take(MAX_HEAD_BYTES).read_to_string(&mut text).map_err(failure)?;
    let message = || format!("{place} holds no head, as `sessionctl log head` prints one");
    LogHead::find(&text).ok_or_else(|| Failure::usage(message()).into())
}
