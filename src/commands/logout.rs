//! `logout`: ends the session of a token, for the holder of the token.

use super::args::TokenArg;
use super::{CommandResult, Context, Outcome};
use crate::output::{Record, ResultWords, View};
use sessionctl_core::model::session::State;
use sessionctl_core::ops::{logout, verify};

/// End the session of a token
///
/// The session is revoked with the reason "logout"; the app sessions under a single sign-on session end with it. Where
/// the session has ended already, nothing changes and the exit code is 0.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  echo \"$TOKEN\" | sessionctl logout -
  sessionctl logout @token")]
pub struct LogoutArgs {
    #[command(flatten)]
    token: TokenArg,
}

/// The session that was ended, and how many children with it.
pub(in crate::commands) const RESULT: View = View {
    noun: "results",
    singular: "result",
    fields: &["id", "result", "children"],
    columns: &["id", "result", "children"],
};

/// What became of the session of the token.
pub(in crate::commands) const WORDS: ResultWords = ResultWords::new(&[
    ("revoked", "it has ended, now or by a revocation before; or the token had been replaced by a newer one"),
    ("expired", "it had expired already"),
    ("unknown", "no session has the token"),
]);

/// Runs `logout`.
///
/// # Errors
/// Where the operation fails, or its answer cannot be determined.
pub fn run(args: &LogoutArgs, context: &mut Context) -> CommandResult<Outcome> {
    context.ui.check_fields(&RESULT)?;
    let token = args.token.read_own_token(context)?;
    let mut store = context.host.open_to_write_existing()?;
    let done = context.act(store.as_mut(), |cx| logout::logout(cx, &token))?;
    match done {
        logout::Outcome::LoggedOut { id, ended } => {
            let record = Record::new()
                .with("id", id.get())
                .with("result", const { WORDS.word("revoked") })
                .with("children", ended.len().saturating_sub(1) as u64);
            context.print_result(&RESULT, record)?;
            context.ui.status(&match ended.len() {
                0 | 1 => format!("session {id} ended"),
                all => format!("session {id} ended, and {} under it", all - 1),
            });
            Ok(Outcome::Done)
        }
        logout::Outcome::NotActive(verdict) => {
            let record = Record::new()
                .with("id", verdict.found().map(|found| found.session.id.get()))
                .with("result", WORDS.find(verdict.word()))
                .with("children", 0_u64);
            context.print_result(&RESULT, record)?;
            context.ui.status(&match &verdict {
                verify::Verdict::Unknown => "unknown token".to_owned(),
                verify::Verdict::RotatedAway(found) => {
                    let id = found.session.id;
                    match found.session.state(context.now) {
                        State::Active => {
                            format!("session {id} has a newer token, and this one cannot end it")
                        }
                        ended => format!(
                            "session {id} is already {}; this token had been replaced",
                            ended.as_str()
                        ),
                    }
                }
                verdict => format!("already {}", verdict.word()),
            });
            Ok(match &verdict {
                // Ending what has ended changes nothing and succeeds.
                verify::Verdict::Expired(_) | verify::Verdict::Revoked(_) => Outcome::Done,
                verdict => Outcome::from(verdict),
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::testing::Scene;
    use sessionctl_core::model::session::{Kind, State};

    #[test]
    fn logout_ends_the_session_once() {
        let mut scene = Scene::new();
        let handed = scene.session(Kind::Web, Some("bob"));
        let mut scene = scene.env_token(handed.as_str());
        assert_eq!(scene.run(&[], run).unwrap(), 0);
        assert_eq!(scene.state(handed.id), State::Revoked);
        assert_eq!(scene.run(&[], run).unwrap(), 0, "it has ended already");
        let mut scene = Scene::new().stdin("nonsense\n");
        assert_eq!(scene.run(&["-"], run).unwrap(), 2);
        let unknown = "0".repeat(64);
        assert_eq!(Scene::new().env_token(&unknown).run(&[], run).unwrap(), 3);
        assert_eq!(Scene::without_database().env_token(&unknown).run(&[], run).unwrap(), 1);
    }
}
