//! SIGKILL while clients log in and out, rotate and revoke: what was acknowledged is there, and the database is sound.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use crate::api::Api;
use crate::front::{Front, free_address, wait_until};
use crate::http::get;
use crate::long::{count, report};
use crate::random::{self, Random};

const CLIENTS: usize = 8;

/// What a client knows about a token: that it is active or not, or `None` where nobody answered.
type Known = (String, Option<bool>);

struct Client<'a> {
    number: usize,
    front: &'a Front,
    api: &'a Api,
    /// The answers that all clients had.
    answered: &'a AtomicUsize,
    known: Vec<Known>,
}

impl Client<'_> {
    /// Works until the front is gone.
    fn run(mut self) -> Vec<Known> {
        while self.turn().is_some() {}
        self.known
    }

    /// One life of a session; `None` where an answer is missing.
    fn turn(&mut self) -> Option<()> {
        let cookie = self.front.try_login(self.front.address)?.cookie()?;
        let token = cookie.split_once('=')?.1.to_owned();
        self.know(token.clone(), true);
        let token = if self.number.is_multiple_of(2) { self.rotate(token)? } else { token };
        match self.number % 4 {
            0 => Some(()),
            1 => self.end(|client| {
                let cookie = format!("__Host-Http-session={token}");
                let logout = get(client.front.address, "/_session/logout").with("Cookie", &cookie).form("");
                logout.try_send().is_some_and(|answer| answer.status == 303)
            }),
            2 => self.end(|client| client.api.revoke(&token)),
            // A process of its own, which is not killed.
            _ => self.end(|client| {
                client.front.try_run(&["revoke", "--stdin", "--yes", "-q"], &token).status.success()
            }),
        }
    }

    fn rotate(&mut self, token: String) -> Option<String> {
        self.forget_last();
        let new = self.api.rotate(&token)?;
        self.known.pop();
        self.know(token, false);
        self.know(new.clone(), true);
        Some(new)
    }

    fn end(&mut self, end: impl FnOnce(&Self) -> bool) -> Option<()> {
        self.forget_last();
        if !end(self) {
            return None;
        }
        let (token, _) = self.known.pop()?;
        self.know(token, false);
        Some(())
    }

    fn know(&mut self, token: String, is_active: bool) {
        self.known.push((token, Some(is_active)));
        self.answered.fetch_add(1, Ordering::Relaxed);
    }

    /// From here to the answer, it may be so or not.
    fn forget_last(&mut self) {
        if let Some(last) = self.known.last_mut() {
            last.1 = None;
        }
    }
}

#[test]
fn acknowledged_changes_survive_kills_under_load() {
    let address = free_address();
    let mut front = Front::start(&["--log", "off", "--api", &address.to_string()]);
    let api = Api::new(&front, address);
    let seed = random::seed();
    let (mut random, kills) = (Random::new(seed), count(200, 5));
    let (mut active, mut ended, mut open) = (0, 0, 0);
    for round in 0..kills {
        let answered = AtomicUsize::new(0);
        let (enough, more) = (1 + random.below(24), Duration::from_micros(random.below(40_000) as u64));
        let known: Vec<Known> = thread::scope(|scope| {
            let clients: Vec<_> = (0..CLIENTS)
                .map(|number| Client {
                    number,
                    front: &front,
                    api: &api,
                    answered: &answered,
                    known: Vec::new(),
                })
                .map(|client| scope.spawn(move || client.run()))
                .collect();
            wait_until("the clients have answers", || answered.load(Ordering::Relaxed) >= enough);
            thread::sleep(more);
            front.signal("-KILL");
            clients.into_iter().flat_map(|client| client.join().expect("a client")).collect()
        });
        front.kill();
        front.restart();
        let what = format!("round {round} of seed {seed}, killed {more:?} after {enough} answers");
        let gate = |token: &str| front.gate(&format!("__Host-Http-session={token}"));
        let of = |state: Option<bool>| known.iter().filter(move |known| known.1 == state);
        // A token that was rotated away ends its session when it is presented again: the active ones come first.
        of(Some(true)).for_each(|(token, _)| assert_eq!(gate(token), 200, "{what}"));
        of(Some(false)).for_each(|(token, _)| assert_eq!(gate(token), 401, "{what}"));
        active += of(Some(true)).count();
        ended += of(Some(false)).count();
        open += of(None).count();
        front.run(&["db", "check"]);
    }
    assert!(active + ended > kills, "only {active} and {ended} were acknowledged");
    let more =
        format!("{active} acknowledged active, {ended} ended or rotated away, {open} without an answer");
    report("kills of a front under 8 clients, db check after each", kills, &more);
}
