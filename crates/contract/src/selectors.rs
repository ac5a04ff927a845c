//! Sessions of every sort, and random selectors over them.

use std::net::IpAddr;
use std::time::Duration;

use proptest::prelude::*;
use sessionctl_core::model::selector::{Selector, StateFilter};
use sessionctl_core::model::session::{Client, Kind, SessionId, State};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::NewSession;

use crate::StoreProvider;
use crate::scene::{Scene, at, id, name, new_session, only};

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
                ip: (number % 6 > 1).then(|| IpAddr::from([203, 0, 113, (number % 6) as u8])),
                user_agent: None,
            },
            idle_timeout: Some(Duration::from_secs(300 + 10 * number)),
            ..new_session(kind, user)
        };
        scene.go_to(number as i64).create_session(&new);
    }
    for number in (3..SESSIONS).step_by(5).filter(|number| *number != parent.get()) {
        scene.go_to(70).revoke(&only(id(number)));
    }
    scene.go_to(NOW);
    scene
}

fn word(probability: f64, words: &'static [&'static str]) -> impl Strategy<Value = Option<String>> {
    proptest::option::weighted(probability, proptest::sample::select(words).prop_map(str::to_owned))
}

fn ids() -> impl Strategy<Value = Vec<SessionId>> {
    proptest::collection::vec((1_i64..65).prop_map(id), 0..6)
}

fn time() -> impl Strategy<Value = Option<Timestamp>> {
    proptest::option::weighted(0.15, (0_i64..1_000).prop_map(at))
}

/// Patterns of the characters that labels have, and of those that mean something.
fn pattern() -> impl Strategy<Value = Option<String>> {
    let random = proptest::collection::vec(
        proptest::sample::select(
            &["*", "?", "[", "]", "^", "-", "laptop", "l", "p", "3", "4", "[3-5]", "[^4]"][..],
        ),
        1..5,
    );
    let known = proptest::sample::select(&["laptop-*", "laptop-3*", "laptop-?", "*[4-6]", "*-[^45]"][..]);
    proptest::option::weighted(
        0.25,
        prop_oneof![known.prop_map(str::to_owned), random.prop_map(|parts| parts.concat())],
    )
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
    let kind = proptest::option::weighted(0.25, proptest::sample::select(&Kind::ALL[..]));
    let whose = (named, word(0.25, &["ann", "BOB", "carl"]), states, any::<bool>());
    let client = (kind, word(0.25, &["app1", "app4", "x"]), pattern(), word(0.25, &["read", "s1", "rea"]));
    let network = word(0.25, &["203.0.113.0/24", "203.0.113.3", "10.0.0.0/8"]);
    let place = (network, proptest::bool::weighted(0.15), ids());
    let times = (time(), time(), time(), time(), time(), time());
    (whose, client, place, times).prop_map(
        |((ids, user, state, all), (kind, app, label, scope), (ip, parent, except), times)| Selector {
            ids,
            user: user.map(|user| name(&user)),
            kind,
            state,
            app,
            label,
            scope,
            parent: parent.then(|| id(1)),
            ip: ip.map(|block| block.parse().unwrap()),
            created_before: times.0,
            created_after: times.1,
            seen_before: times.2,
            seen_after: times.3,
            expiring_by: times.4,
            ended_by: times.5,
            except,
            all,
        },
    )
}
