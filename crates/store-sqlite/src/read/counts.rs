//! Counts of sessions by state.

/// Sessions by state.
#[derive(Clone, Copy, Default)]
pub(super) struct Counts {
    pub(super) active: u64,
    pub(super) expired: u64,
    pub(super) revoked: u64,
}

impl Counts {
    pub(super) fn all(self) -> u64 {
        self.active + self.expired + self.revoked
    }
}

/// The time by which a session is counted.
#[derive(Clone, Copy)]
pub(super) struct Moment {
    pub(super) now: i64,
    /// What ended later was revoked by a clock that is ahead.
    pub(super) revoked_by: i64,
}

impl Moment {
    /// Counts a session.
    pub(super) fn count(self, deadline: i64, ended_at: Option<i64>, counts: &mut Counts) {
        match ended_at {
            Some(at) if at <= self.revoked_by => counts.revoked += 1,
            _ if deadline <= self.now => counts.expired += 1,
            _ => counts.active += 1,
        }
    }
}
