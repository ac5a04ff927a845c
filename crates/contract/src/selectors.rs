//! Sessions of every sort, and random selectors over them.

use std::net::IpAddr;
use std::time::Duration;

use proptest::prelude::*;
use sessionctl_core::model::event::Action;
use sessionctl_core::model::selector::{Selector, StateFilter, ValueFilter};
use sessionctl_core::model::session::{Client, Kind, SessionId, State};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::{NewSession, Touch};

use crate::StoreProvider;
use crate::scene::{Scene, at, event, id, name, new_session, only};

/// The time at which the sessions are listed.
pub(crate) const NOW: i64 = 500;
/// The number of sessions.
pub(crate) const SESSIONS: i64 = 61;

/// Sessions of every kind, user, client and state; the first is the parent of some.
pub(crate) fn crowd(provider: &dyn StoreProvider) -> Scene {
    let mut scene = Scene::new(provider);
    let users = [scene.user("ann"), scene.user("bob")];
    let parent = scene.create_session(&new_session(Kind::Sso, Some(users[0]))).id;
    for number in 0..60_u64 {
        let kind = Kind::ALL[(number % 4) as usize];
        let user = (kind != Kind::Anonymous).then(|| users[(number % 3 % 2) as usize]);
        let new = NewSession {
            parent: (kind == Kind::Web && number % 8 == 1).then_some(parent),
            scopes: if kind == Kind::Api { vec!["read".into(), format!("s{}", number % 5)] } else { vec![] },
            client: Client {
                app: (number % 5 > 0).then(|| format!("app{}", number % 5)),
                label: (number % 7 > 2).then(|| format!("laptop-{}", number % 7)),
                ip: match number % 6 {
                    0 => None,
                    1 => Some(IpAddr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, 1])),
                    last => Some(IpAddr::from([203, 0, 113, last as u8])),
                },
                user_agent: (number % 4 > 1)
                    .then(|| ["curl/8.1", "Firefox"][(number % 4 % 2) as usize].into()),
            },
            idle_timeout: Some(Duration::from_secs(300 + 10 * number)),
            ..new_session(kind, user)
        };
        scene.go_to(number as i64).create_session(&new);
    }
    for number in (3..SESSIONS).step_by(5).filter(|number| *number != parent.get()) {
        scene.go_to(70).revoke(&only(id(number)));
    }
    for number in (2..SESSIONS).step_by(4) {
        let from = [
            IpAddr::from([203, 0, 113, (number % 7) as u8]),
            IpAddr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, 9]),
        ];
        let touch = Touch { ip: Some(from[(number % 8 / 4) as usize]), ..Touch::new(id(number), at(75)) };
        scene.store.touch(&[touch], &event(Action::NetworkChanged)).unwrap();
    }
    scene.go_to(NOW);
    scene
}

type Values<T> = (Vec<T>, Vec<T>);

/// Values of which one is required, and values of which none is accepted.
fn values<T: Clone + std::fmt::Debug>(
    one: impl Strategy<Value = T> + Clone,
) -> impl Strategy<Value = Values<T>> {
    let some = proptest::collection::vec(one, 1..3);
    let none = || Just(Vec::new());
    (prop_oneof![4 => none(), 1 => some.clone()], prop_oneof![6 => none(), 1 => some])
}

fn words(words: &'static [&'static str]) -> impl Strategy<Value = Values<String>> {
    values(proptest::sample::select(words).prop_map(str::to_owned))
}

fn filter<T, U>((any_of, none_of): Values<T>, read: impl Fn(T) -> U) -> ValueFilter<U> {
    let read = |values: Vec<T>| values.into_iter().map(&read).collect();
    ValueFilter { any_of: read(any_of), none_of: read(none_of) }
}

fn ids() -> impl Strategy<Value = Vec<SessionId>> {
    proptest::collection::vec((1_i64..65).prop_map(id), 0..6)
}

fn time() -> impl Strategy<Value = Option<Timestamp>> {
    proptest::option::weighted(0.15, (0_i64..1_000).prop_map(at))
}

/// Patterns of the characters that labels have, and of those that mean something.
fn pattern() -> impl Strategy<Value = String> + Clone {
    let random = proptest::collection::vec(
        proptest::sample::select(
            &["*", "?", "[", "]", "^", "-", "laptop", "l", "p", "3", "4", "[3-5]", "[^4]"][..],
        ),
        1..5,
    );
    let known = proptest::sample::select(&["laptop-*", "laptop-3*", "laptop-?", "*[4-6]", "*-[^45]"][..]);
    prop_oneof![known.prop_map(str::to_owned), random.prop_map(|parts| parts.concat())]
}

/// Selectors in which any parts are set.
pub(crate) fn selectors() -> impl Strategy<Value = Selector> {
    let states = proptest::option::of(proptest::sample::select(vec![
        StateFilter::Any,
        StateFilter::Ended,
        StateFilter::Only(State::Active),
        StateFilter::Only(State::Expired),
        StateFilter::Only(State::Revoked),
    ]));
    let named = prop_oneof![3 => Just(Vec::new()), 1 => ids()];
    let kind = values(proptest::sample::select(&Kind::ALL[..]));
    let anonymous = proptest::bool::weighted(0.1);
    let whose = (named, words(&["ann", "BOB", "carl"]), anonymous, states, any::<bool>());
    let client = (kind, words(&["app1", "app4", "x"]), values(pattern()), words(&["read", "s1", "rea"]));
    let network = || words(&["203.0.113.0/24", "203.0.113.3", "10.0.0.0/8", "::/0", "2001:db8::/32"]);
    let place = (network(), network(), words(&["*", "curl*", "*fox"]), proptest::bool::weighted(0.15), ids());
    let times = (time(), time(), time(), time(), time(), time(), time(), time(), time());
    (whose, client, place, times).prop_map(
        |(
            (ids, user, anonymous, state, all),
            (kind, app, label, scope),
            (ip, last_ip, agent, parent, except),
            times,
        )| Selector {
            ids,
            user: filter(user, |user| name(&user)),
            anonymous,
            kind: filter(kind, |kind| kind),
            state,
            app: filter(app, |app| app),
            label: filter(label, |label| label),
            user_agent: filter(agent, |agent| agent),
            scope: filter(scope, |scope| scope),
            parent: parent.then(|| id(1)),
            ip: filter(ip, |block| block.parse().unwrap()),
            last_ip: filter(last_ip, |block| block.parse().unwrap()),
            created_before: times.0,
            created_after: times.1,
            seen_before: times.2,
            seen_after: times.3,
            expiring_by: times.4,
            ended_by: times.5,
            ended_before: times.6,
            ended_after: times.7,
            active_at: times.8,
            except,
            all,
        },
    )
}
