//! Every command in every format on every kind of output: a pipe, terminals of 80 and 120 columns, a dumb terminal, a
//! locale that is not UTF-8, no home. The exit code is the same everywhere, machine formats are what they claim to be and
//! hold the same records, and what a person reads is neither broken inside a word nor wider than the terminal.

mod types;
mod world;

use std::fs;
use std::path::Path;

use unicode_width::UnicodeWidthStr as _;

use world::{Place, Printed, World};

const FORMATS: [&str; 6] = ["table", "json", "jsonl", "csv", "ids", "count"];

/// What a command prints.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Prints {
    /// Any number of records, in JSON under this key.
    List(&'static str),
    /// One record.
    One,
    /// Text of its own in a table, and one record in the other formats.
    Text,
    /// As text; these formats would lose the token or the word, and are refused.
    TextExceptIn(&'static [&'static str]),
    /// Text that is no result, such as help: the same in every format.
    Page,
    /// The same, where a format that is asked for is refused.
    PageWithoutFormat,
}
use Prints::{List, One, Page, PageWithoutFormat, Text, TextExceptIn};

/// The commands, what they print, and their exit code. What follows ` < ` is the file of their standard input, and
/// `KID` the id of the signing key.
const COMMANDS: &[(&str, Prints, i32)] = &[
    ("list", List("sessions"), 0),
    ("list --state any --sort oldest", List("sessions"), 0),
    ("list --state revoked", List("sessions"), 0),
    ("list --user nobody", List("sessions"), 3),
    ("tree", List("sessions"), 0),
    ("stats", List("stats"), 0),
    ("stats --by network,user-agent,kind", List("stats"), 0),
    ("log", List("events"), 0),
    ("log head", One, 0),
    ("log verify", One, 0),
    ("inspect 1", One, 0),
    ("inspect 2", One, 0),
    ("verify @token", TextExceptIn(&["count"]), 0),
    ("verify @ended", TextExceptIn(&["count"]), 5),
    ("expire 1 --in 10m --dry-run", List("sessions"), 0),
    ("expire 1 --in 10m --yes", List("results"), 0),
    ("revoke --user alice --dry-run", List("sessions"), 0),
    ("revoke 1 2 99 --yes", List("results"), 3),
    ("revoke --all --yes --expect 1", Text, 6),
    ("prune --all --older-than 0s --dry-run", List("sessions"), 0),
    ("prune --all --older-than 0s --yes", List("results"), 0),
    ("login alice --password-stdin < password", TextExceptIn(&["ids", "count"]), 0),
    ("logout @token", One, 0),
    ("rotate @token", TextExceptIn(&["ids", "count"]), 0),
    ("generate --kind anonymous -n 2", TextExceptIn(&["ids", "count"]), 0),
    ("data list 1", List("values"), 0),
    ("data get 1 cart", Text, 0),
    ("data set 1 theme \"dark\"", One, 0),
    ("data unset 1 cart", One, 0),
    ("user list", List("users"), 0),
    ("user show alice", One, 0),
    ("user add dora --no-password", One, 0),
    ("user import users.csv", List("users"), 0),
    ("user rename bob robert", One, 0),
    ("user passwd bob --password-stdin < password", One, 0),
    ("user unlock bob", One, 0),
    ("user disable bob --yes", One, 0),
    ("user enable bob", One, 0),
    ("user remove bob --yes", One, 0),
    ("user show nobody", One, 3),
    ("db info", One, 0),
    ("db init", One, 0),
    ("db check", List("problems"), 0),
    ("db clock", One, 0),
    ("db policy", List("settings"), 0),
    ("db policy web.idle", One, 0),
    ("db policy web.idle 15m --apply", One, 0),
    ("db policy web.idle 15m --apply --dry-run", List("sessions"), 0),
    ("db backup copy.db", One, 0),
    ("db restore sessions-copy.db --dry-run", One, 0),
    ("db restore sessions-copy.db --yes", One, 0),
    ("db migrate", One, 0),
    ("db copy sessions.db other.db --yes", Text, 2),
    ("db roles --auditor compliance", Text, 2),
    ("cookie format @token", Text, 0),
    ("cookie parse @cookies", List("cookies"), 0),
    ("cookie lint @cookies", List("findings"), 7),
    ("jwt issue @token --audience shop", TextExceptIn(&["count"]), 0),
    ("jwt decode @jwt", One, 0),
    ("jwt verify @jwt --audience shop", TextExceptIn(&["count"]), 0),
    ("jwt verify @jwt --audience bank", TextExceptIn(&["count"]), 3),
    ("jwt keys", List("keys"), 0),
    ("jwt keys list", List("keys"), 0),
    ("jwt keys retire KID", One, 0),
    ("jwt keys revoke KID", One, 0),
    ("jwt keys new", One, 0),
    ("jwt keys export", List("keys"), 0),
    ("layout list", List("layouts"), 0),
    ("layout show django", Text, 0),
    ("layout check my.toml --db app.db", List("sessions"), 0),
    ("log seal", One, 0),
    ("revoke --stdin --yes < ended", List("results"), 0),
    #[cfg(feature = "serve")]
    ("serve --app shop=https://shop.example --recipe nginx", Text, 0),
    ("tour --only bottom-line", PageWithoutFormat, 0),
    ("completions bash", PageWithoutFormat, 0),
    ("man", PageWithoutFormat, 0),
    ("help", Page, 0),
    ("help user add", Page, 0),
];

/// A longer word is a token, a hash or a JWT, which differ from run to run.
const MAX_PLAIN_WORD_BYTES: usize = 30;

/// The words of a text that do not change from run to run: digits count as zeros, and how long ago something was is left
/// out.
fn words(text: &str) -> Vec<String> {
    let plain = |word: &str| -> String {
        if word.len() > MAX_PLAIN_WORD_BYTES {
            return "[secret or hash]".to_owned();
        }
        word.chars().map(|letter| if letter.is_ascii_digit() { '0' } else { letter }).collect()
    };
    let is_age = |word: &String| {
        ["ago", "in", "now", "UTC", "(in", "ago)", "(now)", "-"].contains(&word.as_str())
            || word
                .trim_matches(['(', ')', ','])
                .trim_end_matches(['s', 'm', 'h', 'd', 'y'])
                .bytes()
                .all(|b| b == b'0')
            || ["0000-00-00", "00:00:00"].contains(&word.trim_end_matches([';', ',', ':']))
    };
    text.split_whitespace().map(plain).filter(|word| !is_age(word)).collect()
}

/// How many records a machine format holds; asserts that it is one.
fn records(prints: Prints, format: &str, text: &str, what: &str) -> u64 {
    match format {
        "json" => {
            let document: serde_json::Value =
                serde_json::from_str(text).unwrap_or_else(|error| panic!("{what}: {error}: {text}"));
            match prints {
                List(noun) => {
                    document[noun].as_array().unwrap_or_else(|| panic!("{what}: no {noun}: {text}")).len()
                        as u64
                }
                One | Text | TextExceptIn(_) | Page | PageWithoutFormat => 1,
            }
        }
        "jsonl" => text
            .lines()
            .map(|line| assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "{what}: {line}"))
            .count() as u64,
        "csv" => {
            let mut reader = csv::Reader::from_reader(text.as_bytes());
            reader.records().map(|row| assert!(row.is_ok(), "{what}: {row:?}")).count() as u64
        }
        "ids" => text.lines().count() as u64,
        _ => text.trim_end().parse().unwrap_or_else(|_| panic!("{what}: no number: {text}")),
    }
}

/// Lines that are drawn for the width, and words that only they have.
fn is_drawn(line: &str) -> bool {
    line.contains(['█', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '─', '│', '┬', '┴', '├', '└', '●', '▲', '#', '|'])
        || line.contains("absolute limit")
        || line.contains("issued")
        || line.contains("bars: active")
        // An event is a sentence where a wider terminal has columns.
        || line.contains(" by ")
        || line.contains("app ")
}

/// What a person reads: not broken inside a word, not wider than the terminal, nothing of the messages left out.
fn check_readable(prints: Prints, wide: &Printed, narrow: &Printed, columns: usize, what: &str) {
    let all = words(&wide.stdout);
    for line in narrow.stdout.lines().filter(|line| !is_drawn(line)) {
        for word in words(line) {
            let bare = word.trim_end_matches([',', ':']);
            assert!(
                all.contains(&word) || all.iter().any(|other| other == bare),
                "{what}: {word:?} is no word of the output: {line:?}\n{narrow:?}\n{wide:?}"
            );
        }
    }
    // Only the columns that do not fit are named besides.
    // The later lines of a message are indented.
    let messages = narrow.stderr.replace("\n  ", " ");
    let (before, left_out) = messages.split_once("; a wider terminal also shows ").unwrap_or((&messages, ""));
    let (left_out, after) = left_out.split_once([';', '\n']).unwrap_or((left_out, ""));
    assert_eq!(words(&format!("{before} {after}")), words(&wide.stderr), "{what}: messages");
    for column in left_out.split(", ").map(str::trim).filter(|column| !column.is_empty()) {
        assert!(
            wide.stdout.contains(column) && !narrow.stdout.contains(column),
            "{what}: {column}: {narrow:?}"
        );
    }
    // A token, a cookie or a JWT is one line, to be copied.
    let results = if matches!(prints, Text | TextExceptIn(_)) { "" } else { &narrow.stdout };
    for line in results.lines().chain(narrow.stderr.lines()) {
        let longest = line.split_whitespace().map(|word| word.width()).max().unwrap_or(0);
        let indent = line.len() - line.trim_start().len();
        // A word that is longer than the line is not broken; it begins the line, or follows a name.
        assert!(
            line.width() <= columns || indent + longest + 24 > columns,
            "{what}: {} columns: {line}",
            line.width()
        );
    }
}

/// What is no result is the same in every format, up to what differs from run to run.
fn check_page(printed: &Printed, first: &str, what: &str) {
    assert!(
        printed.stdout.lines().count() > 5 && !printed.stderr.contains("panicked"),
        "{what}: {printed:?}"
    );
    assert_eq!(words(&printed.stdout), words(first), "{what}");
}

fn check(place: Place) {
    let world = World::new();
    for (index, (line, prints, code)) in COMMANDS.iter().enumerate() {
        let (mut counts, mut pages) = (Vec::new(), None);
        for (at, format) in FORMATS.iter().enumerate() {
            let what = format!("{line} --format {format} at {place:?}");
            let printed = world.run(line, format, place, FORMATS.len() * index + at);
            let is_refused = matches!(prints, TextExceptIn(lossy) if lossy.contains(format))
                || *prints == PageWithoutFormat && *format != "table";
            let code = if is_refused { 2 } else { *code };
            assert_eq!(printed.code, Some(code), "{what}: {printed:?}");
            if *prints == Page || *prints == PageWithoutFormat && !is_refused {
                check_page(&printed, pages.get_or_insert_with(|| printed.stdout.clone()), &what);
                continue;
            }
            let both = format!("{}{}", printed.stdout, printed.stderr);
            assert!(!both.contains("panicked"), "{what}: {printed:?}");
            assert!(!printed.stdout.contains('\u{1b}'), "{what}: {printed:?}");
            if place == Place::Dumb {
                assert!(!both.contains('\u{1b}'), "{what}: {both:?}");
            }
            if place == Place::NoUnicode && *format == "table" {
                assert!(both.is_ascii(), "{what}: {both}");
            }
            if *format == "table" {
                if let Place::Terminal(columns) = place {
                    let wide = world.run(line, format, Place::Pipe, usize::MAX - index);
                    check_readable(*prints, &wide, &printed, usize::from(columns), &what);
                }
            } else if !printed.stdout.is_empty() {
                counts.push((format, records(*prints, format, &printed.stdout, &what)));
            } else {
                // An answer without a result is an error, or an empty list in a format of lines.
                assert!(
                    code != 0 || matches!(prints, List(_)) && *format != "json",
                    "{what}: no result: {printed:?}"
                );
            }
        }
        let first = counts.first().map(|(_, number)| *number);
        if matches!(prints, List(_)) {
            // What has no value has no name that could be fed in again.
            let is_short = |format: &str, number: u64| {
                line.starts_with("stats") && format == "ids" && Some(number) < first
            };
            assert!(
                counts.iter().all(|(format, number)| Some(*number) == first || is_short(format, *number)),
                "{line} at {place:?}: {counts:?}"
            );
        }
    }
}

#[test]
fn every_command_answers_every_format_in_a_pipe() {
    check(Place::Pipe);
}

#[test]
fn every_command_answers_every_format_at_80_columns() {
    check(Place::Terminal(80));
}

#[test]
fn every_command_answers_every_format_at_120_columns() {
    check(Place::Terminal(120));
}

#[test]
fn every_command_answers_every_format_at_a_dumb_terminal() {
    check(Place::Dumb);
}

#[test]
fn every_command_answers_every_format_without_unicode() {
    check(Place::NoUnicode);
}

#[test]
fn every_command_answers_every_format_without_a_home() {
    check(Place::NoHome);
}

/// The commands of a tree that can be run, by their words; the hidden ones are no part of it.
fn runnable(command: &clap::Command, path: &[&str], found: &mut Vec<String>) {
    let only_names_others = command.has_subcommands() && command.is_subcommand_required_set();
    if !path.is_empty() && !only_names_others {
        found.push(path.join(" "));
    }
    let subs = command.get_subcommands().filter(|sub| !sub.is_hide_set());
    // Below the first level, `help` prints the same pages.
    for sub in subs.filter(|sub| path.is_empty() || sub.get_name() != "help") {
        runnable(sub, &[path, &[sub.get_name()]].concat(), found);
    }
}

#[test]
fn matrix_has_a_line_for_every_command_of_the_program() {
    let mut commands = Vec::new();
    runnable(&sessionctl::cli::command(), &[], &mut commands);
    assert!(commands.len() > 50, "{commands:?}");
    let has_line = |command: &&String| {
        COMMANDS.iter().any(|(line, ..)| *line == **command || line.starts_with(&format!("{command} ")))
    };
    let missing: Vec<&String> = commands.iter().filter(|command| !has_line(command)).collect();
    assert!(missing.is_empty(), "commands without a line in the matrix: {missing:?}");
}

#[test]
fn every_command_explains_its_steps_and_no_secret() {
    let world = World::new();
    let secrets: Vec<String> = ["token", "ended", "jwt", "password"].map(|name| world.read(name)).into();
    let lines = COMMANDS.iter().filter(|(line, ..)| !line.starts_with("help") && !line.starts_with("tour"));
    let mut silent = Vec::new();
    for (number, (line, _, code)) in lines.enumerate() {
        let (command, input) = line.split_once(" < ").unwrap_or((line, "users.csv"));
        let printed = world.run(&format!("{command} --explain < {input}"), "table", Place::Pipe, number);
        assert_eq!(printed.code, Some(*code), "{line}: {printed:?}");
        let is_explained = printed.stderr.lines().any(|line| line.starts_with("· "));
        // A usage error ends before the first step.
        if !is_explained && *code != 2 {
            silent.push(line);
        }
        assert!(!secrets.iter().any(|secret| printed.stderr.contains(secret)), "{line}: {printed:?}");
    }
    assert!(silent.is_empty(), "these explain nothing: {silent:?}");
}

/// The man page of the command that a line names.
fn man_page(line: &str) -> String {
    let words: Vec<&str> = line.split(' ').collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("man");
    let pages = (1..=words.len().min(3)).rev();
    let mut found = pages.map(|number| folder.join(format!("sessionctl-{}.1", words[..number].join("-"))));
    let page = found.find(|page| page.exists()).unwrap_or_else(|| panic!("{line}: no man page"));
    fs::read_to_string(page).expect("a page")
}

#[test]
fn man_page_documents_every_field_of_its_command() {
    let world = World::new();
    let lines = COMMANDS.iter().filter(|(_, prints, code)| {
        !(matches!(prints, Page | PageWithoutFormat) || *prints == Text && *code == 2)
    });
    for (number, (line, ..)) in lines.enumerate() {
        let (line, input) = line.split_once(" < ").unwrap_or((line, "password"));
        let asked = format!("{line} --fields no_such_field < {input}");
        let printed = world.run(&asked, "json", Place::Pipe, number);
        let Some((_, fields)) = printed.stderr.split_once("choose from ") else {
            assert_eq!(
                printed.code,
                Some(2),
                "{line}: a field that does not exist was accepted: {printed:?}"
            );
            panic!("{line}: the fields are not listed: {printed:?}");
        };
        let page = man_page(line);
        let session = page.contains("It has the fields of a session");
        for field in fields.trim().split(", ") {
            let is_documented = page.contains(&format!("\\fB{}\\fR", field.replace('-', "\\-")));
            let is_session = session && man_page("list").contains(&format!("\\fB{field}\\fR"));
            assert!(is_documented || is_session, "{line}: {field} is not in the man page");
        }
    }
}
