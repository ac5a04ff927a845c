//! What came of a revocation, session by session. No words for a person.

use super::super::OpsError;

/// What became of one session that was to end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TargetOutcome {
    /// The act stopped before it.
    #[default]
    NotReached,
    /// Its row was ended.
    Ended,
    /// Its row was gone: neither its key nor its place has it.
    AlreadyGone,
    /// It belongs to another user than when it was listed, or was used again; it was not touched.
    ChangedSince,
    /// Its row is there again.
    CameBack,
}

/// How many had this outcome.
pub(in super::super) fn count(outcomes: &[TargetOutcome], outcome: TargetOutcome) -> u64 {
    outcomes.iter().filter(|one| **one == outcome).count() as u64
}

/// The end of an act's summary in the log: the outcomes that need a word, where there are any, and what stopped the act.
pub(in super::super) fn rest(
    outcomes: &[TargetOutcome],
    named: &[(TargetOutcome, &str)],
    stopped: Option<&OpsError>,
) -> String {
    let mut text = String::new();
    for (outcome, words) in named {
        let count = count(outcomes, *outcome);
        if count > 0 {
            text.push_str(&format!(", {count} {words}"));
        }
    }
    if let Some(error) = stopped {
        text.push_str(&format!("; stopped: {error}"));
    }
    text
}

/// What came of a revocation.
#[derive(Debug, Default)]
pub struct Revoked {
    /// What became of each session, in the order of the preview.
    pub outcomes: Vec<TargetOutcome>,
    /// Sessions that replaced a revoked one, and were ended with it.
    pub chained: u64,
    /// Rows of other tables that were changed: the table, how many, why.
    pub also: Vec<(String, u64, String)>,
    /// Tables that have no row of a user, with the user's id: nothing was changed there.
    pub without_user: Vec<(String, String)>,
    /// Sessions whose id exists again, as an anonymous session.
    pub anonymous_again: u64,
    /// Triggers on the table, where rows are there again.
    pub triggers: Vec<String>,
    /// Why the act ended before its end, after it had changed rows.
    pub stopped: Option<OpsError>,
}

impl Revoked {
    /// How many sessions had this outcome.
    #[must_use]
    pub fn count(&self, outcome: TargetOutcome) -> u64 {
        count(&self.outcomes, outcome)
    }

    /// How many sessions were ended and stayed out.
    #[must_use]
    pub fn ended(&self) -> u64 {
        self.count(TargetOutcome::Ended)
    }

    /// Whether every session that was named is out.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let out = |one: &TargetOutcome| matches!(one, TargetOutcome::Ended | TargetOutcome::AlreadyGone);
        self.stopped.is_none() && self.outcomes.iter().all(out)
    }

    /// The outcome in one line, for the log.
    pub(super) fn summary(&self) -> String {
        let named = [
            (TargetOutcome::ChangedSince, "changed since"),
            (TargetOutcome::CameBack, "came back"),
            (TargetOutcome::NotReached, "not reached"),
        ];
        let rest = rest(&self.outcomes, &named, self.stopped.as_ref());
        format!("{} ended, {} already gone{rest}", self.ended(), self.count(TargetOutcome::AlreadyGone))
    }
}
