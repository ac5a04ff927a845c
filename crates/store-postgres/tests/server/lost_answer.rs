//! Commits whose answer is lost on the way: a relay between the store and the server loses it, before or after the server
//! gets it, with the connection or without.

use std::time::{Duration, Instant};

use sessionctl_core::model::event::Action;
use sessionctl_core::model::session::{Kind, State};
use sessionctl_core::store::{EventFilter, Store};
use sessionctl_postgres_fixture::{Loss, PostgresServer, Relay, shared};

use crate::env::{Database, new_session, only};

fn count(store: &dyn Store, action: Action) -> usize {
    let filter = EventFilter { actions: vec![action.as_str().to_owned()], ..EventFilter::default() };
    let mut found = 0;
    let counted = store.events(&filter, &mut |_| {
        found += 1;
        std::ops::ControlFlow::Continue(())
    });
    counted.expect("the log can be read");
    found
}

/// The events of a revocation, and of an abandoned change, after a revocation whose commit is lost.
fn events_of_a_revocation_that_is_lost(server: &PostgresServer, loss: Loss) -> [usize; 2] {
    let database = Database::new(server);
    let id = database.create(&new_session(Kind::Anonymous, None)).expect("the server answers").id;
    let relay = Relay::before(server);
    let relayed = database.at(relay.url(&database.name));
    let mut store = relayed.store();
    relay.lose(loss);
    crate::env::revoke(store.as_mut(), &only(id));
    assert_eq!(database.state(id), State::Revoked);
    store.verify_log().expect("the log can be read");
    [Action::SessionRevoked, Action::ChangeAbandoned].map(|action| count(store.as_ref(), action))
}

#[test]
fn change_whose_answer_is_lost_after_the_commit_is_reported_as_done_and_made_once() {
    let Some(server) = shared() else { return };
    assert_eq!(events_of_a_revocation_that_is_lost(server, Loss::CutAfter), [1, 0]);
}

#[test]
fn change_whose_commit_never_arrives_is_abandoned_under_its_number_and_made_again() {
    let Some(server) = shared() else { return };
    let counts = events_of_a_revocation_that_is_lost(server, Loss::CutBefore);
    assert_eq!(counts, [1, 1], "certainty needs the first attempt's number");
}

#[test]
fn change_whose_commit_is_met_with_silence_is_given_up_after_the_clients_own_limit_and_made_certain() {
    let Some(server) = shared() else { return };
    // The server gets it and the answer never comes; or it never gets it, and waits for it as the client does.
    for (loss, events) in [(Loss::SilentAfter, [1, 0]), (Loss::SilentBefore, [1, 1])] {
        let begun = Instant::now();
        assert_eq!(events_of_a_revocation_that_is_lost(server, loss), events, "{loss:?}");
        assert!(begun.elapsed() >= Duration::from_secs(10), "{loss:?}: it was given up too early");
    }
}

#[test]
fn login_whose_answer_is_lost_creates_one_session_whose_token_is_right() {
    let Some(server) = shared() else { return };
    let database = Database::new(server);
    let user = database.user("bob");
    let relay = Relay::before(server);
    let relayed = database.at(relay.url(&database.name));
    for loss in [Loss::CutBefore, Loss::CutAfter] {
        let mut store = relayed.store();
        relay.lose(loss);
        let outcome = store.log_in(crate::env::log_in(user, 20)).unwrap();
        let sessionctl_core::store::LogInOutcome::Done { issued, .. } = outcome else {
            panic!("{outcome:?}")
        };
        let found = store.look_up(&issued.token).unwrap().expect("the token is the session's");
        assert_eq!(found.session.id, issued.id);
    }
    let mut client = database.client();
    let sessions: i64 = client.query_one("SELECT count(*) FROM sessionctl.session", &[]).unwrap().get(0);
    assert_eq!(sessions, 2);
}
