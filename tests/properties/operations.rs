//! Any sequence of operations against a small model: a revoked session never revives, an expired session is
//! never verified, a child ends with its parent, and only the newest token of a session is accepted.

use std::ops::ControlFlow;
use std::time::Duration;

use sessionctl_core::model::selector::Selector;
use sessionctl_core::model::session::{Kind, SessionId, State};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::model::token::Token;
use sessionctl_core::ops::{BulkRequest, expire, prune, revoke, rotate, user};
use sessionctl_core::rules;
use sessionctl_core::store::EndRule;
use sessionctl_core::store::{BatchResult, Maintenance as _, SessionStore as _};

use super::acts::{Act, read};
use super::world::{ABSOLUTE, IDLE, ModelDatabase};

/// Runs the operations that the bytes encode, and compares the database with the model after each.
pub(crate) fn holds(bytes: &[u8]) {
    let mut model = Model { model_db: ModelDatabase::new(), known: Vec::new(), disabled: false };
    for (number, act) in read(bytes).into_iter().enumerate() {
        model.step(act);
        model.compare(act);
        if number % 16 == 15 {
            model.check();
        }
    }
    model.check();
}

/// The model of a session.
struct Known {
    id: SessionId,
    /// The index of its parent.
    parent: Option<usize>,
    is_parent: bool,
    token: String,
    /// Rotated-out tokens, and until when each is accepted.
    retired: Vec<(String, i64)>,
    seen: i64,
    end: i64,
    scheduled: bool,
    deadline: i64,
    revoked: bool,
    gone: bool,
}

struct Model {
    model_db: ModelDatabase,
    known: Vec<Known>,
    disabled: bool,
}

impl Model {
    fn step(&mut self, act: Act) {
        let count = self.known.len();
        let which = |number: usize| (count > 0).then(|| number % count);
        match act {
            Act::Create => self.make(Kind::Anonymous, None),
            Act::CreateParent => self.make(Kind::Sso, None),
            Act::Wait(span) => self.model_db.now += span,
            Act::Prune => self.prune(),
            Act::Disable | Act::Enable => self.switch(matches!(act, Act::Disable)),
            Act::CreateChild(number) => {
                let heads: Vec<usize> = (0..count).filter(|i| self.known[*i].is_parent).collect();
                if let Some(parent) = heads.get(number % heads.len().max(1)) {
                    self.make(Kind::Web, Some(*parent));
                }
            }
            Act::Verify(number) => which(number).into_iter().for_each(|i| self.verify(i)),
            Act::Rotate(number, grace) => which(number).into_iter().for_each(|i| self.rotate(i, grace)),
            Act::Reuse(number) => which(number).into_iter().for_each(|i| self.reuse(i)),
            Act::Revoke(number) => which(number).into_iter().for_each(|i| self.revoke(i)),
            Act::ExpireIn(number, span) => which(number).into_iter().for_each(|i| self.expire(i, span)),
        }
    }

    fn lives(&self, i: usize) -> bool {
        let known = &self.known[i];
        let own = !known.revoked && !known.gone && self.model_db.now < known.deadline;
        own && known.parent.is_none_or(|parent| self.lives(parent))
    }

    fn make(&mut self, kind: Kind, parent: Option<usize>) {
        let now = self.model_db.now;
        let may = match parent {
            Some(parent) => self.lives(parent) && !self.disabled,
            None => kind == Kind::Anonymous || !self.disabled,
        };
        let made = self.model_db.make(kind, parent.map(|parent| self.known[parent].id));
        assert_eq!(
            made.is_some(),
            may,
            "created under an ended parent or for a disabled user, or not created"
        );
        let Some((id, token)) = made else { return };
        let (end, bound) = parent
            .map_or((i64::MAX, i64::MAX), |parent| (self.known[parent].end, self.known[parent].deadline));
        let end = end.min(now + ABSOLUTE);
        self.known.push(Known {
            id,
            parent,
            is_parent: kind == Kind::Sso,
            token,
            retired: Vec::new(),
            seen: now,
            end,
            scheduled: false,
            deadline: (now + IDLE).min(end).min(bound),
            revoked: false,
            gone: false,
        });
    }

    /// Records that a session was seen, and its parent, at most once an interval.
    fn seen(&mut self, i: usize) {
        let now = self.model_db.now;
        if now - self.known[i].seen < 60 {
            return;
        }
        for i in self.known[i].parent.into_iter().chain([i]) {
            let bound = self.known[i].parent.map_or(i64::MAX, |parent| self.known[parent].deadline);
            let known = &mut self.known[i];
            known.seen = now;
            if !known.scheduled {
                known.deadline = known.deadline.max((now + IDLE).min(known.end).min(bound));
            }
        }
    }

    fn word(&self, i: usize) -> &'static str {
        let known = &self.known[i];
        // A session that expired and whose parent was revoked later is reported with the parent's end.
        let revoked = known.revoked || known.parent.is_some_and(|parent| self.known[parent].revoked);
        match (known.gone, revoked, self.lives(i)) {
            (true, ..) => "unknown",
            (_, true, _) => "revoked",
            (.., true) => "active",
            _ => "expired",
        }
    }

    fn verify(&mut self, i: usize) {
        let (token, expected) = (self.known[i].token.clone(), self.word(i));
        assert_eq!(self.model_db.verdict(&token), expected, "session {}", self.known[i].id);
        if expected == "active" {
            self.seen(i);
        }
    }

    fn rotate(&mut self, i: usize, grace: u64) {
        let (token, lives) = (self.known[i].token.clone(), self.lives(i));
        let span = Duration::from_secs(grace);
        match self
            .model_db
            .act(|cx| rotate::rotate(cx, &Token::parse(token.as_bytes()).unwrap(), span).unwrap())
        {
            rotate::Outcome::Rotated(issued) => {
                assert!(lives, "an ended session got a token");
                self.seen(i);
                let until = self.model_db.now + grace as i64;
                self.known[i].retired.push((token, until));
                self.known[i].token = issued.token.expose().to_string();
            }
            rotate::Outcome::NotActive(_) => assert!(!lives, "an active session got none"),
        }
    }

    fn reuse(&mut self, i: usize) {
        let Some((token, until)) = self.known[i].retired.last().cloned() else { return };
        let word = self.model_db.verdict(&token);
        if self.known[i].gone {
            assert_eq!(word, "unknown");
        } else if self.model_db.now < until {
            assert_eq!(word, self.word(i), "within its grace period");
            if word == "active" {
                self.seen(i);
            }
        } else {
            assert_eq!(word, "revoked", "a rotated-out token was accepted");
            let parent = self.known[i].parent;
            parent.into_iter().chain([i]).for_each(|i| self.fall(i));
        }
    }

    /// Revokes an active session and its children.
    fn fall(&mut self, i: usize) {
        if self.lives(i) {
            for child in 0..self.known.len() {
                let falls = self.known[child].parent == Some(i) && self.lives(child);
                self.known[child].revoked |= falls;
            }
            self.known[i].revoked = true;
        }
    }

    fn request(&self, i: usize) -> BulkRequest {
        BulkRequest::of(Selector { ids: vec![self.known[i].id], ..Selector::default() })
    }

    fn revoke(&mut self, i: usize) {
        let request = self.request(i);
        self.model_db.act(|cx| revoke::revoke(cx, &request, "model", &mut go_on).unwrap());
        self.fall(i);
    }

    fn expire(&mut self, i: usize, span: i64) {
        let (request, at) = (self.request(i), self.model_db.now + span);
        let when = EndRule::At(Timestamp::from_unix(at));
        self.model_db.act(|cx| expire::expire(cx, &request, when, &mut go_on).unwrap());
        if !self.lives(i) {
            return;
        }
        let bound = self.known[i].parent.map_or(i64::MAX, |parent| self.known[parent].deadline);
        let known = &mut self.known[i];
        (known.scheduled, known.deadline) = (true, at.min(known.end).min(bound));
        let end = known.deadline;
        for child in &mut self.known {
            if child.parent == Some(i) && !child.revoked && !child.gone {
                child.deadline = child.deadline.min(end);
            }
        }
    }

    fn prune(&mut self) {
        let request = BulkRequest::of(Selector::default());
        let age = Some(Duration::from_secs(2_000));
        self.model_db.act(|cx| prune::prune(cx, &request, age, &mut go_on).unwrap());
        for i in 0..self.known.len() {
            let gone = self.model_db.store.session(self.known[i].id).unwrap().is_none();
            assert!(!gone || !self.lives(i), "an active session was deleted");
            self.known[i].gone = gone;
        }
    }

    fn switch(&mut self, off: bool) {
        let name = "alice".parse().unwrap();
        self.model_db.act(|cx| match off {
            true => user::disable(cx, &name, None).map(drop).unwrap(),
            false => user::enable(cx, &name).map(drop).unwrap(),
        });
        if off && !self.disabled {
            for i in 0..self.known.len() {
                if self.known[i].is_parent {
                    self.fall(i);
                }
            }
        }
        self.disabled = off;
    }

    /// Compares every session without recording a visit.
    fn compare(&self, act: Act) {
        let now = Timestamp::from_unix(self.model_db.now);
        for (i, known) in self.known.iter().enumerate() {
            let found = self.model_db.store.session(known.id).unwrap();
            assert_eq!(found.is_none(), known.gone, "session {} after {act:?}", known.id);
            let Some((session, parent)) = found else { continue };
            let state = rules::state(&session, parent.as_ref(), now);
            assert_eq!(state == State::Active, self.lives(i), "session {} after {act:?}", known.id);
            assert_eq!(session.revoked_at.is_some(), known.revoked, "session {} after {act:?}", known.id);
            let deadline = session.deadline.unix();
            assert!(known.revoked || deadline == known.deadline, "session {} after {act:?}", known.id);
        }
    }

    fn check(&self) {
        assert_eq!(self.model_db.store.check().unwrap(), Vec::<String>::new());
    }
}

fn go_on(_: &BatchResult) -> ControlFlow<()> {
    ControlFlow::Continue(())
}
