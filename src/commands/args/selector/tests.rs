//! What the selector flags accept and refuse.

use clap::Parser;

use super::*;

#[derive(Debug, Parser)]
struct Line {
    #[command(flatten)]
    selector: SelectorArgs,
}

fn parse(line: &[&str]) -> Result<SelectorArgs, clap::Error> {
    Line::try_parse_from(std::iter::once("x").chain(line.iter().copied())).map(|line| line.selector)
}

#[test]
fn selector_reads_every_flag() {
    let args = parse(&[
        "42",
        "7",
        "--user",
        "Bob",
        "--kind",
        "api",
        "--state",
        "revoked",
        "--app",
        "shop",
        "--label",
        "ci-*",
        "--scope",
        "read:x",
        "--under",
        "3",
        "--ip",
        "10.0.0.0/8",
        "--created-before",
        "-2h",
        "--created-after",
        "30d",
        "--seen-before",
        "2026-01-31",
        "--seen-after",
        "1800000000",
        "--expiring-within",
        "1w",
        "--except",
        "1",
        "--except",
        "2",
    ])
    .unwrap();
    assert_eq!((args.ids.len(), args.except.len()), (2, 2));
    assert_eq!(all(&args.kind), [Kind::Api]);
    assert_eq!(args.state, Some(StateFilter::Only(State::Revoked)));
    assert_eq!(args.user[0].0[0].as_str(), "Bob");
    assert!(parse(&["--anonymous", "--state", "any"]).unwrap().anonymous);
    assert!(parse(&["--all", "--user", "bob"]).unwrap().all);
    assert!(parse(&["--except", "7"]).unwrap().is_empty());
    let lists = parse(&["--app", "shop,a\\,b", "--app", "mail", "--not-kind", "api,sso"]).unwrap();
    let selector = lists.filters(Timestamp::from_unix(0), Zone::UTC);
    assert_eq!(selector.app.any_of, ["shop", "a,b", "mail"]);
    assert_eq!(selector.kind.none_of, [Kind::Api, Kind::Sso]);
    let anonymous = parse(&["--anonymous", "--kind", "api,sso", "--user", "bob"]).unwrap();
    let selector = anonymous.filters(Timestamp::from_unix(0), Zone::UTC);
    assert_eq!((selector.anonymous, selector.kind.any_of), (true, vec![Kind::Api, Kind::Sso]));
    for line in
        [&["7"][..], &["--all"], &["--anonymous"], &["--expiring-within", "1h"], &["--seen-after", "1h"]]
    {
        assert!(!parse(line).unwrap().is_empty());
    }
}

#[test]
fn selector_refuses_contradictions_and_bad_values() {
    for line in [
        &["--all", "42"][..],
        &["--app="],
        &["--app", ","],
        &["--not-app", "shop,"],
        &["--label="],
        &["--not-user-agent", ""],
        &["--user", "alice,"],
        &["--kind", ","],
        &["--scope", ","],
        &["--ip", ","],
        &["--kind", "cookie"],
        &["--state", "ended"],
        &["--scope", "a b"],
        &["--ip", "10.0.0.0/40"],
        &["--created-before", "soon"],
        &["--expiring-within", "7"],
        &["--user", " "],
    ] {
        assert!(parse(line).is_err(), "{line:?}");
    }
}

#[test]
fn selector_accepts_any_bytes_as_an_id() {
    use std::os::unix::ffi::OsStringExt as _;
    let odd = std::ffi::OsString::from_vec(vec![0xff, b'x']);
    assert!(Line::try_parse_from([std::ffi::OsString::from("x"), odd, "-".into()]).is_ok());
}
