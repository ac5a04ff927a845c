//! Counts of sessions by user, in memory that does not grow with the users: a range of ids after another is counted.
//! The names of users do not belong here.

use std::collections::HashMap;

use sessionctl_core::model::session::State;

use super::counts::Counts;

/// The ids that are counted at once: 4 bytes each, so that most of them stay in the processor's cache.
const USERS_AT_ONCE: usize = 2_000_000;
/// Sessions that are counted together: the processor fetches the counts of several users at the same time then, where
/// between two rows it would wait for each.
const SESSIONS_AT_ONCE: usize = 1_024;
/// One more than a small number holds.
const SMALL_NUMBERS: u64 = 256;
/// Groups that are kept beyond those that are asked for, so that they are not sorted for each user.
const SPARE_GROUPS: usize = 10_000;

/// The users with the most sessions of those that were counted so far.
pub(super) struct UserCounts {
    /// The id of the first user in `counted`.
    first: i64,
    /// Active, expired and revoked sessions, by id; four numbers, so that none of them is split between two lines of
    /// the cache.
    counted: Vec<[u8; 4]>,
    /// What was counted beyond the largest number there, by the place of the id.
    overflow: HashMap<usize, [u64; 3]>,
    /// Sessions that are not counted yet: the place of the user's id, and the place of the state.
    pending: Vec<(u32, u8)>,
    /// Whether a session belongs to a user behind the range.
    is_more: bool,
    max_groups: usize,
    largest: Vec<(Option<i64>, Counts)>,
    /// The active and all sessions of the smallest group that is still one of the largest, once there are enough of
    /// them.
    smallest: Option<(u64, u64)>,
}

impl UserCounts {
    pub(super) fn new(max_groups: usize) -> Self {
        UserCounts {
            first: 0,
            counted: Vec::new(),
            overflow: HashMap::new(),
            pending: Vec::with_capacity(SESSIONS_AT_ONCE),
            is_more: false,
            max_groups,
            largest: Vec::new(),
            smallest: None,
        }
    }

    /// Counts a session of a user.
    pub(super) fn add(&mut self, user: i64, state: State) {
        let Ok(place) = usize::try_from(user - self.first) else { return };
        if place >= USERS_AT_ONCE {
            self.is_more = true;
            return;
        }
        let state = match state {
            State::Active => 0,
            State::Expired => 1,
            State::Revoked => 2,
        };
        self.pending.push((place as u32, state));
        if self.pending.len() >= SESSIONS_AT_ONCE {
            self.count_pending();
        }
    }

    fn count_pending(&mut self) {
        let Some(last) = self.pending.iter().map(|(place, _)| *place as usize).max() else { return };
        if last >= self.counted.len() {
            self.counted.resize(last + 1, [0; 4]);
        }
        for (place, state) in self.pending.drain(..) {
            let (place, state) = (place as usize, usize::from(state));
            let number = &mut self.counted[place][state];
            *number = number.wrapping_add(1);
            if *number == 0 {
                self.overflow.entry(place).or_default()[state] += SMALL_NUMBERS;
            }
        }
    }

    /// Counts for the sessions without a user.
    pub(super) fn add_group(&mut self, user: Option<i64>, counts: Counts) {
        // Of groups of one size, those that come first are kept.
        let is_small = self.smallest.is_some_and(|smallest| (counts.active, counts.all()) <= smallest);
        if counts.all() == 0 || is_small {
            return;
        }
        self.largest.push((user, counts));
        if self.largest.len() > self.max_groups + SPARE_GROUPS {
            self.sort();
        }
    }

    /// Goes on to the next range of users; returns its first id, from which their sessions are to be read again, or
    /// none where there are no more.
    pub(super) fn next_range(&mut self) -> Option<i64> {
        self.count_pending();
        let overflow = std::mem::take(&mut self.overflow);
        for (place, [active, expired, revoked, _]) in
            std::mem::take(&mut self.counted).into_iter().enumerate()
        {
            let mut counts =
                Counts { active: active.into(), expired: expired.into(), revoked: revoked.into() };
            if let Some([active, expired, revoked]) = overflow.get(&place) {
                counts.active += active;
                counts.expired += expired;
                counts.revoked += revoked;
            }
            self.add_group(Some(self.first + place as i64), counts);
        }
        self.first += USERS_AT_ONCE as i64;
        std::mem::take(&mut self.is_more).then_some(self.first)
    }

    /// The largest groups, the largest first.
    pub(super) fn largest(mut self) -> Vec<(Option<i64>, Counts)> {
        self.sort();
        self.largest
    }

    fn sort(&mut self) {
        self.largest
            .sort_by(|(a, x), (b, y)| (y.active, y.all()).cmp(&(x.active, x.all())).then_with(|| a.cmp(b)));
        self.largest.truncate(self.max_groups);
        let last = self.largest.last().filter(|_| self.largest.len() == self.max_groups);
        self.smallest = last.map(|(_, counts)| (counts.active, counts.all()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_counted_range_after_range() {
        let far = 2 * USERS_AT_ONCE as i64 + 7;
        let sessions = [3, far, far, 5, far, USERS_AT_ONCE as i64];
        let mut counts = UserCounts::new(3);
        counts.add_group(None, Counts { expired: 9, ..Counts::default() });
        let mut from = Some(0);
        while let Some(first) = from {
            for user in sessions.into_iter().filter(|user| *user >= first) {
                counts.add(user, State::Active);
            }
            from = counts.next_range();
        }
        let found: Vec<(Option<i64>, u64)> =
            counts.largest().into_iter().map(|(user, counts)| (user, counts.active)).collect();
        assert_eq!(found, [(Some(far), 3), (Some(3), 1), (Some(5), 1)]);
    }

    #[test]
    fn user_with_more_sessions_than_a_small_number_holds_is_counted_whole() {
        let mut counts = UserCounts::new(2);
        for number in 0..200_000_u64 {
            counts.add(7, if number % 2 == 0 { State::Active } else { State::Revoked });
            if number < 70_000 {
                counts.add(8, State::Expired);
            }
        }
        assert_eq!(counts.next_range(), None);
        let found: Vec<_> = counts.largest();
        assert_eq!(found[0].1.active, 100_000);
        assert_eq!((found[0].1.revoked, found[1].1.expired), (100_000, 70_000));
    }
}
