//! Divides text into the heads and the bodies of HTTP messages, as clients print them: `curl -i`, `-I` and `-v`,
//! `wget -S`, httpie, and what developer tools copy. What a line of a head means is not decided here.
//!
//! A body may hold lines that look like another message, with the remarks of a trace before it, and the two cannot be
//! distinguished. So a new head begins only where a client prints one: behind a message that has no body (RFC 9112
//! §6.3), or whose body the client drops because it follows a redirect or answers a challenge. What a trace of several
//! transfers holds behind the first body is not read.

use std::iter::from_fn;

/// What a line belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// No message: text before the first one, and the remarks of a trace.
    Outside,
    /// The start line and the fields of a message, and the empty line behind them.
    Head,
    /// The content of a message, or whatever else follows it.
    Body,
}

/// The lines of a text with their numbers, from 1.
pub(crate) fn parts(text: &str) -> impl Iterator<Item = (usize, Part, &str)> {
    let (mut state, mut is_behind_remark) = (State::Outside, false);
    let mut lines = (1..).zip(text.split_inclusive('\n'));
    from_fn(move || {
        let (number, whole) = lines.next()?;
        let line = whole.strip_suffix('\n').unwrap_or(whole);
        let line = without_meter(line.strip_suffix('\r').unwrap_or(line));
        let (next, part) = state.step(line, whole.len(), is_behind_remark);
        (state, is_behind_remark) = (next, is_remark(line));
        Some((number, part, line))
    })
}

/// The line behind the progress of a transfer, which curl writes over itself in front of the next line of a trace.
fn without_meter(line: &str) -> &str {
    let meter = line.trim_end().rfind('\r').map(|at| &line[at + 1..]);
    let behind = meter.and_then(|meter| Some(&meter[meter.find(['<', '>', '*', '{', '}'])?..]));
    behind.unwrap_or(line)
}

/// Whether a client wrote the line about its own work: curl with `-v`, wget with `-S`.
fn is_remark(line: &str) -> bool {
    line.starts_with("* ") || is_data_remark(line) || line.trim_end().ends_with("awaiting response...")
}

/// `{ [28 bytes data]`, which curl prints in the place of data.
fn is_data_remark(line: &str) -> bool {
    let inner = line.strip_prefix("{ [").or_else(|| line.strip_prefix("} ["));
    inner.is_some_and(|inner| inner.trim_end().ends_with(" bytes data]"))
}

/// Whether the line is the progress of a transfer, which curl ends before it follows a redirect.
fn is_meter(line: &str) -> bool {
    let is_part = |c: char| c.is_ascii_digit() || " \r-:.kMGTP".contains(c);
    line.contains(|c: char| c.is_ascii_digit()) && line.chars().all(is_part)
}

/// What precedes each line of a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    None,
    Sent,
    Received,
    /// As `wget -S` prints a head, without an empty line behind it.
    Indented,
}

impl Mark {
    /// The mark of a line, and what follows it.
    fn of(line: &str) -> (Mark, &str) {
        let behind =
            |sign| line.strip_prefix(sign).filter(|rest: &&str| rest.is_empty() || rest.starts_with(' '));
        if let Some(rest) = behind('>') {
            (Mark::Sent, rest.trim())
        } else if let Some(rest) = behind('<') {
            (Mark::Received, rest.trim())
        } else if let Some(rest) = line.strip_prefix("  ") {
            (Mark::Indented, rest.trim())
        } else {
            (Mark::None, line.trim_end())
        }
    }
}

/// What may follow the head that was read last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// A body.
    Body,
    /// The response to a request without a body, or another message.
    Message,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Outside,
    Head(Head),
    /// Behind a head and its empty line.
    Behind(Mark, Next),
    /// In the content of a request.
    Content(Content),
    /// In a body, or among the remarks of a trace where the head had a mark.
    Body(Mark, Next),
}

impl State {
    /// The state behind a line that is this many bytes long with its end, and what the line is.
    fn step(self, line: &str, length: usize, is_behind_remark: bool) -> (State, Part) {
        if let Some(head) = Head::begin(line).filter(|head| self.admits(head, is_behind_remark)) {
            return (State::Head(head), Part::Head);
        }
        match self {
            State::Outside => (self, Part::Outside),
            State::Head(head) => head.step(line),
            State::Content(content) => (content.step(line, length), Part::Body),
            State::Behind(Mark::None, _) if line.trim_end().is_empty() => (self, Part::Body),
            State::Behind(mark, next) | State::Body(mark, next) => {
                let part = part_beside(mark, line);
                // A client that drops a body prints remarks only; wget marks only some of its own.
                let is_content = part == Part::Body && mark != Mark::Indented && !is_meter(line);
                (State::Body(mark, if is_content { Next::Body } else { next }), part)
            }
        }
    }

    /// Whether a head can begin here.
    fn admits(self, head: &Head, is_behind_remark: bool) -> bool {
        match self {
            State::Outside => true,
            // A trace leaves out the empty line behind an interim response, wget behind each.
            State::Head(last) => last.mark != Mark::None && head.mark != Mark::None,
            State::Behind(Mark::None, next) => head.mark == Mark::None && next == Next::Message,
            State::Content(_) | State::Body(Mark::None, _) => false,
            State::Behind(_, Next::Body) | State::Body(_, Next::Body) => false,
            State::Behind(_, Next::Message) => head.mark != Mark::None,
            // curl remarks on the connection before each request, wget before each response.
            State::Body(_, Next::Message) => head.mark != Mark::None && is_behind_remark,
        }
    }
}

/// What a line without the mark of the head beside it belongs to.
fn part_beside(mark: Mark, line: &str) -> Part {
    if mark != Mark::None && is_remark(line) { Part::Outside } else { Part::Body }
}

/// The content of a request, of which a length was announced. What a client sends is not a stranger's, and its length
/// shows where it ends.
#[derive(Clone, Copy, Debug)]
struct Content {
    left: usize,
    /// Whether it is JSON, which httpie shows longer than it was sent.
    is_json: Option<bool>,
}

impl Content {
    fn step(self, line: &str, length: usize) -> State {
        let is_json = self.is_json.unwrap_or_else(|| line.starts_with(['{', '[']));
        let left = self.left.saturating_sub(length);
        let is_closed = !line.starts_with(' ') && line.trim_end().ends_with(['}', ']']);
        // The end of the last line need not belong to it.
        if self.left <= length && (is_closed || !is_json) {
            return State::Behind(Mark::None, Next::Message);
        }
        State::Content(Content { left, is_json: Some(is_json) })
    }
}

/// A head that is being read.
#[derive(Clone, Copy, Debug)]
struct Head {
    mark: Mark,
    next: Next,
    is_request: bool,
    /// Whether the client may answer with its credentials, and drop the body.
    is_challenge: bool,
    /// The length of a request's content, in bytes.
    length: Option<usize>,
}

impl Head {
    /// Begins a head with its status line or request line (RFC 9112 §3, §4).
    fn begin(line: &str) -> Option<Head> {
        let (mark, line) = Mark::of(line);
        let is_version = |word: &str| {
            word.strip_prefix("HTTP/").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        };
        let (first, rest) = line.split_once(' ').unwrap_or((line, ""));
        if is_version(first) {
            let (code, reason) = rest.trim_start().split_once(' ').unwrap_or((rest.trim(), ""));
            // A proxy's answer to CONNECT (RFC 9110 §9.3.6).
            let is_tunnel = code.starts_with('2') && reason.to_ascii_lowercase().contains("established");
            let is_whole = matches!(code.as_bytes(), [b'1' | b'3', _, _] | b"204") || is_tunnel;
            let next = if is_whole { Next::Message } else { Next::Body };
            let is_challenge = matches!(code, "401" | "407");
            return Some(Head { mark, next, is_request: false, is_challenge, length: None });
        }
        let (_target, version) = rest.split_once(' ')?;
        let is_method = !first.is_empty() && first.bytes().all(|b| b.is_ascii_uppercase() || b == b'-');
        let is_request = is_method && is_version(version) && !version.contains(' ');
        let head = Head { mark, next: Next::Message, is_request, is_challenge: false, length: None };
        is_request.then_some(head)
    }

    fn step(mut self, line: &str) -> (State, Part) {
        let (mark, content) = Mark::of(line);
        // Without a mark, a field may be continued on an indented line (RFC 9112 §5.2).
        let is_own = self.mark == Mark::None || self.mark == mark;
        let is_end = line.trim().is_empty() || is_own && content.is_empty();
        match self.mark {
            _ if is_end => (self.end(), Part::Head),
            _ if is_own => {
                self.note(content);
                (State::Head(self), Part::Head)
            }
            Mark::Indented => (State::Body(self.mark, self.next), part_beside(self.mark, line)),
            // curl's remarks stand among the fields, and so does what it writes to standard output meanwhile.
            _ => (State::Head(self), part_beside(self.mark, line)),
        }
    }

    /// The state behind the empty line.
    fn end(self) -> State {
        match (self.next, self.length) {
            (Next::Body, Some(left)) => State::Content(Content { left, is_json: None }),
            (next, _) => State::Behind(self.mark, next),
        }
    }

    /// Notes what a field states about the body.
    fn note(&mut self, field: &str) {
        let Some((name, value)) = field.split_once(':') else { return };
        let is = |known: &str| name.trim().eq_ignore_ascii_case(known);
        let is_empty = value.trim() == "0";
        if self.is_request {
            // A trace does not print what curl sends.
            if self.mark == Mark::None && (is("content-length") && !is_empty || is("transfer-encoding")) {
                self.next = Next::Body;
                self.length = value.trim().parse().ok();
            }
        } else if is("content-length") && is_empty
            || self.is_challenge && (is("www-authenticate") || is("proxy-authenticate"))
        {
            self.next = Next::Message;
        }
    }
}

#[cfg(test)]
mod tests;
