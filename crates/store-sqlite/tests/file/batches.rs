//! The batches of bulk work: no batch takes all sessions, so that others write between two of them.

use sessionctl_core::model::event::Action;
use sessionctl_core::model::selector::{Selector, StateFilter};
use sessionctl_core::model::session::Kind;
use sessionctl_core::store::{Access, SessionStore as _};

use crate::env::{Env, at, batch, event, new_session};

#[test]
fn first_batch_of_revoke_and_prune_leaves_sessions_for_the_next() {
    let mut env = Env::new();
    let random: Vec<[u8; 24]> = (0..3_000).map(|_| env.random()).collect();
    let session = new_session(Kind::Anonymous, None);
    env.store.create(&session, &random, event(Action::SessionCreated)).unwrap();
    let selector = Selector { state: Some(StateFilter::Any), ..Selector::default() };
    let all = batch(&env.store, &selector);
    let revoked = env.store.revoke(&all, "test", event(Action::SessionRevoked)).unwrap();
    assert!(revoked.next.is_some() && revoked.changes.len() < 3_000, "all were revoked under one lock");
    env.clock.set(at(10_000));
    let selector = Selector { ended_by: Some(at(10_000)), ..Selector::default() };
    let all = batch(&env.store, &selector);
    let pruned = env.open(Access::Write).prune(&all, event(Action::SessionsPruned)).unwrap();
    assert!(pruned.next.is_some() && pruned.changes.len() < 3_000, "all were deleted under one lock");
}
