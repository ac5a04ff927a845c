//! `verify` on another program's table: one word, or none where the answer cannot be determined.

use super::args::VerifyArgs;
use super::open::Database;
use super::record::{FOREIGN_SESSION, session_record};
use crate::commands::{CommandResult, Context, Failure, Outcome};
use crate::output::{Format, Record, ResultWord, ResultWords, View};
use sessionctl_foreign::ops::{self, Answer, Verified};

/// The answer.
pub(in crate::commands) const WORDS: ResultWords = ResultWords::new(&[
    ("active", "the program would accept the token"),
    ("expired", "its session has reached a limit"),
    ("revoked", "its session was ended by the program"),
    ("unknown", "no session has the token"),
    ("refused", "the program would refuse it: see why"),
]);

pub(in crate::commands) const ANSWER: View = View {
    noun: "answers",
    singular: "answer",
    fields: &["result", "why", "session"],
    columns: &["result", "why"],
};

pub(super) fn run(
    args: &VerifyArgs,
    database: &mut Database,
    context: &mut Context,
) -> CommandResult<Outcome> {
    context.require_word(&ANSWER)?;
    for (given, option) in [
        (!args.scope.is_empty(), "--scope"),
        (args.app.is_some(), "--app"),
        (args.max_auth_age.is_some(), "--max-auth-age"),
        (args.ip.is_some(), "--ip"),
        (args.batch, "--batch"),
    ] {
        if given {
            let layout = &database.layout().name;
            return Err(Failure::usage(format!("a {layout} table cannot answer {option}")).into());
        }
    }
    let bytes = args.token.read(context)?;
    let text = zeroize::Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned());
    let verified = database.act(context, |cx| ops::verify(cx, &text))?;
    print(&verified, database, context)?;
    Ok(outcome(verified.answer))
}

fn print(verified: &Verified, database: &Database, context: &mut Context) -> CommandResult<()> {
    let word = word(verified.answer);
    if context.ui.options().format == Format::Table && context.ui.options().fields.is_none() {
        if let Some(word) = word {
            context.ui.bare(word.as_str())?;
        }
    } else {
        let session = verified.record.as_ref().map(|record| {
            session_record(record, &database.layout().name, Format::Json).to_json(&FOREIGN_SESSION)
        });
        let record =
            Record::new().with("result", word).with("why", verified.why.clone()).with("session", session);
        context.ui.record(&ANSWER, record)?;
    }
    if verified.answer == Answer::Undetermined {
        context.ui.error(&format!("it cannot be determined: {}", verified.why.join("; ")));
        database.hint_at_secret(context);
    } else {
        for why in &verified.why {
            context.ui.detail(why);
        }
    }
    Ok(())
}

fn word(answer: Answer) -> Option<ResultWord> {
    match answer {
        Answer::Active => Some(const { WORDS.word("active") }),
        Answer::Expired => Some(const { WORDS.word("expired") }),
        Answer::Revoked => Some(const { WORDS.word("revoked") }),
        Answer::Unknown => Some(const { WORDS.word("unknown") }),
        Answer::Refused => Some(const { WORDS.word("refused") }),
        Answer::Undetermined => None,
    }
}

fn outcome(answer: Answer) -> Outcome {
    match answer {
        Answer::Active => Outcome::Done,
        Answer::Expired => Outcome::Expired,
        Answer::Revoked => Outcome::Revoked,
        Answer::Unknown => Outcome::NotFound,
        Answer::Refused => Outcome::Refused,
        Answer::Undetermined => Outcome::Failed,
    }
}
