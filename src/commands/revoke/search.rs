//! The search of `revoke --stdin`: ids, tokens, and any text that contains tokens, line by line, in bounded memory. A token
//! is found whatever is around it, however its digits are escaped, and where a line was wrapped inside it.

use super::wrapped::Wrapped;
use crate::commands::input::line_stream::{LineStream, LongLine};
use crate::commands::{CommandResult, Context};
use sessionctl_core::counted;
use sessionctl_core::model::session::SessionId;
use sessionctl_core::model::token::{HexRun, hex_runs};
use sessionctl_core::store::Store;
use sessionctl_wire::readings::readings;

/// A longer line is searched in parts.
const MAX_LINE_BYTES: usize = 1 << 20;

/// An id or a token on a line, or their absence.
pub(super) struct Entry {
    pub(super) line: u64,
    pub(super) found: Found,
}

#[derive(Clone, Copy)]
pub(super) enum Found {
    /// This session.
    Session(SessionId),
    /// A token or an id that names no session.
    Unknown,
    /// No id and no token.
    Nothing,
}

/// What became of what the input named, each session once.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) revoked: u64,
    pub(super) already_ended: u64,
    /// Tokens and ids that name no session.
    pub(super) unknown: u64,
}

impl Counts {
    pub(super) fn add(&mut self, other: Counts) {
        self.revoked += other.revoked;
        self.already_ended += other.already_ended;
        self.unknown += other.unknown;
    }
}

/// Standard input, and what was read of it.
pub(super) struct Input {
    lines: LineStream,
    read: u64,
    /// The lines among them without an id and a token.
    without: u64,
    /// Runs of hex digits that were too long for a token and held none.
    searched: u64,
    /// Whether the line has held no id and no token so far.
    bare: bool,
    /// The sessions in the parts of a line so far that is too long to be searched whole; none where a line begins.
    earlier: Option<Vec<SessionId>>,
    wrapped: Wrapped,
}

impl Input {
    pub(super) fn new(context: &mut Context) -> Self {
        let stdin = std::mem::replace(&mut context.stdin, Box::new(std::io::empty()));
        let lines = LineStream::new(stdin, MAX_LINE_BYTES, LongLine::Parts);
        Input {
            lines,
            read: 0,
            without: 0,
            searched: 0,
            bare: true,
            earlier: None,
            wrapped: Wrapped::default(),
        }
    }

    /// The entries of the lines that have arrived, and whether more can follow.
    pub(super) fn next(&mut self, store: &dyn Store) -> CommandResult<(Vec<Entry>, bool)> {
        let mut entries = Vec::new();
        let Input { lines, read, without, searched, bare, earlier, wrapped } = self;
        let more = lines.arrived(|text, ends| {
            let is_whole = ends && earlier.is_none();
            let (mut found, is_id) = look(store, text, is_whole, searched)?;
            // Parts overlap.
            let known = earlier.take().unwrap_or_default();
            found.retain(|found| !matches!(found, Found::Session(id) if known.contains(id)));
            *earlier = (!ends).then(|| known.into_iter().chain(sessions_of(&found)).collect());
            let across = across_lines(store, text, ends, wrapped, &found)?;
            if is_id && !across.is_empty() {
                // The digits are the end of a token.
                found.clear();
            }
            found.extend(across.into_iter().map(Found::Session));
            *bare &= found.is_empty();
            entries.extend(found.into_iter().map(|found| Entry { line: *read + 1, found }));
            if ends {
                if *bare {
                    *without += 1;
                    entries.push(Entry { line: *read + 1, found: Found::Nothing });
                }
                (*read, *bare) = (*read + 1, true);
            }
            Ok(())
        })?;
        Ok((entries, more))
    }

    /// The lines that were read so far.
    pub(super) fn lines_read(&self) -> u64 {
        self.read
    }

    /// Reports what was read and what became of it, where that is not reported elsewhere, as that of a dry run; `named` is
    /// whether the input named a session.
    pub(super) fn report(&self, acted: Option<Counts>, unknown: u64, named: bool, context: &mut Context) {
        let mut text = String::new();
        if let Some(Counts { revoked, already_ended, .. }) = acted {
            text.push_str(&format!("{revoked} revoked, "));
            if already_ended > 0 {
                text.push_str(&format!("{already_ended} already ended, "));
            }
        }
        let lines = counted(self.read, "line", "lines");
        text.push_str(&format!("{unknown} unknown; "));
        match (named || unknown > 0, self.without) {
            (false, _) => text.push_str(&format!("no token in {lines}")),
            (true, 0) => text.push_str(&format!("{lines} read")),
            (true, without) => text.push_str(&format!("{lines} read, {without} of them without a token")),
        }
        if self.searched > 0 {
            let runs =
                counted(self.searched, "longer run of hex digits holds", "longer runs of hex digits hold");
            text.push_str(&format!("; {runs} no token"));
        }
        context.ui.status(&text);
    }
}

/// Finds the sessions of all tokens on a line, or of the id that it consists of, and whether it is one.
fn look(
    store: &dyn Store,
    text: &[u8],
    is_whole: bool,
    searched: &mut u64,
) -> CommandResult<(Vec<Found>, bool)> {
    let mut found = Vec::new();
    for run in hex_runs(text) {
        let sessions = sessions_in(store, &run)?;
        match sessions.as_slice() {
            [] if run.is_exact() => found.push(Found::Unknown),
            [] => *searched += 1,
            sessions => found.extend(sessions.iter().copied().map(Found::Session)),
        }
    }
    let known = sessions_of(&found);
    let readings = readings(text);
    let hidden = sessions_in_texts(store, readings.iter().map(|reading| reading.as_slice()))?;
    found.extend(hidden.into_iter().filter(|id| !known.contains(id)).map(Found::Session));
    if found.is_empty() && readings.iter().any(|reading| hex_runs(reading).any(|run| run.is_exact())) {
        found.push(Found::Unknown);
    }
    let word = without_mark(text).trim_ascii();
    let is_id = found.is_empty() && is_whole && looks_like_id(word);
    if is_id {
        let id = std::str::from_utf8(word).ok().and_then(|w| w.parse().ok()).and_then(SessionId::new);
        let known = match id {
            Some(id) => store.session(id)?.map(|_| id),
            None => None,
        };
        found.push(known.map_or(Found::Unknown, Found::Session));
    }
    Ok((found, is_id))
}

/// Whether a line consists of an id. A number with zeros before it is something else, such as an offset in a dump.
fn looks_like_id(word: &[u8]) -> bool {
    (1..20).contains(&word.len())
        && word.iter().all(u8::is_ascii_digit)
        && !(word.len() > 1 && word[0] == b'0')
}

/// The sessions of the tokens inside which a line was wrapped, without those that the line shows whole.
fn across_lines(
    store: &dyn Store,
    text: &[u8],
    ends: bool,
    wrapped: &mut Wrapped,
    found: &[Found],
) -> CommandResult<Vec<SessionId>> {
    let mut known = sessions_of(found);
    let mut sessions = Vec::new();
    if let Some(joined) = wrapped.join(text, ends) {
        let plain = joined.around_the_break();
        let readings = readings(joined.whole());
        let texts = plain.into_iter().chain(readings.iter().map(|reading| reading.as_slice()));
        sessions = sessions_in_texts(store, texts)?;
        sessions.retain(|id| !known.contains(id) && !wrapped.known.contains(id));
    }
    known.extend(&sessions);
    wrapped.remember(known);
    Ok(sessions)
}

fn sessions_of(found: &[Found]) -> Vec<SessionId> {
    let id = |found: &Found| if let Found::Session(id) = found { Some(*id) } else { None };
    found.iter().filter_map(id).collect()
}

/// The sessions of all tokens in texts, each once.
fn sessions_in_texts<'a>(
    store: &dyn Store,
    texts: impl Iterator<Item = &'a [u8]>,
) -> CommandResult<Vec<SessionId>> {
    let mut sessions = Vec::new();
    for text in texts {
        for run in hex_runs(text) {
            for id in sessions_in(store, &run)? {
                if !sessions.contains(&id) {
                    sessions.push(id);
                }
            }
        }
    }
    Ok(sessions)
}

/// The sessions whose tokens a run of hex digits contains. A wrong candidate costs microseconds: its locator leads to no
/// row.
fn sessions_in(store: &dyn Store, run: &HexRun<'_>) -> CommandResult<Vec<SessionId>> {
    let (mut sessions, mut start) = (Vec::new(), 0);
    while let Some(candidates) = run.candidates(start) {
        let mut next = start + 1;
        for token in candidates {
            if let Some(found) = store.look_up(&token)? {
                sessions.push(found.session.id);
                next = HexRun::behind(start);
                break;
            }
        }
        start = next;
    }
    Ok(sessions)
}

/// The text without a byte order mark.
fn without_mark(text: &[u8]) -> &[u8] {
    let marks: [&[u8]; 3] = [b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"];
    marks.iter().find_map(|mark| text.strip_prefix(*mark)).unwrap_or(text)
}
