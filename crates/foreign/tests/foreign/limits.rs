//! A list with a limit is the beginning of the list without one, whatever the values and whether or not each payload was
//! decoded.

use std::ops::ControlFlow;

use crate::fixture::{DJANGO, Fixture, NOW, django_key};
use crate::window::{PROGRAMS, fixture, value};
use proptest::prelude::*;
use rusqlite::params;
use sessionctl_core::model::time::Timestamp;
use sessionctl_foreign::filter::Filter;
use sessionctl_foreign::ops::{self, ListRequest, Order};
use sessionctl_foreign::record::State;

const ORDERS: [Order; 4] = [Order::Newest, Order::Oldest, Order::Expiring, Order::LastSeen];

/// The ids of a list, and how many sessions match.
fn listed(fixture: &Fixture, filter: &Filter, order: Order, limit: Option<usize>) -> (Vec<String>, u64) {
    let request = ListRequest { filter: filter.clone(), order, limit, after: None };
    fixture.with(|cx| {
        let mut ids = Vec::new();
        let listed = ops::list(cx, &request, &mut |record| {
            ids.push(record.id);
            ControlFlow::Continue(())
        });
        (ids, listed.unwrap().matched)
    })
}

fn check(fixture: &Fixture, name: &str) {
    let active = Filter { states: vec![State::Active], ..Filter::default() };
    let all = Filter { all: true, ..Filter::default() };
    for filter in [Filter::default(), active, all] {
        for order in ORDERS {
            let (whole, matched) = listed(fixture, &filter, order, None);
            for limit in [1, 7, 33, 200] {
                let expected = (whole.iter().take(limit).cloned().collect(), matched);
                assert_eq!(
                    listed(fixture, &filter, order, Some(limit)),
                    expected,
                    "{name} {order:?} {limit}"
                );
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn limited_list_begins_as_the_whole_list(values in prop::collection::vec(value(), 100..300)) {
        for program in PROGRAMS {
            check(&fixture(&program, &values), program.name);
        }
    }
}

/// Seconds in base 62, as Django signs with them.
fn base62(mut seconds: i64) -> String {
    let digits = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut text = Vec::new();
    while seconds > 0 {
        text.insert(0, digits[(seconds % 62) as usize]);
        seconds /= 62;
    }
    String::from_utf8(text).unwrap()
}

#[test]
fn limited_list_of_payloads_with_times_begins_as_the_whole_list() {
    let fixture = Fixture::new(DJANGO);
    let connection = fixture.connect();
    connection.execute_batch("BEGIN").unwrap();
    for number in 0..600_u32 {
        // Each third payload cannot be read, so that its time does not count; the times are in no order.
        let value = if number % 3 == 0 { "!" } else { "e30" };
        let signed_at = NOW - i64::from(number * 7_919 % 601) * 60;
        let payload = format!("{value}:{}:c2ln", base62(signed_at));
        let expires = Timestamp::from_unix(signed_at + 3_600).to_string();
        let expires = format!("{} {}", &expires[..10], &expires[11..19]);
        let sql = "INSERT INTO django_session VALUES (?, ?, ?)";
        connection.execute(sql, params![django_key(number), payload, expires]).unwrap();
    }
    connection.execute_batch("COMMIT").unwrap();
    check(&fixture, "django");
    let (_, matched) = listed(&fixture, &Filter { all: true, ..Filter::default() }, Order::Newest, Some(1));
    assert_eq!(matched, 600);
}
