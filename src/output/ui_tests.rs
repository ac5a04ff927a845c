//! How status, prompts and results reach their streams, and what quiet, verbose and colour change.

use std::time::Duration;

use serde_json::json;

use super::*;
use crate::output::Format;
use crate::output::capture::{NOW, capture, options};
use crate::output::record::Value;
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::ops::Step;

const VIEW: View = View {
    noun: "sessions",
    singular: "session",
    fields: &["id", "state", "user", "scopes", "created_at", "idle_timeout", "data"],
    columns: &["id", "state", "user"],
};

fn record(id: i64) -> Record {
    Record::new()
        .with("id", id)
        .with("state", Value::Word("active"))
        .with("user", "=a,\"b\"\x1b[2J\u{202e}")
        .with("scopes", vec!["read".to_owned(), "write".to_owned()])
        .with("created_at", Timestamp::from_unix(NOW - 180))
        .with("idle_timeout", Duration::from_secs(1800))
        .with("data", Value::Null)
}

fn one(options: UiOptions) -> String {
    capture(options, |ui| ui.record(&VIEW, record(1)).unwrap()).0
}

fn many(options: UiOptions, number: i64) -> String {
    capture(options, |ui| {
        let mut list = ui.list(&VIEW).unwrap();
        (1..=number).for_each(|id| list.push(record(id)).unwrap());
        list.finish(None).unwrap();
    })
    .0
}

fn with_fields(format: Format, names: &[&str]) -> UiOptions {
    let fields = Some(names.iter().map(|name| (*name).to_owned()).collect());
    UiOptions { fields, ..options(format) }
}

const JSON_REST: &str = r#""state":"active","user":"=a,\"b\"\u001b[2J\u202e","scopes":["read","write"],"created_at":"2026-11-24T01:02:00Z","idle_timeout":1800,"data":null}"#;
const CSV_HEADER: &str = "id,state,user,scopes,created_at,idle_timeout,data\n";
const CSV_REST: &str = "active,\"'=a,\"\"b\"\"\x1b[2J\u{202e}\",read write,2026-11-24T01:02:00Z,1800,\n";

#[test]
fn record_is_printed_in_every_format() {
    let table = "\
id            1
state         active
user          =a,\"b\"\\x1b[2J\\u{202e}
scopes        read write
created_at    2026-11-24 01:02:00 UTC (3m ago)
idle_timeout  30m
data          -
";
    assert_eq!(one(options(Format::Table)), table);
    assert_eq!(one(options(Format::Json)), format!("{{\"id\":1,{JSON_REST}\n"));
    assert_eq!(one(options(Format::Jsonl)), format!("{{\"id\":1,{JSON_REST}\n"));
    assert_eq!(one(options(Format::Csv)), format!("{CSV_HEADER}1,{CSV_REST}"));
    assert_eq!(one(options(Format::Ids)), "1\n");
    assert_eq!(one(options(Format::Count)), "1\n");
}

#[test]
fn list_is_printed_in_every_format() {
    let table = "\
id  state   user
1   active  =a,\"b\"\\x1b[2J\\u{202e}
2   active  =a,\"b\"\\x1b[2J\\u{202e}
";
    assert_eq!(many(options(Format::Table), 2), table);
    let json =
        format!("{{\"sessions\":[\n{{\"id\":1,{JSON_REST},\n{{\"id\":2,{JSON_REST}\n],\"next\":null}}\n");
    assert_eq!(many(options(Format::Json), 2), json);
    serde_json::from_str::<serde_json::Value>(&json).unwrap();
    let jsonl = format!("{{\"id\":1,{JSON_REST}\n{{\"id\":2,{JSON_REST}\n");
    assert_eq!(many(options(Format::Jsonl), 2), jsonl);
    assert_eq!(many(options(Format::Csv), 2), format!("{CSV_HEADER}1,{CSV_REST}2,{CSV_REST}"));
    assert_eq!(many(options(Format::Ids), 2), "1\n2\n");
    assert_eq!(many(options(Format::Count), 2), "2\n");
}

#[test]
fn empty_list_is_printed_in_every_format() {
    for (format, expected) in [
        (Format::Table, ""),
        (Format::Json, "{\"sessions\":[],\"next\":null}\n"),
        (Format::Jsonl, ""),
        (Format::Csv, CSV_HEADER),
        (Format::Ids, ""),
        (Format::Count, "0\n"),
    ] {
        assert_eq!(many(options(format), 0), expected, "{format}");
    }
}

#[test]
fn fields_are_printed_in_the_order_of_the_flag() {
    let names = ["user", "id"];
    let user = "=a,\"b\"\\x1b[2J\\u{202e}";
    assert_eq!(one(with_fields(Format::Table, &names)), format!("user  {user}\nid    1\n"));
    let json = "{\"user\":\"=a,\\\"b\\\"\\u001b[2J\\u202e\",\"id\":1}\n";
    assert_eq!(one(with_fields(Format::Json, &names)), json);
    assert_eq!(
        many(with_fields(Format::Csv, &["created_at", "id"]), 1),
        "created_at,id\n2026-11-24T01:02:00Z,1\n"
    );
    assert_eq!(many(with_fields(Format::Table, &["id", "data"]), 1), "id  data\n1   -\n");
}

#[test]
fn single_field_of_a_record_is_bare() {
    for (field, expected) in [
        ("id", "1\n"),
        ("created_at", "2026-11-24T01:02:00Z\n"),
        ("idle_timeout", "1800\n"),
        ("scopes", "read write\n"),
        ("data", "\n"),
        ("user", "=a,\"b\"\x1b[2J\u{202e}\n"),
    ] {
        assert_eq!(one(with_fields(Format::Table, &[field])), expected);
    }
    let terminal = UiOptions { stdout_is_terminal: true, ..with_fields(Format::Table, &["user"]) };
    assert_eq!(one(terminal), "=a,\"b\"\\x1b[2J\\u{202e}\n");
    assert_eq!(many(with_fields(Format::Table, &["id"]), 1), "id\n1\n");
}

#[test]
fn check_fields_refuses_unknown_names() {
    let options = with_fields(Format::Table, &["id", "nme"]);
    capture(options, |ui| {
        let error = ui.check_fields(&VIEW).unwrap_err().to_string();
        assert!(error.starts_with("no field 'nme' of a session: choose from id, state, "), "{error}");
    });
    capture(with_fields(Format::Table, &["id"]), |ui| ui.check_fields(&VIEW).unwrap());
}

#[test]
fn json_record_on_a_terminal_is_indented() {
    let mut options = with_fields(Format::Json, &["id", "data"]);
    options.stdout_is_terminal = true;
    let record = record(1);
    let (out, _) = capture(options, |ui| ui.record(&VIEW, record).unwrap());
    assert_eq!(out, "{\n  \"id\": 1,\n  \"data\": null\n}\n");
}

#[test]
fn json_values_keep_their_structure() {
    let data = || Record::new().with("id", 1).with("data", json!({"cart": [1, "a b"]}));
    let (out, _) = capture(with_fields(Format::Jsonl, &["data"]), |ui| ui.record(&VIEW, data()).unwrap());
    assert_eq!(out, "{\"data\":{\"cart\":[1,\"a b\"]}}\n");
    let (out, _) = capture(with_fields(Format::Csv, &["data"]), |ui| ui.record(&VIEW, data()).unwrap());
    assert_eq!(out, "data\n\"{\"\"cart\"\":[1,\"\"a b\"\"]}\"\n");
}

#[test]
fn finish_returns_the_cursor_that_the_format_cannot_hold() {
    for (format, out, rest) in [
        (Format::Json, "{\"sessions\":[],\"next\":\"41\"}\n", None),
        (Format::Ids, "", Some("41".to_owned())),
    ] {
        let finish =
            |ui: &mut Ui| assert_eq!(ui.list(&VIEW).unwrap().finish(Some("41".into())).unwrap().next, rest);
        assert_eq!(capture(options(format), finish).0, out);
    }
}

#[test]
fn messages_are_printed_while_a_list_is_written() {
    let (out, err) = capture(options(Format::Ids), |ui| {
        let mut list = ui.results.list(&VIEW).unwrap();
        list.push(record(1)).unwrap();
        ui.messages.warn("one is odd");
        list.push(record(2)).unwrap();
        list.finish(None).unwrap();
    });
    assert_eq!((out.as_str(), err.as_str()), ("1\n2\n", "warning: one is odd\n"));
}

#[test]
fn messages_wrap_between_words_on_a_terminal() {
    let narrow = UiOptions { stderr_width: Some(20), explain: true, ..options(Format::Table) };
    let (_, err) = capture(narrow, |ui| {
        ui.error("no session has this token");
        ui.explain("0123456789abcdef0123456789abcdef is long");
    });
    let expected = "error: no session\n  has this token\n· \n  0123456789abcdef0123456789abcdef\n  is long\n";
    assert_eq!(err, expected.replace("· \n", "·\n"));
}

fn all_messages(ui: &mut Ui) {
    ui.status("done\x1b[2J");
    ui.detail("in 3 ms");
    ui.warn("two\nlines");
    ui.hint("try again");
    ui.explain("looked");
    ui.error("broken");
}

#[test]
fn messages_obey_quiet_verbose_and_explain() {
    let printed = |change: fn(&mut UiOptions)| {
        let mut options = options(Format::Table);
        change(&mut options);
        let (out, err) = capture(options, all_messages);
        assert_eq!(out, "");
        err
    };
    let usual = "done\\x1b[2J\nwarning: two\\nlines\nhint: try again\nerror: broken\n";
    assert_eq!(printed(|_| {}), usual);
    assert_eq!(printed(|o| o.quiet = true), "error: broken\n");
    let loud = printed(|o| (o.verbose, o.explain, o.unicode) = (true, true, false));
    assert!(loud.contains("\nin 3 ms\n") && loud.contains("\n- looked\n"), "{loud}");
    assert!(printed(|o| o.explain = true).contains("\n· looked\n"));
    assert!(printed(|o| o.stderr_color = true).ends_with("\x1b[31merror: \x1b[0mbroken\n"));
}

#[test]
fn steps_are_json_lines_where_results_are_json() {
    for format in [Format::Json, Format::Jsonl] {
        let (out, err) = capture(UiOptions { explain: true, ..options(format) }, |ui| {
            ui.messages.trace(&Step::Answered { answer: "active\u{202e}" });
            ui.explain("read the sessions");
        });
        assert_eq!(out, "");
        let steps: Vec<serde_json::Value> =
            err.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(steps[0]["step"], "answered");
        assert_eq!(steps[1], json!({"step": "note", "text": "read the sessions"}));
        assert!(steps[0]["text"].as_str().unwrap().contains("answer") && !err.contains('\u{202e}'), "{err}");
    }
    let (_, err) = capture(options(Format::Json), |ui| ui.messages.trace(&Step::NotAToken));
    assert_eq!(err, "", "a step without --explain");
}

#[test]
fn bare_keeps_layout_and_write_raw_keeps_bytes() {
    let (out, _) = capture(options(Format::Table), |ui| {
        ui.bare("active").unwrap();
        ui.bare("a\tb\nc\\d\x1b[2J").unwrap();
        ui.write_raw(b"\x1b\\").unwrap();
        ui.list_count(7).unwrap();
    });
    assert_eq!(out, "active\na\tb\nc\\d\\x1b[2J\n\x1b\\7\n");
}

#[test]
fn full_disk_is_reported_in_every_format() {
    for format in Format::NAMES {
        let full = || Box::new(std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap());
        let mut ui = Ui::new(full(), full(), options(format.parse().unwrap()));
        all_messages(&mut ui);
        let _ = ui.record(&VIEW, record(1));
        let mut list = ui.list(&VIEW).unwrap();
        let pushed = (0..10_000).try_for_each(|id| list.push(record(id)));
        let few = matches!(*format, "ids" | "count");
        assert_eq!(pushed.is_err(), !few, "{format}");
        let _ = list.finish(None);
        assert_eq!(ui.flush().unwrap_err().kind(), io::ErrorKind::StorageFull);
    }
}
