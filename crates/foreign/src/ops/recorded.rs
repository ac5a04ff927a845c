//! Reads what an entry recorded, from the text that the audit log keeps. How an entry is written is in `journal`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::de::DeserializeOwned;

use super::journal::{ACT, IDS, USERS};
use crate::filter::{name_key, names_id};

/// What the audit log has of an act, or of a part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The place of the database.
    pub database: String,
    /// Device and inode of the file.
    pub file: String,
    /// The layout.
    pub layout: String,
    /// How many sessions, how they were selected, why, and what came of it, as a sentence.
    pub words: String,
    /// The users, where they were recorded: ids with names.
    pub users: BTreeMap<String, Option<String>>,
    /// The ids, where they were recorded.
    pub ids: Vec<String>,
    /// The number of the act, the same in all its entries.
    pub act: String,
}

impl Recorded {
    /// Reads the text of an event; none where it is not about another program's table.
    #[must_use]
    pub fn read(detail: &str) -> Option<Self> {
        let (database, rest) = split_place(detail)?;
        let (layout, rest) = rest.split_once(" in file ")?;
        let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let (file, rest) = rest.split_once(": ")?;
        let (rest, act) = rest.rsplit_once(ACT)?;
        if !layout.bytes().all(is_name) || file.contains(' ') {
            return None;
        }
        let (words, users, ids) = split_subjects(rest);
        Some(Recorded {
            database: database.into_owned(),
            file: file.to_owned(),
            layout: layout.to_owned(),
            words: words.to_owned(),
            users,
            ids,
            act: act.to_owned(),
        })
    }

    /// How many sessions it is about.
    #[must_use]
    pub fn sessions(&self) -> Option<u64> {
        match self.ids.len() {
            0 => self.words.split(' ').next()?.parse().ok(),
            number => Some(number as u64),
        }
    }

    /// Whether it names this session, by its id or the beginning of a fingerprint.
    #[must_use]
    pub fn names_session(&self, written: &str) -> bool {
        self.ids.iter().any(|id| names_id(written, id))
    }

    /// Whether it names this user, by name or id. Where the users were not recorded, the selection may have named them.
    #[must_use]
    pub fn names_user(&self, written: &str) -> bool {
        let key = name_key(written);
        let is_user = |(id, name): (&String, &Option<String>)| {
            id == written || name.as_deref().is_some_and(|name| name_key(name) == key)
        };
        self.users.iter().any(is_user)
            || (self.users.is_empty() && self.selected_users().any(|name| name_key(name) == key))
    }

    fn selected_users(&self) -> impl Iterator<Item = &str> {
        let selection = self.words.split("; ").find_map(|part| part.strip_prefix("selected by "));
        let users = selection.and_then(|words| {
            words
                .split(" --")
                .find_map(|part| part.strip_prefix("--user ").or_else(|| part.strip_prefix("user ")))
        });
        users.into_iter().flat_map(|names| names.split(','))
    }
}

/// The place of the database, and the rest. A place that could be taken for more is quoted.
fn split_place(detail: &str) -> Option<(Cow<'_, str>, &str)> {
    if !detail.starts_with('"') {
        return detail.split_once(": ").map(|(place, rest)| (place.into(), rest));
    }
    let mut values = serde_json::Deserializer::from_str(detail).into_iter::<String>();
    let place = values.next()?.ok()?;
    detail[values.byte_offset()..].strip_prefix(": ").map(|rest| (place.into(), rest))
}

/// The words, the users and the ids.
fn split_subjects(text: &str) -> (&str, BTreeMap<String, Option<String>>, Vec<String>) {
    if let Some((rest, ids)) = split_json(text, IDS)
        && let Some((words, users)) = split_json(rest, USERS)
    {
        return (words, users, ids);
    }
    // Ids were written without quotes before, and users were not.
    match text.rsplit_once(IDS) {
        Some((words, ids)) => (words, BTreeMap::new(), ids.split(' ').map(str::to_owned).collect()),
        None => (text, BTreeMap::new(), Vec::new()),
    }
}

/// The text before the last mark behind which there is nothing but JSON. The same mark in a name is followed by more.
fn split_json<'t, T: DeserializeOwned>(text: &'t str, mark: &str) -> Option<(&'t str, T)> {
    text.rmatch_indices(mark).find_map(|(at, _)| {
        let value = serde_json::from_str(&text[at + mark.len()..]).ok()?;
        Some((&text[..at], value))
    })
}

#[cfg(test)]
mod tests {
    use super::super::journal::{Action, Entry};
    use super::*;

    fn entry(reason: &str, users: &[(&str, Option<&str>)], ids: &[&str]) -> Entry {
        Entry {
            action: Action::Revoked,
            file: "1:2".to_owned(),
            layout: "django".to_owned(),
            selection: "--user alice".to_owned(),
            reason: Some(reason.to_owned()),
            users: users.iter().map(|(id, name)| ((*id).to_owned(), name.map(str::to_owned))).collect(),
            ids: ids.iter().map(|id| (*id).to_owned()).collect(),
            count: ids.len() as u64,
            outcome: Some("1 ended".to_owned()),
            act: "0a1b2c3d".to_owned(),
        }
    }

    #[test]
    fn entry_reads_back_whatever_people_wrote_into_it() {
        let odd = "x; users: {\"9\": \"zed\"}; ids: [\"99\"]; act ffffffff";
        let worse = "y; ids: []; users: {}";
        for reason in ["lost", odd, worse] {
            for (users, ids) in [
                (&[("1", Some("alice")), ("2", Some(odd)), ("3", None)][..], &["8", odd, worse][..]),
                (&[("1", Some(worse))], &["8"]),
                (&[], &[]),
            ] {
                let entry = entry(reason, users, ids);
                let read = Recorded::read(&format!("/srv/app.db: {}", entry.detail())).unwrap();
                assert_eq!((&read.users, &read.ids), (&entry.users, &entry.ids), "{reason}");
                assert_eq!((read.database.as_str(), read.act.as_str()), ("/srv/app.db", "0a1b2c3d"));
                assert!(
                    read.words.contains("selected by --user alice") && !read.names_user("zed"),
                    "{read:?}"
                );
            }
        }
    }

    #[test]
    fn entry_without_users_is_read_by_its_selection() {
        let old = "grafana.sqlite3: grafana in file 65024:7: 2 sessions; selected by --kind web --user Alice,bob; \
                   reason: stolen; ids: 8 10; act e96c9576";
        let read = Recorded::read(old).unwrap();
        assert_eq!((read.ids.as_slice(), read.sessions()), (&["8".to_owned(), "10".to_owned()][..], Some(2)));
        assert!(read.names_user("alice") && read.names_user("bob") && !read.names_user("web"));
        assert!(read.names_session("10") && !read.names_session("1"));
        assert_eq!(Recorded::read("old for new, /srv: 3 rows; act 1"), None);
    }

    #[test]
    fn token_in_a_name_is_replaced_and_the_rest_stays_readable() {
        let token = "a1".repeat(32);
        let text = entry("x", &[("1", Some(&token))], &["8", "10"]).detail();
        assert!(!text.contains(&token), "{text}");
        let read = Recorded::read(&format!("/a: {text}")).unwrap();
        assert_eq!(read.ids, ["8", "10"]);
    }
}
