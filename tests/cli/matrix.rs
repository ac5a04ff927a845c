//! Every command in every format on every kind of output: a pipe, terminals of 80 and 120 columns, a dumb terminal, a
//! locale that is not UTF-8, no home. The exit code is the same everywhere, machine formats are what they claim to be and
//! hold the same records, and what a person reads is neither broken inside a word nor wider than the terminal.

use std::fs::{self, File};
use std::io::Read as _;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use unicode_width::UnicodeWidthStr as _;

use crate::harness::{PASSWORD, PROGRAM, TestEnv};

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
    /// As text; these formats would lose the token, and are refused.
    Token(&'static [&'static str]),
}
use Prints::{List, One, Text, Token};

/// The commands, what they print, and their exit code.
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
    ("verify @token", Text, 0),
    ("verify @ended", Text, 5),
    ("expire 1 --in 10m --dry-run", List("sessions"), 0),
    ("expire 1 --in 10m --yes", List("results"), 0),
    ("revoke --user alice --dry-run", List("sessions"), 0),
    ("revoke 1 2 99 --yes", List("results"), 3),
    ("revoke --all --yes --expect 1", Text, 6),
    ("prune --all --older-than 0s --dry-run", List("sessions"), 0),
    ("prune --all --older-than 0s --yes", List("results"), 0),
    ("logout @token", One, 0),
    ("rotate @token", Token(&["ids", "count"]), 0),
    ("generate --kind anonymous -n 2", Token(&["ids", "count"]), 0),
    ("data list 1", List("values"), 0),
    ("data get 1 cart", Text, 0),
    ("data set 1 theme \"dark\"", One, 0),
    ("data unset 1 cart", One, 0),
    ("user list", List("users"), 0),
    ("user show alice", One, 0),
    ("user add dora --no-password", One, 0),
    ("user import users.csv", List("users"), 0),
    ("user rename bob robert", One, 0),
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
    ("cookie format @token", Text, 0),
    ("cookie parse @cookies", List("cookies"), 0),
    ("cookie lint @cookies", List("findings"), 7),
    ("jwt issue @token --audience shop", Token(&["count"]), 0),
    ("jwt decode @jwt", One, 0),
    ("jwt verify @jwt --audience shop", Text, 0),
    ("jwt verify @jwt --audience bank", Text, 3),
    ("jwt keys", List("keys"), 0),
    ("jwt keys new", One, 0),
    ("jwt keys export", List("keys"), 0),
    ("layout list", List("layouts"), 0),
];

/// Where a command prints.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    Pipe,
    Terminal(u16),
    Dumb,
    NoUnicode,
    NoHome,
}

/// What a command printed.
#[derive(Debug)]
struct Printed {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

/// A database with a session in every state and of every kind, and the files that commands read.
struct World {
    env: TestEnv,
}

impl World {
    fn new() -> Self {
        let env = TestEnv::with_users(&["alice", "bob"]);
        let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:147.0) Gecko/20100101 Firefox/147.0";
        let more = [
            "--app",
            "shop",
            "--ip",
            "203.0.113.7",
            "--user-agent",
            agent,
            "--label",
            "Büro-Laptop am Fenster",
        ];
        env.write_file("token", env.login_with("alice", &more));
        env.write_file("ended", env.login_with("bob", &["--ip", "2001:db8:0:5::1"]));
        env.run(&["revoke", "2", "--yes", "--reason", "the laptop was left on a train to Bern"]).ok();
        let sso = env.login_with("bob", &["--sso"]);
        env.generate(&["--under", &env.id_of(&sso), "--app", "mail"]);
        env.generate(&[
            "--kind",
            "api",
            "--user",
            "alice",
            "--scope",
            "orders:read",
            "--scope",
            "orders:write",
        ]);
        env.generate_many(3);
        env.run(&["data", "set", "1", "cart", "[\"a\",\"b\"]"]).ok();
        let jwt = env.run(&["jwt", "issue", "@token", "--audience", "shop"]).ok().stdout();
        env.write_file("jwt", jwt);
        let cookie = "Set-Cookie: session=4f2a; Path=/; Max-Age=3600\nSet-Cookie: theme=dark; Secure\n";
        env.write_file("cookies", cookie);
        env.write_file("users.csv", format!("name,password\nerin,{PASSWORD}\nfrank,{PASSWORD}\n"));
        World { env }
    }

    /// Runs a command on a copy of the database.
    fn run(&self, line: &str, format: &str, place: Place, number: usize) -> Printed {
        let folder = self.env.path(&format!("run-{number}"));
        fs::create_dir(&folder).expect("a folder");
        for file in ["sessions.db", "token", "ended", "jwt", "cookies", "users.csv"] {
            fs::copy(self.env.path(file), folder.join(file)).expect("a copy");
        }
        restrict(&folder);
        let mut command = Command::new(PROGRAM);
        command.args(line.split(' ')).args(["--format", format]).current_dir(&folder).stdin(Stdio::null());
        command
            .env_clear()
            .env("SESSIONCTL_DB", folder.join("sessions.db"))
            .env("TZ", "UTC")
            .env("PAGER", "cat");
        if place != Place::NoHome {
            command.env("HOME", &folder);
        }
        command.env("LC_ALL", if place == Place::NoUnicode { "C" } else { "C.UTF-8" });
        command.env("TERM", if place == Place::Dumb { "dumb" } else { "xterm" }).env("NO_COLOR", "1");
        let printed = match place {
            Place::Terminal(columns) => at_terminal(command, columns),
            Place::Dumb => at_terminal(command, 80),
            _ => {
                let output = command.output().expect("the program starts");
                let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
                Printed {
                    code: output.status.code(),
                    stdout: text(output.stdout),
                    stderr: text(output.stderr),
                }
            }
        };
        fs::remove_dir_all(&folder).expect("the folder");
        printed
    }
}

fn restrict(folder: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).expect("its permissions");
}

/// Runs a command whose standard output and standard error are terminals.
fn at_terminal(mut command: Command, columns: u16) -> Printed {
    let (out, out_line) = terminal(columns);
    let (err, err_line) = terminal(columns);
    let mut child = command
        .stdout(Stdio::from(out_line))
        .stderr(Stdio::from(err_line))
        .spawn()
        .expect("the program starts");
    // The command holds the other sides of both terminals.
    drop(command);
    let readers = [out, err].map(|mut side| {
        thread::spawn(move || {
            let mut bytes = Vec::new();
            // A terminal whose other side is closed fails to be read.
            let _ = side.read_to_end(&mut bytes);
            String::from_utf8(bytes).expect("UTF-8").replace("\r\n", "\n")
        })
    });
    let code = child.wait().expect("the program").code();
    let [stdout, stderr] = readers.map(|reader| reader.join().expect("a reader"));
    let stderr = if stderr.contains(CLEAR_LINE) { without_bars(&stderr) } else { stderr };
    Printed { code, stdout, stderr }
}

/// What removes a progress bar.
const CLEAR_LINE: &str = "\u{1b}[2K";

/// What remains on the screen after progress bars were removed.
fn without_bars(text: &str) -> String {
    let lines = text.split('\n').map(|line| line.rsplit(CLEAR_LINE).next().unwrap_or(line));
    lines.collect::<Vec<_>>().join("\n")
}

fn terminal(columns: u16) -> (File, OwnedFd) {
    let person = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a pseudoterminal");
    grantpt(&person).expect("its owner");
    unlockpt(&person).expect("its lock");
    let name = ptsname(&person, Vec::new()).expect("its name");
    let line = rustix::fs::open(name.as_c_str(), OFlags::RDWR | OFlags::NOCTTY, Mode::empty())
        .expect("its other side");
    let size = Winsize { ws_row: 500, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(&line, size).expect("its size");
    (person.into(), line)
}

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
                One | Text | Token(_) => 1,
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
}

/// What a person reads: not broken inside a word, not wider than the terminal, nothing of the messages left out.
fn check_readable(prints: Prints, wide: &Printed, narrow: &Printed, columns: usize, what: &str) {
    let all = words(&wide.stdout);
    for line in narrow.stdout.lines().filter(|line| !is_drawn(line)) {
        for word in words(line) {
            assert!(
                all.contains(&word),
                "{what}: {word:?} is no word of the output: {line:?}\n{narrow:?}\n{wide:?}"
            );
        }
    }
    assert_eq!(words(&narrow.stderr), words(&wide.stderr), "{what}: messages");
    // A token, a cookie or a JWT is one line, to be copied.
    let results = if matches!(prints, Text | Token(_)) { "" } else { &narrow.stdout };
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

fn check(place: Place) {
    let world = World::new();
    for (index, (line, prints, code)) in COMMANDS.iter().enumerate() {
        let mut counts = Vec::new();
        for (at, format) in FORMATS.iter().enumerate() {
            let what = format!("{line} --format {format} at {place:?}");
            let printed = world.run(line, format, place, FORMATS.len() * index + at);
            let is_refused = matches!(prints, Token(lossy) if lossy.contains(format));
            let code = if is_refused { 2 } else { *code };
            assert_eq!(printed.code, Some(code), "{what}: {printed:?}");
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
            assert!(
                counts.iter().all(|(_, number)| Some(*number) == first),
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
    for (number, (line, ..)) in COMMANDS.iter().enumerate() {
        let printed = world.run(&format!("{line} --fields no_such_field"), "json", Place::Pipe, number);
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
