//! An event as one line of text: for a terminal that is too narrow for columns, and for events as they are written.

use std::io;

use crate::commands::Context;
use crate::output::escape::escape_text;
use crate::output::wrap::wrap_hanging;
use sessionctl_core::model::event::LoggedEvent;

/// Prints events as lines.
pub(super) struct Lines<'a> {
    context: &'a mut Context,
    printed: u64,
}

impl<'a> Lines<'a> {
    /// Lines behind `printed` earlier ones.
    pub(super) fn behind(printed: u64, context: &'a mut Context) -> Self {
        Lines { context, printed }
    }

    /// Prints one with its number, about these sessions. The first shows the zone of all times.
    pub(super) fn print(&mut self, event: &LoggedEvent, sessions: Option<String>) -> io::Result<()> {
        let options = self.context.ui.options();
        let at = match self.printed {
            0 => options.local_time_with_zone(event.at),
            _ => options.local_time(event.at),
        };
        let text = describe(event, sessions);
        let line = format!("{} {at} {}", event.id, options.in_local_time(&text));
        let width = options.width.map_or(usize::MAX, usize::from);
        self.printed += 1;
        self.context.ui.bare(&wrap_hanging(&line, width))
    }

    /// How many were printed.
    pub(super) fn printed(&self) -> u64 {
        self.printed
    }
}

/// The ids of the sessions of an event: one, or the first and the last, with their number where some between are others.
pub(super) fn sessions(event: &LoggedEvent) -> Option<String> {
    let (first, last) = event.subjects.bounds()?;
    Some(match event.subjects.count() {
        1 => first.to_string(),
        _ if event.subjects.is_contiguous() => format!("{first}\u{2013}{last}"),
        number => format!("{number} in {first}\u{2013}{last}"),
    })
}

/// The sessions of an event in a sentence.
pub(super) fn sessions_in_words(event: &LoggedEvent) -> Option<String> {
    event.subjects.bounds().map(|(first, last)| match event.subjects.count() {
        1 => format!("session {first}"),
        _ if event.subjects.is_contiguous() => format!("sessions {first}\u{2013}{last}"),
        number => format!("{number} sessions between {first} and {last}"),
    })
}

fn describe(event: &LoggedEvent, sessions: Option<String>) -> String {
    let mut text = format!("{} by {}", event.action, escape_text(&event.actor));
    let user = event.account.as_ref().map(|name| name.as_str().to_owned()).or_else(|| event.user.clone());
    let parts = [
        user.map(|user| format!("user {user}")),
        sessions,
        event.ip.map(|ip| format!("from {ip}")),
        event.app.as_ref().map(|app| format!("app {app}")),
    ];
    for part in parts.into_iter().flatten() {
        text.push_str(", ");
        text.push_str(&escape_text(&part));
    }
    if let Some(detail) = &event.detail {
        text.push_str(": ");
        text.push_str(&escape_text(detail));
    }
    text
}
