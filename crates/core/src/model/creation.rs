//! What the audit log keeps of a new session: what it is for, and its limits. A check compares it with the session, so
//! that a session which somebody gave more than it was created with is found. No store and no clock may appear here.

use std::fmt;
use std::time::Duration;

use super::session::{Kind, SessionId};
use super::time::{format_duration, parse_duration};

/// A session as it was created, in the words of its event: `web under session 3 for at most 8h, idle 30m`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreationRecord {
    /// What it is for.
    pub kind: Kind,
    /// Its parent.
    pub parent: Option<SessionId>,
    /// What it may do.
    pub scopes: Vec<String>,
    /// How long it stays active at most.
    pub lifetime: Duration,
    /// How long it stays active without being used; none for no idle limit.
    pub idle_timeout: Option<Duration>,
}

const UNDER: &str = " under session ";
const SCOPES: &str = " with scopes ";
const LIFETIME: &str = " for at most ";
const IDLE: &str = ", idle ";

impl fmt::Display for CreationRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.as_str())?;
        if let Some(parent) = self.parent {
            write!(f, "{UNDER}{parent}")?;
        }
        if !self.scopes.is_empty() {
            write!(f, "{SCOPES}{}", self.scopes.join(" "))?;
        }
        write!(f, "{LIFETIME}{}", format_duration(self.lifetime))?;
        match self.idle_timeout {
            Some(idle) => write!(f, "{IDLE}{}", format_duration(idle)),
            None => Ok(()),
        }
    }
}

impl CreationRecord {
    /// Reads what `Display` wrote; `None` for any other text, such as that of an older program.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        // From the end: a scope can look like any word before it, and holds no space.
        let (what, limits) = text.rsplit_once(LIFETIME)?;
        let (lifetime, idle_timeout) = match limits.split_once(IDLE) {
            Some((lifetime, idle)) => (lifetime, Some(parse_duration(idle).ok()?)),
            None => (limits, None),
        };
        let (what, scopes) = match what.split_once(SCOPES) {
            Some((what, scopes)) => (what, scopes.split(' ').map(str::to_owned).collect()),
            None => (what, Vec::new()),
        };
        let (kind, parent) = match what.split_once(UNDER) {
            Some((kind, parent)) => (kind, Some(SessionId::new(parent.parse().ok()?)?)),
            None => (what, None),
        };
        let (kind, lifetime) = (kind.parse().ok()?, parse_duration(lifetime).ok()?);
        Some(CreationRecord { kind, parent, scopes, lifetime, idle_timeout })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn creation_record_is_read_as_it_was_written() {
        let seconds = Duration::from_secs;
        for (text, parent, scopes, lifetime, idle_timeout) in [
            ("web for at most 8h, idle 30m", None, vec![], seconds(28_800), Some(seconds(1_800))),
            ("web under session 3 for at most 1s", SessionId::new(3), vec![], seconds(1), None),
            (
                "web with scopes for at most with, scopes for at most 90d",
                None,
                vec!["for", "at", "most", "with,", "scopes"],
                seconds(90 * 86_400),
                None,
            ),
        ] {
            let scopes = scopes.into_iter().map(str::to_owned).collect();
            let record = CreationRecord { kind: Kind::Web, parent, scopes, lifetime, idle_timeout };
            assert_eq!(record.to_string(), text);
            assert_eq!(CreationRecord::parse(text), Some(record));
        }
        for text in
            ["", "web", "web for at most ever", "cat for at most 8h", "web under session 0 for at most 1s"]
        {
            assert_eq!(CreationRecord::parse(text), None, "{text}");
        }
    }
}
