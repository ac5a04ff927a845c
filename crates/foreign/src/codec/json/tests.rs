//! What JSON is read, and what is refused: equal keys, escapes, depth and size.

use super::*;

#[test]
fn decode_takes_the_last_of_two_equal_keys() {
    let node = decode(br#"{"a":1,"b":[true,null,1.5,"x"],"a":2}"#).unwrap();
    assert_eq!(node.get("a"), Some(&Node::Integer(2)));
    assert_eq!(node.get("b").map(Node::type_name), Some("list"));
}

#[test]
fn decode_finds_a_key_beside_whatever_its_program_reads() {
    let many = format!("[{}0]", "0,".repeat(150_000));
    let deep = [r#"{"a":["#.repeat(300), "1".to_owned(), "]}".repeat(300)].concat();
    let keys: String = (0..120_000).map(|number| format!(r#""{number}":{number},"#)).collect();
    let long = "9".repeat(400);
    for other in [
        "NaN",
        "-Infinity",
        "Infinity",
        r#""\ud800""#,
        r#""\udc00\ud83d""#,
        "1e400",
        "-1.5E-3",
        long.as_str(),
        many.as_str(),
        deep.as_str(),
        "[{\"a\" : [ ] , \"b\":{ }},[[]],{}]",
    ] {
        for text in [format!(r#"{{"x":{other},"id":"7"}}"#), format!(r#" {{"id" : "7", "x" : {other} }} "#)] {
            let node =
                decode(text.as_bytes()).unwrap_or_else(|_| panic!("{}", &other[..other.len().min(40)]));
            assert_eq!(
                node.get("id"),
                Some(&Node::Text("7".to_owned())),
                "{}",
                &other[..other.len().min(40)]
            );
        }
    }
    let text = format!(r#"{{{keys}"id":"7"}}"#);
    assert!(decode(text.as_bytes()).unwrap().get("id").is_some());
    assert!(decode(b"{\"a\":\"\xff\",\"id\":1}").unwrap().get("id").is_some());
    assert_eq!(decode_latin1(b"{\"a\":\"\xe9\"}").unwrap().get("a"), Some(&Node::Text("é".to_owned())));
}

#[test]
fn decode_reads_escapes_and_pairs() {
    let node = decode(br#"{"a":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00\ud83dx"}"#).unwrap();
    let expected = "\"\\/\u{8}\u{c}\n\r\t\u{e9}\u{1f600}\u{fffd}x";
    assert_eq!(node.get("a"), Some(&Node::Text(expected.to_owned())));
}

#[test]
fn decode_agrees_with_serde_json_on_what_is_json() {
    for text in [
        "{}",
        "[]",
        "1",
        "-0",
        "0.5",
        "\"\"",
        "[1,[2,{\"a\":{}}]]",
        "{\"a\":{\"b\":{\"c\":1}}}",
        "01",
        "1.",
        "-",
        "+1",
        ".5",
        "1e",
        "[1,]",
        "{\"a\":1,}",
        "{a:1}",
        "[1 2]",
        "{\"a\" 1}",
        "\"\\x\"",
        "\"\\u12g4\"",
        "nul",
        "[",
        "{",
        "[}",
        "{\"a\":]",
        "[[]",
        "\"",
        "tru e",
        "{\"a\":1}}",
        "[]]",
        "",
        " ",
    ] {
        let known = serde_json::from_str::<serde_json::Value>(text).is_ok();
        assert_eq!(decode(text.as_bytes()).is_ok(), known, "{text}");
        let nested = format!("{{\"x\":[[{text}]]}}");
        let known = serde_json::from_str::<serde_json::Value>(&nested).is_ok();
        assert_eq!(decode(nested.as_bytes()).is_ok(), known, "{nested}");
    }
}

#[test]
fn decode_refuses_damage_depth_and_more_entries_than_it_keeps() {
    let deep = [br#"{"a":"#.repeat(20_000), b"1".to_vec(), b"}".repeat(20_000)].concat();
    let many: String = (0..=MAX_ENTRIES).map(|number| format!(r#""{number}":0,"#)).collect();
    let many = format!(r#"{{{many}"id":1}}"#);
    for bytes in [deep.as_slice(), b"{", b"{}x", b"{\"a\":\"\x1b\"}", b"", many.as_bytes()] {
        assert_eq!(decode(bytes), Err(UNREADABLE));
    }
}
