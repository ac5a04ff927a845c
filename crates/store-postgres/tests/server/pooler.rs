//! PgBouncer in transaction mode: no statement has a name that another client could meet, and no setting outlives a
//! transaction.

use std::ops::ControlFlow;
use std::thread;

use sessionctl_core::model::event::Action;
use sessionctl_core::model::selector::{Selector, Sort};
use sessionctl_core::model::session::{Kind, State};
use sessionctl_core::store::{LogVerdict, Page, Touch};
use sessionctl_postgres_fixture::{Pooler, shared};

use crate::env::{Database, event, new_session, only};

const CLIENTS: usize = 8;
const ROUNDS: usize = 10;

#[test]
fn clients_behind_a_pooler_in_transaction_mode_do_not_meet() {
    let Some(server) = shared() else { return };
    let Some(pooler) = Pooler::start(server) else { return };
    let direct = Database::new(server);
    let database = direct.at(pooler.url(&direct.name));
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                let mut store = database.store();
                for _ in 0..ROUNDS {
                    let issued = database.create(&new_session(Kind::Anonymous, None)).unwrap();
                    let found = store.look_up(&issued.token).unwrap().unwrap();
                    assert_eq!(found.session.id, issued.id);
                    let touch = Touch::new(issued.id, database.now());
                    store.touch(&[touch], &event(Action::NetworkChanged)).unwrap();
                    // A list is read with a cursor, within one transaction.
                    let all = Selector { all: true, ..Selector::default() };
                    let mut seen = 0;
                    let mut each = |_| {
                        seen += 1;
                        ControlFlow::Continue(())
                    };
                    store.select(&all, Page::whole(Sort::Oldest), database.now(), &mut each).unwrap();
                    assert!(seen > 0);
                    database.revoke(&only(issued.id));
                    assert_eq!(database.state(issued.id), State::Revoked);
                }
            });
        }
    });
    let events = 1 + 2 * (CLIENTS * ROUNDS) as u64;
    let verdict = database.store().verify_log().unwrap();
    assert!(
        matches!(verdict, LogVerdict::Consistent { events: found, .. } if found == events),
        "{verdict:?}"
    );
}
