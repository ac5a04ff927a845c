//! Each option that a text names exists, and each command line in a text has only options of its command. What there is, the
//! manual pages say; `generated.rs` holds them to the parser. The examples of the README also run (`readme.rs`).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Options of other programs that the texts name.
const OTHERS: [&str; 11] = [
    "--bench",
    "--config",
    "--locked",
    "--long",
    "--path",
    "--release",
    "--schema",
    "--silent",
    "--target",
    "--test",
    "--workspace",
];

/// The options of each command, under its words: `user add`; those of every command under none.
type Options = BTreeMap<String, BTreeSet<String>>;

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn files(folder: &str, extension: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let paths = fs::read_dir(&folder).expect("the folder").map(|entry| entry.expect("an entry").path());
    let texts = paths.filter(|path| path.extension().is_some_and(|found| found == extension));
    let mut texts: Vec<_> = texts
        .map(|path| (path.file_stem().expect("a name").to_string_lossy().into_owned(), read(&path)))
        .collect();
    texts.sort();
    texts
}

/// A manual page without the marks of its fonts.
fn plain(page: &str) -> String {
    ["\\fB", "\\fI", "\\fR"].iter().fold(page.replace("\\-", "-"), |text, mark| text.replace(mark, ""))
}

/// The manual pages, under the words of their commands.
fn pages() -> Vec<(String, String)> {
    let pages = files("man", "1").into_iter();
    let words = |name: &str| name.trim_start_matches("sessionctl").trim_start_matches('-').replace('-', " ");
    pages.map(|(name, page)| (words(&name), plain(&page))).collect()
}

/// The words of a text that have the form of an option, without a value.
fn options_in(text: &str) -> impl Iterator<Item = &str> {
    let is_of_option = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    text.split(move |c| !is_of_option(c)).filter(|word| {
        word.strip_prefix("--").is_some_and(|name| name.starts_with(|c: char| c.is_ascii_lowercase()))
            && !word.ends_with('-')
    })
}

/// What the manual pages define: the line behind each `.TP`.
fn defined() -> Options {
    let of_page = |page: &str| {
        let lines = page.lines().zip(page.lines().skip(1)).filter(|(mark, _)| *mark == ".TP");
        lines.flat_map(|(_, line)| options_in(line)).map(str::to_owned).collect()
    };
    let mut options: Options = pages().iter().map(|(words, page)| (words.clone(), of_page(page))).collect();
    options.entry(String::new()).or_default().extend(["--help".to_owned(), "--version".to_owned()]);
    options
}

fn texts() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts: Vec<_> = ["README", "SECURITY", "CONTRIBUTING"]
        .map(|name| (name.to_owned(), read(&root.join(name).with_extension("md"))))
        .into();
    texts.extend(files("docs", "md"));
    texts.extend(pages());
    texts
}

/// The command lines of this program in a text, from behind its name up to what ends a command.
fn command_lines(text: &str) -> Vec<String> {
    let joined = text.replace("\\\n", " ");
    let lines = joined.lines().flat_map(|line| line.split("sessionctl ").skip(1));
    lines
        .map(|line| line.split(['`', '|', ';', ')', '#', '>', '&']).next().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn every_option_that_a_text_names_exists() {
    let defined = defined();
    let known: BTreeSet<&str> =
        defined.values().flatten().map(String::as_str).chain(OTHERS.iter().copied()).collect();
    assert!(known.len() > 100, "the options of the manual pages were not found: {known:?}");
    for (name, text) in texts() {
        let unknown: BTreeSet<&str> = options_in(&text).filter(|option| !known.contains(option)).collect();
        assert!(unknown.is_empty(), "{name} names {unknown:?}");
    }
}

#[test]
fn every_command_line_in_a_text_has_options_of_its_command() {
    let defined = defined();
    let mut number = 0;
    for (name, text) in texts() {
        for line in command_lines(&text) {
            let (mut words, mut options) = (String::new(), Vec::new());
            for word in line.split_whitespace() {
                let longer = format!("{words} {word}").trim_start().to_owned();
                if word.starts_with("--") {
                    options.extend(options_in(word).next());
                } else if defined.contains_key(&longer) {
                    words = longer;
                }
            }
            let is_known =
                |option: &&str| ["", words.as_str()].iter().any(|page| defined[*page].contains(*option));
            let unknown: Vec<&str> = options.iter().copied().filter(|option| !is_known(option)).collect();
            assert!(
                unknown.is_empty(),
                "{name}: `sessionctl {line}` has {unknown:?}, which {words:?} does not know"
            );
            number += options.len();
        }
    }
    assert!(number > 100, "only {number} options were found in command lines");
}
