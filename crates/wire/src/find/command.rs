//! Command lines in text, as a browser copies a request ("Copy as cURL") and as people paste one from a terminal, with
//! its prompt and what it printed. What the arguments of each program mean is in `arguments`.

use zeroize::Zeroizing;

use super::arguments::{Program, collect_arguments};
use super::finds::Finds;
use super::line::collect;

/// A program may follow the words that start it: `sudo`, `docker exec web`, `while true; do`.
const MAX_WORDS_BEFORE: usize = 12;

/// More than the folder and the name of the machine in a prompt.
const MAX_PROMPT_BYTES: usize = 200;

/// More lines than a browser writes for a request.
const MAX_COMMAND_LINES: usize = 200;

/// Collects from the command lines. Returns the text without them, or `None` where there is none.
pub(super) fn collect_commands(text: &str, finds: &mut Finds<'_>) -> Option<Zeroizing<String>> {
    // In the quotes of `$'…'` a backslash escapes a quote, which no token has.
    let unescaped = text.contains("$'").then(|| Zeroizing::new(text.replace("\\'", "")));
    let text = unescaped.as_ref().map_or(text, |text| text.as_str());
    // In one allocation, so that growing leaves no copy behind.
    let mut rest = Zeroizing::new(String::with_capacity(text.len()));
    let (mut at, mut found) = (0, false);
    while let Some(line) = text[at..].split_inclusive('\n').next() {
        let command = begins_command(line).map(|command| at + line.len() - command.len());
        let end = command.and_then(|begin| {
            let end = begin + end_of_command(&text[begin..])?;
            collect_command(&text[begin..end], finds).map(|()| end)
        });
        found |= end.is_some();
        if end.is_none() {
            rest.push_str(line);
        }
        at = end.unwrap_or(at + line.len());
    }
    found.then_some(rest)
}

/// The length of the command with which a text begins; `None` where a quote stays open.
fn end_of_command(text: &str) -> Option<usize> {
    let (mut length, mut quote) = (0, None);
    for line in text.split_inclusive('\n').take(MAX_COMMAND_LINES) {
        length += line.len();
        if !continues(line, &mut quote) {
            break;
        }
    }
    quote.is_none().then_some(length)
}

/// The line from the program on, perhaps behind a prompt, if it begins a command of a known program.
fn begins_command(line: &str) -> Option<&str> {
    let is_command = |text: &&str| program_of(text.split_whitespace()).is_some();
    let behind_prompt = |(at, sign): (usize, &str)| line.get(at + sign.len()..).map(str::trim_start);
    let prompts =
        line.match_indices(['$', '%', '#', '>', '\u{276f}']).take_while(|(at, _)| *at < MAX_PROMPT_BYTES);
    Some(line.trim_start()).filter(is_command).or_else(|| prompts.filter_map(behind_prompt).find(is_command))
}

/// The program that a command starts: the first word, or a program that no other text names so far ahead.
fn program_of<'w>(words: impl Iterator<Item = &'w str>) -> Option<Program> {
    let mut words = words.take(MAX_WORDS_BEFORE + 1).enumerate();
    words.find_map(|(at, word)| Program::named(word).filter(|program| at == 0 || *program != Program::Httpie))
}

/// Whether the command goes on behind this line: in a quoted text, or behind the mark of a shell, of the Windows
/// command line or of PowerShell.
fn continues(line: &str, quote: &mut Option<char>) -> bool {
    let line = line.trim_end_matches(['\r', '\n']);
    let mut is_escaped = false;
    for char in line.chars() {
        match (char, *quote) {
            _ if is_escaped => is_escaped = false,
            ('\\', None | Some('"')) => is_escaped = true,
            ('"' | '\'', None) => *quote = Some(char),
            (_, Some(open)) if char == open => *quote = None,
            _ => {}
        }
    }
    quote.is_some() || line.ends_with(['\\', '^', '`'])
}

/// Collects from one command. `None` for text that a shell does not read either.
fn collect_command(text: &str, finds: &mut Finds<'_>) -> Option<()> {
    let words = words(text)?;
    let mut words = words.iter().map(String::as_str);
    let program = loop {
        let word = words.next()?;
        if let Some(program) = Program::named(word) {
            break program;
        }
        // An assignment, as in `SESSIONCTL_TOKEN=… curl`.
        collect(word, finds);
    };
    collect_arguments(program, words, finds);
    Some(())
}

/// The words as a POSIX shell reads them; of a command that was copied for the Windows command line or PowerShell,
/// without the marks of those.
fn words(text: &str) -> Option<Zeroizing<Vec<String>>> {
    let is_windows = text.contains("^\"");
    let text = Zeroizing::new(if is_windows { text.replace('^', "") } else { text.replace("`\r\n", "\n") });
    let text = Zeroizing::new(text.replace("`\n", "\n"));
    shlex::split(&text).map(Zeroizing::new)
}
