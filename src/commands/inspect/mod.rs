//! `inspect`: everything known about a session. It only reads, and shows no token.

mod inspection;
mod introspection;
mod record;
mod subject;
mod terminal_view;

use super::args::SessionArg;
use super::bulk::selection;
use super::{Context, Outcome};
use crate::commands::CommandResult;
use crate::output::Format;
use inspection::Inspection;
pub(in crate::commands) use record::INSPECTION;
use record::record;
use subject::Subject;

/// Show everything known about a session
///
/// The record; each check that verify makes, in its order, with the rule and the time that decided it; when the session
/// will expire, and why; its parent and children; its last events; and on a terminal a timeline drawn to scale. An id,
/// a token, a JWT and a Cookie or Set-Cookie line are recognised. With --format json, one SESSION is one object, and
/// several are a list: {"sessions":[…]}. On a terminal, without arguments, the command lets you select a session.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  By its id
    sessionctl inspect 42
  By its token
    echo \"$TOKEN\" | sessionctl inspect -
  One value, for a script
    sessionctl inspect 42 --fields expires_at
  Several at once
    sessionctl list --user alice --format ids | xargs -r sessionctl inspect
  The answer for a resource server (RFC 7662)
    echo \"$TOKEN\" | sessionctl inspect --introspection -")]
pub struct InspectArgs {
    /// Sessions: ids, or a token, JWT or cookie line as - or @FILE
    #[arg(value_name = "SESSION")]
    sessions: Vec<SessionArg>,

    /// Print RFC 7662 JSON, and only {"active":false} for a session that is not active; the exit code shows why
    #[arg(long)]
    introspection: bool,

    /// Show the last N events
    #[arg(long, value_name = "N", default_value_t = 5)]
    events: u64,
}

/// Runs `inspect`.
///
/// # Errors
/// Where the answer cannot be determined.
pub fn run(args: &InspectArgs, context: &mut Context) -> CommandResult<Outcome> {
    context.ui.check_fields(&INSPECTION)?;
    let mut subjects = Vec::new();
    for named in &args.sessions {
        subjects.push(subject::read(named, context)?);
    }
    if subjects.is_empty() {
        match SessionArg::or_environment(None, context) {
            Ok(named) => subjects.push(subject::read(&named, context)?),
            Err(_) => selection::require_terminal(context)?,
        }
    }
    let store = context.host.open_to_read()?;
    if subjects.is_empty() {
        subjects.push(Subject::Id(selection::one(store.as_ref(), context)?));
    }
    if args.introspection {
        context.exit_code_answers = true;
        return introspection::run(context, store, &subjects);
    }
    context.read_clock(store.as_ref())?;
    let mut outcome = Outcome::Done;
    let mut found = Vec::new();
    for subject in &subjects {
        match inspection::inspect(context, store.as_ref(), subject, args.events)? {
            Some(inspection) => found.push(inspection),
            None => {
                outcome = Outcome::NotFound;
                context.ui.error(&subject.unknown());
            }
        }
    }
    show(context, found, subjects.len())?;
    Ok(outcome)
}

fn show(context: &mut Context, mut found: Vec<Inspection>, asked: usize) -> CommandResult<()> {
    let options = context.ui.options();
    if options.format == Format::Table && options.fields.is_none() {
        for (index, inspection) in found.iter().enumerate() {
            if index > 0 {
                context.ui.bare("")?;
            }
            terminal_view::draw(context, inspection)?;
        }
        return Ok(());
    }
    let moment = context.moment();
    if asked == 1 {
        if let Some(inspection) = found.pop() {
            context.ui.record(&INSPECTION, record(inspection, moment))?;
        }
        return Ok(());
    }
    let mut list = context.ui.list(&INSPECTION)?;
    for inspection in found {
        list.push(record(inspection, moment))?;
    }
    list.finish(None)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::testing::Scene;
    use sessionctl_core::model::session::Kind;

    #[test]
    fn inspect_recognises_id_token_and_cookie_line() {
        let mut scene = Scene::new().format(Format::Json);
        let handed = scene.session(Kind::Web, Some("bob"));
        let id = handed.id.to_string();
        let line = format!("Cookie: a=b; __Host-session={}", handed.as_str());
        let mut before = 0;
        for named in [id.as_str(), handed.as_str(), &line] {
            assert_eq!(scene.run(&[named], run).unwrap(), 0);
            let record: serde_json::Value = serde_json::from_str(&scene.out()[before..]).unwrap();
            assert_eq!(record["id"], handed.id.get());
            assert_eq!(record["checks"][0]["passed"], true);
            before = scene.out().len();
        }
        assert_eq!(scene.run(&["99"], run).unwrap(), 3);
        assert_eq!(scene.run(&["alice"], run).unwrap(), 2);
        assert_eq!(scene.run(&[], run).unwrap(), 2);
    }

    #[test]
    fn introspection_of_an_ended_session_is_only_inactive() {
        let mut scene = Scene::new();
        let handed = scene.session(Kind::Web, Some("bob"));
        let mut scene = scene.env_token(handed.as_str());
        assert_eq!(scene.run(&["--introspection"], run).unwrap(), 0);
        let answer: serde_json::Value = serde_json::from_str(&scene.out()).unwrap();
        assert_eq!((&answer["active"], &answer["sub"]), (&true.into(), &"bob".into()));
        let before = scene.out().len();
        scene.later(40 * 60);
        assert_eq!(scene.run(&["--introspection"], run).unwrap(), 4);
        assert_eq!(&scene.out()[before..], "{\"active\":false}\n");
        assert_eq!(scene.run(&[], run).unwrap(), 0);
        assert!(scene.out().contains("ended 10m ago"), "{}", scene.out());
    }

    #[test]
    fn inspect_without_arguments_offers_sessions() {
        let mut scene = Scene::new().answers(&["0"]);
        let id = scene.session(Kind::Web, Some("bob")).id;
        assert_eq!(scene.run(&["--introspection"], run).unwrap(), 0);
        assert!(scene.out().contains(&format!("\"sid\":{id}")));
    }
}
