//! Tokens in a command line of curl or wget, as a browser copies a request ("Copy as cURL") and as people paste one. Only
//! the options that carry cookies, header fields and tokens are looked at.

use zeroize::Zeroizing;

use super::finds::Finds;
use super::found::Form;
use super::line::{collect, collect_pairs};
use crate::text::unwrapped;

/// Names of the programs.
const PROGRAMS: [&str; 3] = ["curl", "curl.exe", "wget"];

/// What the value of an option is.
#[derive(Clone, Copy)]
enum Carrier {
    Cookies,
    Field,
    Token,
}

/// Options whose value carries something, each with its short form.
const OPTIONS: [(&str, &str, Carrier); 3] = [
    ("--cookie", "-b", Carrier::Cookies),
    ("--header", "-H", Carrier::Field),
    ("--oauth2-bearer", "--oauth2-bearer", Carrier::Token),
];

/// Collects from a command line. Returns `false` for text that is none.
pub(super) fn collect_command(text: &str, finds: &mut Finds<'_>) -> bool {
    let text = text.trim_start_matches(['$', '%', '#', '>', ' ', '\t']);
    let is_command = text.split_whitespace().next().is_some_and(|first| PROGRAMS.contains(&first));
    let Some(words) = is_command.then(|| words(text)).flatten() else { return false };
    let mut words = words.iter().skip(1).map(|word| word.strip_prefix('$').unwrap_or(word));
    while let Some(word) = words.next() {
        let found = OPTIONS.iter().find_map(|(long, short, carrier)| {
            let value = value_of(word, long, short)?;
            Some((*carrier, value))
        });
        match found {
            None => finds.pass_over_tokens(word),
            Some((carrier, "")) => collect_value(carrier, words.next().unwrap_or_default(), finds),
            Some((carrier, value)) => collect_value(carrier, value, finds),
        }
    }
    true
}

/// The value in the word of an option, empty where it is the next word; `None` for another word.
fn value_of<'w>(word: &'w str, long: &str, short: &str) -> Option<&'w str> {
    match word.strip_prefix(long) {
        Some("") => Some(""),
        Some(value) => value.strip_prefix('='),
        // A short option takes its value in the same word as well.
        None => word.strip_prefix(short),
    }
}

fn collect_value(carrier: Carrier, value: &str, finds: &mut Finds<'_>) {
    match carrier {
        Carrier::Cookies => collect_pairs(value, finds),
        Carrier::Field => collect(value, finds),
        Carrier::Token => {
            if !finds.take(unwrapped(value), Form::Bearer) {
                finds.pass_over(value);
            }
        }
    }
}

/// The words as a POSIX shell reads them; of a command that was copied for the Windows command line, without its `^`.
fn words(text: &str) -> Option<Zeroizing<Vec<String>>> {
    let is_windows = text.contains("^\"");
    let text = Zeroizing::new(if is_windows { text.replace('^', "") } else { text.to_owned() });
    shlex::split(&text).map(Zeroizing::new)
}
