//! `data`: values kept with a session.

use crate::harness::TestEnv;

fn cart() -> (TestEnv, String) {
    let place = TestEnv::new();
    let token = place.generate(&["--kind", "anonymous"]);
    (place, token)
}

#[test]
fn a_value_is_set_got_replaced_and_unset() {
    let (place, token) = cart();
    for json in [r#"["laptop"]"#, r#"{"a":{"b":[1,2.5,null,true]}}"#, "\"text with \u{1F6D2}\"", "0", "null"]
    {
        place.feed(&["data", "set", "-", "cart", json], &token).ok();
        let got: serde_json::Value =
            serde_json::from_str(&place.feed(&["data", "get", "-", "cart"], &token).ok().out()).unwrap();
        assert_eq!(got, serde_json::from_str::<serde_json::Value>(json).unwrap());
    }
    place.feed(&["data", "unset", "-", "cart"], &token).ok();
    place.feed(&["data", "get", "-", "cart"], &token).refused(3);
}

#[test]
fn values_are_listed_by_name_and_belong_to_one_session() {
    let (place, token) = cart();
    let other = place.generate(&["--kind", "anonymous"]);
    place.feed(&["data", "set", "-", "theme", "\"dark\""], &token).ok();
    place.feed(&["data", "set", "-", "cart", "[]"], &token).ok();
    let list = place.feed(&["data", "list", "-", "--format", "jsonl"], &token).ok().jsonl();
    let keys: Vec<_> = list.iter().map(|entry| entry["key"].as_str().unwrap()).collect();
    assert_eq!(keys, ["cart", "theme"]);
    let id = place.id_of(&token);
    assert_eq!(place.run(&["data", "get", &id, "theme"]).ok().out(), "\"dark\"");
    place.feed(&["data", "get", "-", "theme"], &other).refused(3);
    assert_eq!(place.feed(&["data", "list", "-", "--format", "count"], &other).ok().out(), "0");
}

#[test]
fn of_two_writers_with_one_version_the_second_is_told() {
    let (place, token) = cart();
    place.feed(&["data", "set", "-", "cart", "1", "--if-version", "0"], &token).ok();
    place.feed(&["data", "set", "-", "cart", "2", "--if-version", "1"], &token).ok();
    let late = place.feed(&["data", "set", "-", "cart", "3", "--if-version", "1"], &token);
    late.any_code(&[1, 6]);
    place.feed(&["data", "set", "-", "cart", "3", "--if-version", "0"], &token).any_code(&[1, 6]);
    assert_eq!(place.feed(&["data", "get", "-", "cart"], &token).ok().out(), "2");
}

#[test]
fn what_is_no_json_or_too_much_is_refused() {
    let (place, token) = cart();
    for bad in ["laptop", "[1,", "{'a':1}", "", "1 2"] {
        place.feed(&["data", "set", "-", "cart", bad], &token).refused(2);
    }
    let much = format!("\"{}\"", "x".repeat(70_000));
    place.feed(&["data", "set", "-", "cart", &much], &token).any_code(&[1, 2, 6]);
    place.feed(&["data", "set", "-", "", "1"], &token).refused(2);
    assert_eq!(place.feed(&["data", "list", "-", "--format", "count"], &token).ok().out(), "0");
}

#[test]
fn a_dead_session_takes_no_more() {
    let (place, token) = cart();
    place.feed(&["data", "set", "-", "cart", "1"], &token).ok();
    place.feed(&["logout", "-"], &token).ok();
    place.feed(&["data", "set", "-", "cart", "2"], &token).refused(5);
    place.feed(&["data", "unset", "-", "cart"], &token).refused(5);
    place.feed(&["data", "set", "-", "cart", "2"], &"0".repeat(64)).refused(3);
}

#[test]
fn data_is_in_no_event() {
    let (place, token) = cart();
    place.feed(&["data", "set", "-", "cart", "\"a-secret-wish\""], &token).ok();
    let log = place.run(&["log", "--format", "jsonl"]).ok();
    assert!(log.out().contains("data.changed") && !log.out().contains("a-secret-wish"), "{log:?}");
}
