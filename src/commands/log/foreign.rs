//! The acts on one database of another program, of those that our own audit log has. What such an event holds is read in
//! `sessionctl-foreign`, and `on_foreign` prints them.

use std::collections::{BTreeMap, HashSet};
use std::ops::ControlFlow;
use std::path::Path;

use super::interrupted::{INTENTS, INTERRUPTED, is_one_of};
use super::line::sessions_in_words;
use super::{EVENT, record};
use crate::commands::damaged_rows::after_sound_rows;
use crate::commands::{CommandResult, Context};
use crate::output::{Record, Value, View};
use sessionctl_core::counted;
use sessionctl_core::model::event::LoggedEvent;
use sessionctl_core::store::{EventFilter, Store};
use sessionctl_foreign::ops::{Place, Recorded};
use sessionctl_foreign::source::SourceFactory as _;
use sessionctl_foreign::sqlite::SqliteFile;

/// An act on another program's table. `user` and `session` are the one that it is about; of several, a table shows some.
pub(in crate::commands) const FOREIGN_EVENT: View = View {
    noun: "events",
    singular: "event",
    fields: &View::joined::<15>(EVENT.fields, &["user_names", "session_ids", "from", "database"]),
    columns: &["id", "at", "action", "actor", "user", "session", "detail"],
};

/// What these acts are recorded as.
pub(super) const ACTIONS: &str = "foreign";
/// Users and sessions that a table names.
const NAMED_USERS: usize = 3;
const NAMED_SESSIONS: usize = 5;

/// The database whose acts are shown.
#[derive(Clone, Debug)]
pub struct Scope(pub(super) Place);

impl Scope {
    /// The file of another program.
    #[must_use]
    pub fn of(path: &Path) -> Self {
        Scope(Place::of(path, SqliteFile::new(path).identity()))
    }

    /// Reports whose log it is that a command is about to read as a whole.
    pub(super) fn report_whole_log(&self, context: &mut Context) {
        let (log, foreign) =
            (context.host.database().display().to_string(), self.0.path().display().to_string());
        context.ui.status(&format!("this is the log of {log}, in which acts on {foreign} are recorded"));
    }
}

/// Events as they are followed: all, or the acts on one database of another program.
pub(super) struct Events<'a>(pub(super) Option<Acts<'a>>);

impl Events<'_> {
    pub(super) fn view(&self) -> &'static View {
        if self.0.is_some() { &FOREIGN_EVENT } else { &EVENT }
    }

    /// The record of an event, where it is one of them.
    pub(super) fn record(&mut self, event: LoggedEvent) -> Option<Record> {
        let Some(acts) = &mut self.0 else { return Some(record(event)) };
        acts.accept(&event).map(|act| record_of(event, &act, false))
    }

    /// The event as a person reads it, with its sessions.
    pub(super) fn for_person(&mut self, event: LoggedEvent) -> Option<(LoggedEvent, Option<String>)> {
        let Some(acts) = &mut self.0 else {
            let sessions = sessions_in_words(&event);
            return Some((event, sessions));
        };
        acts.accept(&event).map(|act| (for_table(event, &act, false), session_text(&act)))
    }
}

/// The acts on one database that are asked for.
pub(super) struct Acts<'a> {
    pub(super) place: &'a Place,
    pub(super) subjects: Vec<Subject>,
    /// Acts on another file that had the same path.
    replaced: HashSet<String>,
    /// The paths at which acts were recorded that may be on this file, which was moved then.
    moved: BTreeMap<String, HashSet<String>>,
}

/// What an act must be about. A large act has several intents, each with some of the users and sessions; the outcome names
/// those that ended, if they are few.
pub(super) struct Subject {
    asked: String,
    is_named: fn(&Recorded, &str) -> bool,
    acts: HashSet<String>,
}

impl Subject {
    pub(super) fn new(asked: &str, is_named: fn(&Recorded, &str) -> bool) -> Self {
        Subject { asked: asked.to_owned(), is_named, acts: HashSet::new() }
    }
}

impl<'a> Acts<'a> {
    /// All acts on the database at a place.
    pub(super) fn on(place: &'a Place) -> Self {
        Acts { place, subjects: Vec::new(), replaced: HashSet::new(), moved: BTreeMap::new() }
    }

    /// Reports that acts were on another file, or may be recorded elsewhere: a path is not all that a file is.
    pub(super) fn report_other_files(&self, context: &mut Context) {
        if !self.replaced.is_empty() {
            let acts = counted(self.replaced.len(), "act was", "acts were");
            context.ui.status(&format!("{acts} on another file that had this path: it was replaced since"));
        }
        for (path, acts) in &self.moved {
            let acts = counted(acts.len(), "act", "acts");
            context.ui.status(&format!(
                "{acts} recorded at {path} may be on this file, if it was moved from there: `sessionctl log --action foreign` \
                 on your own database shows all acts"
            ));
        }
    }
    /// Finds the acts that name what is asked for: an outcome is read before the intent that may name it.
    pub(super) fn look_up(&mut self, store: &dyn Store) -> CommandResult<()> {
        if self.subjects.is_empty() {
            return Ok(());
        }
        let filter = EventFilter { actions: vec![ACTIONS.to_owned()], ..EventFilter::default() };
        let read = store.events(&filter, &mut |event| {
            self.accept(&event);
            ControlFlow::Continue(())
        });
        // What is damaged is reported where the events are shown.
        after_sound_rows(read)?.ok();
        Ok(())
    }

    /// What the event recorded, where it is asked for.
    pub(super) fn accept(&mut self, event: &LoggedEvent) -> Option<Recorded> {
        // Other events have a reason that somebody wrote.
        let is_foreign = event.action.strip_prefix(ACTIONS).is_some_and(|rest| rest.starts_with('.'));
        let act = Recorded::read(event.detail.as_deref().filter(|_| is_foreign)?)?;
        let is_intent = is_one_of(event, &INTENTS);
        let mut is_asked = true;
        for subject in &mut self.subjects {
            let is_named = (subject.is_named)(&act, &subject.asked);
            if is_named {
                subject.acts.insert(act.act.clone());
            }
            is_asked &= is_named || (!is_intent && subject.acts.contains(&act.act));
        }
        if !self.place.is_that_of(&act) {
            if is_asked && self.place.may_have_been_moved(&act) {
                self.moved.entry(act.database).or_default().insert(act.act);
            }
            return None;
        }
        if is_asked && self.place.was_replaced_since(&act) {
            self.replaced.insert(act.act.clone());
        }
        is_asked.then_some(act)
    }
}

/// The event with what a person reads of the act.
pub(super) fn for_table(mut event: LoggedEvent, act: &Recorded, is_interrupted: bool) -> LoggedEvent {
    let prefix = if is_interrupted { INTERRUPTED } else { "" };
    event.detail = Some(format!("{prefix}{}", act.words));
    event.user = some_of(&names(act), NAMED_USERS, ", ");
    event
}

pub(super) fn record_of(event: LoggedEvent, act: &Recorded, for_person: bool) -> Record {
    let names = names(act);
    let one = |all: &[String]| match all {
        [one] => Value::Text(one.clone()),
        _ => Value::Null,
    };
    let (user, session) = match for_person {
        true => (event.user.into(), some_of(&act.ids, NAMED_SESSIONS, " ").into()),
        false => (one(&names), one(&act.ids)),
    };
    Record::new()
        .with("id", event.id)
        .with("at", event.at)
        .with("action", event.action)
        .with("actor", event.actor)
        .with("user", user)
        .with("session", session)
        .with("last_session", Value::Null)
        .with("sessions", act.sessions())
        .with("ip", Value::Null)
        .with("app", Value::Null)
        .with("detail", event.detail)
        .with("user_names", names)
        .with("session_ids", act.ids.clone())
        .with("from", act.layout.as_str())
        .with("database", act.database.as_str())
}

/// The names of the users, or their ids.
fn names(act: &Recorded) -> Vec<String> {
    act.users.iter().map(|(id, name)| name.as_ref().unwrap_or(id).clone()).collect()
}

pub(super) fn session_text(act: &Recorded) -> Option<String> {
    let noun = if act.ids.len() == 1 { "session" } else { "sessions" };
    some_of(&act.ids, NAMED_SESSIONS, " ").map(|ids| format!("{noun} {ids}"))
}

/// The first of several texts, and how many more there are; none where there is none.
fn some_of(all: &[String], most: usize, between: &str) -> Option<String> {
    let (shown, more) = all.split_at(all.len().min(most));
    let text = shown.join(between);
    match (shown.is_empty(), more.len()) {
        (true, _) => None,
        (false, 0) => Some(text),
        (false, more) => Some(format!("{text} and {more} more")),
    }
}

#[cfg(test)]
#[path = "foreign_tests.rs"]
mod tests;
