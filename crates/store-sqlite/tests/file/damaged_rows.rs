//! Lists with a damaged row: the sound rows are listed, and the damaged one is named.

use std::ops::ControlFlow;

use sessionctl_core::model::selector::{Selector, Sort};
use sessionctl_core::store::{
    AuditStore as _, EventFilter, Page, SessionStore as _, StoreError, UserStore as _,
};

use crate::env::{Env, at};

fn assert_names(result: Result<(), StoreError>, name: &str) {
    match result {
        Err(StoreError::Corrupt(why)) => assert!(why.starts_with(name), "{why}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn select_lists_sound_sessions_and_names_the_damaged_one() {
    let mut env = Env::new();
    for _ in 0..6 {
        env.create_anonymous();
    }
    env.run_sql(
        "PRAGMA ignore_check_constraints = ON; UPDATE session SET deadline = deadline + 1 WHERE id = 2",
    );
    let list = |sort, limit| {
        let mut ids = Vec::new();
        let page = Page { sort, after: None, limit };
        let result = env.store.select(&Selector::default(), page, at(1), &mut |session| {
            ids.push(session.id.get());
            ControlFlow::Continue(())
        });
        (ids, result)
    };
    for limit in [None, Some(100)] {
        for (sort, expected) in [(Sort::Newest, [6, 5, 4, 3, 1]), (Sort::Oldest, [1, 3, 4, 5, 6])] {
            let (ids, result) = list(sort, limit);
            assert_names(result, "session 2: ");
            assert_eq!(ids, expected, "{sort:?} {limit:?}");
        }
    }
    let (ids, result) = list(Sort::Newest, Some(4));
    result.unwrap();
    assert_eq!(ids, [6, 5, 4, 3]);
}

#[test]
fn users_lists_sound_users_and_names_the_damaged_one() {
    let mut env = Env::new();
    for name in ["ann", "bob", "cid"] {
        env.add_user(name);
    }
    env.run_sql("UPDATE user SET name = '' WHERE name = 'bob'");
    let mut names = Vec::new();
    let result = env.store.users(&mut |user| {
        names.push(user.name.to_string());
        ControlFlow::Continue(())
    });
    assert_names(result, "user 2: ");
    assert_eq!(names, ["ann", "cid"]);
}

#[test]
fn events_lists_sound_events_and_names_the_damaged_one() {
    let mut env = Env::new();
    env.create_anonymous();
    env.create_anonymous();
    env.run_sql("UPDATE event SET members = x'80' WHERE id = 2");
    let mut ids = Vec::new();
    let result = env.store.events(&EventFilter::default(), &mut |event| {
        ids.push(event.id);
        ControlFlow::Continue(())
    });
    assert_names(result, "event 2: ");
    assert_eq!(ids, [3, 1]);
}
