//! What the records of one answer leave undetermined, and what determines it. The reasons of one session are its field
//! `why`, and what a single answer of `verify` reports belongs there.

use super::open::Database;
use super::record::FOREIGN_SESSION;
use crate::output::{Format, UiOptions};
use sessionctl_core::counted;
use sessionctl_foreign::layout::LiveProof;
use sessionctl_foreign::record::{Owner, Record, State};

/// The number of sessions in which each field cannot be determined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Undetermined {
    state: u64,
    user: u64,
    authenticates: u64,
}

impl Undetermined {
    pub(super) fn add(&mut self, session: &Record) {
        self.state += u64::from(session.state == State::Unknown);
        self.user += u64::from(session.owner == Owner::Unknown);
        self.authenticates += u64::from(session.authenticates.is_none());
    }

    /// The sentence below a table in which these fields are empty; none where a format or the reader's own choice of
    /// fields gives the reasons.
    pub(super) fn sentence(self, database: &Database, options: &UiOptions) -> Option<String> {
        let fields = options.fields.as_deref();
        let shows = |field: &str| match fields {
            Some(fields) => fields.iter().any(|shown| shown == field),
            None => FOREIGN_SESSION.columns.contains(&field),
        };
        if options.format != Format::Table || shows("why") {
            return None;
        }
        let parts = [("state", self.state), ("user", self.user), ("authenticates", self.authenticates)];
        let parts: Vec<String> = parts
            .into_iter()
            .filter(|(field, number)| *number > 0 && shows(field))
            .map(|(field, number)| format!("{field} of {}", counted(number, "session", "sessions")))
            .collect();
        if parts.is_empty() {
            return None;
        }
        let what = parts.join(", ");
        let secret = match database.wants_django_secret() && self.authenticates > 0 && shows("authenticates")
        {
            true => "--app-secret @FILE with Django's SECRET_KEY can determine authenticates; ",
            false => "",
        };
        Some(format!("cannot be determined: {what}; {secret}--fields id,why shows the reasons"))
    }
}

impl Database {
    /// Whether the program's secret would show which sessions it accepts, and was not given.
    pub(super) fn wants_django_secret(&self) -> bool {
        self.secrets.is_empty() && self.layout().live.proof == LiveProof::Django
    }

    /// Reports how to determine what the secret, which was not given, decides about one session.
    pub(super) fn hint_at_secret(&self, context: &mut crate::commands::Context) {
        let is_signed = self.layout().tokens.iter().any(|path| path.signed_with.is_some());
        if self.wants_django_secret() || (self.secrets.is_empty() && is_signed) {
            context
                .ui
                .hint("the program's secret may decide it: --app-secret @FILE, or SESSIONCTL_APP_SECRET");
        }
    }
}
