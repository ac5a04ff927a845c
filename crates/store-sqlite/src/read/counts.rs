//! Counts of sessions by state.

use sessionctl_core::model::session::State;

/// Sessions by state.
#[derive(Clone, Copy, Default)]
pub(super) struct Counts {
    pub(super) active: u64,
    pub(super) expired: u64,
    pub(super) revoked: u64,
}

impl Counts {
    /// Counts a session.
    pub(super) fn add(&mut self, state: State) {
        match state {
            State::Active => self.active += 1,
            State::Expired => self.expired += 1,
            State::Revoked => self.revoked += 1,
        }
    }

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
    /// The state in which a session is counted.
    pub(super) fn state(self, deadline: i64, ended_at: Option<i64>) -> State {
        match ended_at {
            Some(at) if at <= self.revoked_by => State::Revoked,
            _ if deadline <= self.now => State::Expired,
            _ => State::Active,
        }
    }
}
