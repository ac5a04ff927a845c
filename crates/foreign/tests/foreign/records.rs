//! What rows show: state at the limit, users, reasons, selectors, tokens.

use std::ops::ControlFlow;

use crate::fixture::{all, django, django_key, express, laravel, laravel_key, of_user};
use sessionctl_core::model::session::Kind;
use sessionctl_foreign::filter::Filter;
use sessionctl_foreign::ops::{self, Answer, By, ListRequest, OpsError, Order};
use sessionctl_foreign::record::{Record, State};
use sessionctl_foreign::value::{Key, Value};

fn find<'a>(records: &'a [Record], key: &str) -> &'a Record {
    records.iter().find(|record| record.key == Key(vec![Value::text(key)])).unwrap()
}

#[test]
fn django_rows_show_state_user_and_reasons() {
    let records = django().records();
    let of = |number: u32| find(&records, &django_key(number));
    assert_eq!((of(1).state, of(5).state), (State::Active, State::Expired));
    assert_eq!((of(1).user(), of(1).user_id()), (Some("erin"), Some("1")));
    assert_eq!(of(1).authenticates, None);
    assert!(of(1).why.iter().any(|why| why == "password may have changed"), "{:?}", of(1).why);
    assert_eq!((of(3).user(), of(3).authenticates), (Some("frank"), Some(false)));
    assert_eq!((of(4).kind, of(4).authenticates), (Some(Kind::Anonymous), Some(false)));
    assert_eq!((of(6).user(), of(6).authenticates), (Some("99"), Some(false)));
    assert!(of(6).why.contains(&"user row gone".to_owned()));
    assert_eq!(of(1).id.len(), 16);
}

#[test]
fn laravel_rows_live_at_the_limit_and_the_payload_decides() {
    let fixture = laravel();
    fixture.execute(
        "UPDATE sessions SET user_id = 2 WHERE last_activity = (SELECT min(last_activity) FROM sessions)",
    );
    let records = fixture.records();
    let of = |number: u32| find(&records, &laravel_key(number));
    assert_eq!((of(2).state, of(5).state), (State::Active, State::Expired));
    assert_eq!(of(5).user(), Some("erin@example.org"));
    assert!(of(5).why.contains(&"the column shows user 2, the payload decides".to_owned()));
    assert_eq!(of(4).kind, Some(Kind::Anonymous));
    assert_eq!(of(1).ip.as_deref(), Some("198.51.100.9"));
}

#[test]
fn unread_payload_is_never_anonymous() {
    let fixture = django();
    fixture.execute("UPDATE django_session SET session_data = 'damaged' WHERE session_data LIKE 'e30%'");
    let record = fixture.records().into_iter().find(|record| record.user().is_none()).unwrap();
    assert_eq!((record.kind, record.authenticates), (None, None));
    assert!(record.why.contains(&"payload not readable".to_owned()));
    let filter = Filter { anonymous: true, ..Filter::default() };
    let listed =
        fixture.with(|cx| ops::list(cx, &request(filter), &mut |_| panic!("nobody matches")).unwrap());
    assert_eq!((listed.matched, listed.unreadable), (0, 1));
}

fn request(filter: Filter) -> ListRequest {
    ListRequest { filter, order: Order::Page, limit: None, after: None }
}

fn ids(fixture: &crate::fixture::Fixture, request: &ListRequest) -> (Vec<String>, Option<ops::Cursor>) {
    fixture.with(|cx| {
        let mut found = Vec::new();
        let listed = ops::list(cx, request, &mut |record| {
            found.push(record.id);
            ControlFlow::Continue(())
        });
        (found, listed.unwrap().next)
    })
}

#[test]
fn selectors_match_as_on_our_own_sessions() {
    let fixture = django();
    let count = |filter: Filter| ids(&fixture, &request(filter)).0.len();
    assert_eq!(count(Filter::default()), 5);
    assert_eq!(count(all()), 6);
    assert_eq!(count(of_user("ERIN")), 2);
    assert_eq!(count(Filter { not_users: vec!["erin".to_owned()], ..Filter::default() }), 3);
    assert_eq!(count(Filter { kinds: vec![Kind::Anonymous], ..Filter::default() }), 1);
    assert_eq!(count(Filter { states: vec![State::Expired], ..Filter::default() }), 1);
    let id = fixture.records()[0].id.clone();
    assert_eq!(count(Filter { ids: vec![id[..8].to_owned()], ..Filter::default() }), 1);
    assert_eq!(count(Filter { except: vec![id], ..Filter::default() }), 4);
}

#[test]
fn selector_that_a_layout_cannot_answer_is_refused() {
    let filter = Filter { ips: vec!["10.0.0.0/8".parse().unwrap()], ..Filter::default() };
    let result = django().with(|cx| ops::list(cx, &request(filter), &mut |_| ControlFlow::Continue(())));
    assert!(matches!(result, Err(OpsError::Unanswerable { selectors, .. }) if selectors == ["--ip"]));
}

#[test]
fn sorted_list_with_a_limit_continues_behind_its_cursor() {
    let fixture = laravel();
    let mut request = ListRequest { filter: all(), order: Order::Newest, limit: Some(2), after: None };
    let mut seen = Vec::new();
    for _ in 0..3 {
        let (page, next) = ids(&fixture, &request);
        seen.extend(page);
        request.after = next;
    }
    let whole = ListRequest { limit: None, after: None, ..request.clone() };
    assert_eq!(seen, ids(&fixture, &whole).0);
    assert_eq!((seen.len(), request.after), (5, None));
}

#[test]
fn verify_answers_active_only_without_doubt() {
    let fixture = django();
    let answer = |token: &str| fixture.with(|cx| ops::verify(cx, token).unwrap().answer);
    assert_eq!(answer(&django_key(1)), Answer::Undetermined);
    assert_eq!(answer(&format!("Cookie: a=b; sessionid={}", django_key(5))), Answer::Expired);
    assert_eq!(answer(&django_key(3)), Answer::Refused);
    assert_eq!(answer(&django_key(4)), Answer::Refused);
    assert_eq!(answer(&django_key(7)), Answer::Unknown);
    let id = fixture.records()[0].id.clone();
    assert_eq!(answer(&id), Answer::Unknown, "an id is no token");
}

#[test]
fn express_signature_is_reported_and_never_needed() {
    let fixture = express();
    let key = format!("{:s>32}", 1);
    let cookie = format!("connect.sid=s%3A{key}.bad");
    let inspected = fixture.with(|cx| ops::inspect(cx, &cookie).unwrap().unwrap());
    assert_eq!(inspected.record.user_id(), Some("5"));
    assert_eq!(inspected.signature, Some(sessionctl_foreign::token::SignatureCheck::NotChecked));
    let names: Vec<&str> = inspected.payload.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["cookie", "userId"]);
}

#[test]
fn stats_count_by_state_and_user() {
    let stats = django().with(|cx| ops::stats(cx, &Filter::default(), &[By::User]).unwrap());
    assert_eq!(stats.counts, [5, 1, 0, 0]);
    assert_eq!((stats.groups[0].1[0].name.as_str(), stats.groups[0].1[0].counts), ("erin", [2, 1, 0, 0]));
}

#[test]
fn inspect_reports_an_ambiguous_prefix() {
    let fixture = django();
    fixture.execute("DELETE FROM django_session");
    // Two keys whose fingerprints begin with the same eight digits, found by search.
    let connection = fixture.connect();
    let mut seen = std::collections::HashMap::new();
    let pair = (0..u32::MAX).find_map(|number| {
        let key = django_key(number);
        let prefix = Key(vec![Value::text(&key)]).fingerprint()[..8].to_owned();
        seen.insert(prefix.clone(), key.clone()).map(|other| (prefix, key, other))
    });
    let (prefix, one, other) = pair.unwrap();
    for key in [one, other] {
        let sql = "INSERT INTO django_session VALUES (?, 'x', '2027-04-01 12:00:00')";
        connection.execute(sql, [key]).unwrap();
    }
    let result = fixture.with(|cx| ops::inspect(cx, &prefix).map(|_| ()));
    assert!(matches!(result, Err(OpsError::Ambiguous { ids, .. }) if ids.len() == 2));
}
