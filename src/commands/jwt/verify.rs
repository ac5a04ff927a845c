//! `jwt verify`: offline by the signature and the times alone, or online by the state of the session.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueHint};

use super::DEFAULT_ISSUER;
use super::presented::{jwt_argument, read, text_of};
use crate::commands::args::TokenArg;
use crate::commands::input::read_file;
use crate::commands::outcome::usage;
use crate::commands::{CommandResult, Context, Failure, Outcome};
use crate::output::{Format, Record, ResultWord, ResultWords, UNKNOWN, View};
use sessionctl_core::model::session::{State, nfc};
use sessionctl_core::model::time::{Timestamp, parse_duration};
use sessionctl_core::ops::jwt::{Offline, Online, verify_offline, verify_online};
use sessionctl_wire::jwt::{self, Claims, Expectations, JwtError, VerifyingKey};

pub(in crate::commands) const ANSWER: View = View {
    noun: "answers",
    singular: "answer",
    fields: &["result", "reason", "session", "user", "audience", "scope", "jti", "issued_at", "expires_at"],
    columns: &["result", "reason", "session", "user", "expires_at"],
};

/// The answer.
pub(in crate::commands) const WORDS: ResultWords = ResultWords::new(&[
    ("valid", "the signature, the audience and the times hold (offline)"),
    ("active", "the same, and its session is active (--online)"),
    ("expired", "the JWT has expired, or its session has"),
    ("revoked", "its session was revoked (--online)"),
    (
        "unknown",
        "there is no such session, the audit log does not know the JWT, or the clock is behind (--online)",
    ),
    ("invalid", "the signature, the audience or another claim does not hold: see reason"),
]);

/// Verify a JWT
///
/// Prints one word, and the exit code matches. Offline: valid (0), expired (4), or invalid (3). With --online the
/// session is looked up too: active (0), expired (4), revoked (5), or unknown (3), also for a JWT that the audit log
/// does not know. With --jwks no database is read. What a key signed after it was retired, or at any time if it was
/// revoked, is invalid.
#[derive(Debug, Args)]
#[command(mut_args(jwt_argument))]
#[command(after_long_help = "\
Examples:
  sessionctl jwt verify --audience shop - < jwt
  sessionctl jwt verify --audience shop --online - < jwt
  sessionctl jwt keys export > jwks.json
  sessionctl jwt verify --audience shop --jwks jwks.json @jwt")]
pub(super) struct VerifyArgs {
    #[command(flatten)]
    jwt: TokenArg,

    /// The issuer that it must have
    #[arg(long, value_name = "NAME", default_value = DEFAULT_ISSUER, value_parser = NonEmptyStringValueParser::new())]
    issuer: String,

    /// The party that it must be intended for: yourself
    #[arg(
        long,
        value_name = "NAME",
        allow_hyphen_values = true,
        value_parser = NonEmptyStringValueParser::new()
    )]
    audience: String,

    /// By how much the issuer's clock may differ, at most 60s
    #[arg(long, value_name = "DURATION", default_value = "0s", value_parser = parse_duration)]
    leeway: Duration,

    /// Look up the session in the database as well
    #[arg(long, conflicts_with = "jwks")]
    online: bool,

    /// The public keys, as `jwt keys export` prints them
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    jwks: Option<PathBuf>,
}

/// What is printed of a verification.
struct Answer {
    result: ResultWord,
    reason: Option<String>,
    claims: Option<Claims>,
    /// More about the answer, for people.
    status: String,
    outcome: Outcome,
}

pub(super) fn run(args: &VerifyArgs, context: &mut Context) -> CommandResult<Outcome> {
    context.exit_code_answers = true;
    context.refuse_count()?;
    context.ui.check_fields(&ANSWER)?;
    let jwt = read(&args.jwt, context)?;
    let text = text_of(&jwt);
    let audience = nfc(&args.audience);
    let expected = Expectations::new(&args.issuer, &audience, context.now.unix()).leeway(args.leeway);
    let answer = if let Some(file) = &args.jwks {
        let verified = jwt::verify(text, &published(file)?, &expected);
        offline(verified.map_or_else(Offline::Bad, Offline::Good))?
    } else {
        let mut store = context.host.open_to_read()?;
        if args.online {
            context.read_clock(store.as_ref())?;
        }
        if context.clock_is_behind {
            Answer::of_a_clock_behind()
        } else if args.online {
            online(context.act(store.as_mut(), |cx| verify_online(cx, text, &expected))?)?
        } else {
            offline(context.act(store.as_mut(), |cx| verify_offline(cx, text, &expected))?)?
        }
    };
    answer.print(context)
}

fn offline(verified: Offline) -> Result<Answer, Failure> {
    match verified {
        Offline::Good(claims) => {
            let status = format!(
                "the signature is valid until {}; use --online to see whether session {} was revoked",
                Timestamp::from_unix(claims.exp),
                claims.sid
            );
            Ok(Answer {
                result: const { WORDS.word("valid") },
                reason: None,
                claims: Some(claims),
                status,
                outcome: Outcome::Done,
            })
        }
        Offline::Bad(error) => refused(&error),
    }
}

fn online(verified: Online) -> Result<Answer, Failure> {
    let unknown = |claims: Claims, reason: String| Answer {
        result: const { WORDS.word(UNKNOWN) },
        status: format!("the signature is valid, but {reason}"),
        reason: Some(reason),
        claims: Some(claims),
        outcome: Outcome::NotFound,
    };
    match verified {
        Online::Bad(error) => refused(&error),
        Online::Session { claims, session, state } => Ok(Answer {
            result: word_of(state),
            reason: None,
            claims: Some(claims),
            status: format!("the signature is valid, and session {} is {}", session.id, state.as_str()),
            outcome: Outcome::of(state),
        }),
        Online::NoSuchSession(claims) => {
            let reason = format!("session {} of this user does not exist", claims.sid);
            Ok(unknown(claims, reason))
        }
        Online::NeverIssued(claims) => {
            Ok(unknown(claims, "the audit log does not know this JWT: revoke its key".to_owned()))
        }
    }
}

fn word_of(state: State) -> ResultWord {
    match state {
        State::Active => const { WORDS.word("active") },
        State::Expired => const { WORDS.word("expired") },
        State::Revoked => const { WORDS.word("revoked") },
    }
}

fn refused(error: &JwtError) -> Result<Answer, Failure> {
    let (result, outcome) = match error {
        JwtError::Expired { .. } => (word_of(State::Expired), Outcome::Expired),
        JwtError::LeewayTooLong => return Err(usage(error)),
        _ => (const { WORDS.word("invalid") }, Outcome::NotFound),
    };
    let reason = error.to_string();
    Ok(Answer { result, status: reason.clone(), reason: Some(reason), claims: None, outcome })
}

impl Answer {
    /// The answer where whether a session is active is unknown.
    fn of_a_clock_behind() -> Self {
        let reason = "the clock is behind the latest event".to_owned();
        Answer {
            result: const { WORDS.word(UNKNOWN) },
            status: reason.clone(),
            reason: Some(reason),
            claims: None,
            outcome: Outcome::Failed,
        }
    }

    fn print(self, context: &mut Context) -> CommandResult<Outcome> {
        let options = context.ui.options();
        if options.format == Format::Table && options.fields.is_none() {
            context.ui.bare(self.result.as_str())?;
        } else {
            let record = Record::new().with("result", self.result).with("reason", self.reason);
            let record = match self.claims {
                None => record,
                Some(claims) => record
                    .with("session", claims.sid)
                    .with("user", claims.sub)
                    .with("audience", claims.aud)
                    .with("scope", Some(claims.scope).filter(|scope| !scope.is_empty()))
                    .with("jti", claims.jti)
                    .with("issued_at", Timestamp::from_unix(claims.iat))
                    .with("expires_at", Timestamp::from_unix(claims.exp)),
            };
            context.ui.record(&ANSWER, record)?;
        }
        context.ui.flush()?;
        context.ui.status(&self.status);
        Ok(self.outcome)
    }
}

/// More than any number of keys that one issuer publishes.
const MAX_JWKS_BYTES: u64 = 1 << 20;

/// The keys of a JWKS file (RFC 7517 §5). One that cannot be used is an error, so that it is not missed.
fn published(file: &Path) -> CommandResult<Vec<VerifyingKey>> {
    let failure = |why: String| Failure::of(Outcome::Failed, format!("{}: {why}", file.display()));
    let text = read_file(file, MAX_JWKS_BYTES).map_err(|error| failure(error.to_string()))?;
    let tree: serde_json::Value =
        serde_json::from_slice(&text).map_err(|_| failure("not JSON".to_owned()))?;
    let keys =
        tree.get("keys").and_then(|keys| keys.as_array()).ok_or_else(|| failure("no JWKS".to_owned()))?;
    keys.iter()
        .map(|key| Ok(VerifyingKey::from_public_jwk(key).map_err(|error| failure(error.to_string()))?))
        .collect()
}
