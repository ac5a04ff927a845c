//! Whether the program has a user of a name: a name with a slip in it selects nobody, or, negated, everybody. What a user's
//! sessions are does not belong here.

use std::ops::ControlFlow;

use super::scan::{Wanted, scan};
use super::{Context, OpsError};
use crate::filter::{Filter, Matcher, name_key};
use crate::plan::NamedUsers;
use crate::record::State;
use crate::source::{Place, Source};

/// A name that no user has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownUser {
    /// As it was written.
    pub name: String,
    /// The table of users.
    pub table: String,
    /// The nearest name, where one is near.
    pub near: Option<String>,
}

/// The distance, by slips, at which another name is no longer near.
fn max_slips(name: &str) -> usize {
    (name.chars().count() / 3).clamp(1, 3)
}

/// The first name of a filter that no user has: neither a row of the table of users, nor a session whose user is gone. None
/// where the layout has no table of users, or every name is known.
///
/// # Errors
/// [`OpsError`] where the database cannot be read.
pub fn unknown_user(cx: &mut Context<'_>, filter: &Filter) -> Result<Option<UnknownUser>, OpsError> {
    let Some(users) = cx.plan().users.as_ref().and_then(|users| users.named()) else { return Ok(None) };
    let names: Vec<&String> = filter.users.iter().chain(&filter.not_users).collect();
    if names.is_empty() {
        return Ok(None);
    }
    cx.read(&mut |source| {
        let mut missing = Vec::new();
        for name in &names {
            if !users.has(source, name)? {
                missing.push(name.as_str());
            }
        }
        if missing.is_empty() {
            return Ok(None);
        }
        let mut search = Search::of(&missing);
        search.users(source, &users)?;
        search.orphans(cx, source)?;
        let first = search.names.into_iter().find(|name| !name.is_known);
        Ok(first.map(|name| UnknownUser {
            name: name.written.to_owned(),
            table: users.table().to_owned(),
            near: name.near.map(|(_, near)| near),
        }))
    })
}

struct Name<'a> {
    written: &'a str,
    key: String,
    is_known: bool,
    near: Option<(usize, String)>,
}

/// The names that the table of users does not have as they were written.
struct Search<'a> {
    names: Vec<Name<'a>>,
}

impl<'a> Search<'a> {
    fn of(missing: &[&'a str]) -> Self {
        let name = |written: &&'a str| Name { written, key: name_key(written), is_known: false, near: None };
        Search { names: missing.iter().map(name).collect() }
    }

    /// Compares them with every user's name, in the form in which names are compared.
    fn users(&mut self, source: &dyn Source, users: &NamedUsers<'_>) -> Result<(), OpsError> {
        let mut place = Some(Place::Start);
        while let Some(at) = place {
            let page = source.page(users.query(), &at)?;
            for row in &page.rows {
                let names = users.names_of(row);
                if let Some(shown) = names.first() {
                    self.names.iter_mut().for_each(|name| name.compare(shown, &names));
                }
            }
            place = page.next;
        }
        Ok(())
    }

    /// A session can be of a user who is gone: it is shown with the id.
    fn orphans(&mut self, cx: &Context<'_>, source: &dyn Source) -> Result<(), OpsError> {
        for name in self.names.iter_mut().filter(|name| !name.is_known) {
            let filter = Filter { users: vec![name.written.to_owned()], all: true, ..Filter::default() };
            let matcher: Matcher<'_> = filter.matcher();
            debug_assert_eq!(matcher.states().len(), State::NAMES.len());
            let mut reading = cx.reading(source);
            let wanted = Wanted::new(&matcher, cx.plan(), reading.now);
            let is_known = &mut name.is_known;
            scan(source, cx.plan(), &mut reading, &wanted, &mut |_, _| {
                *is_known = true;
                Ok(ControlFlow::Break(()))
            })?;
            // Only the first that is unknown is reported.
            if !*is_known {
                break;
            }
        }
        Ok(())
    }
}

impl Name<'_> {
    /// Compares with a user's shown name, and with that and the other names.
    fn compare(&mut self, shown: &str, names: &[String]) {
        let shown_key = name_key(shown);
        self.is_known |= shown_key == self.key;
        if self.is_known {
            return;
        }
        for other in names.iter().map(|name| name_key(name)) {
            let begins = |long: &str, short: &str| {
                short.chars().count() > 2
                    && long.strip_prefix(short).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
            };
            let distance = match &self.key {
                key if *key == other => 0,
                key if begins(&other, key) || begins(key, &other) => 1,
                key if key.chars().count().abs_diff(other.chars().count()) > 3 => continue,
                key => 1 + strsim::damerau_levenshtein(key, &other),
            };
            let is_near = distance <= 1 + max_slips(&self.key);
            if is_near && self.near.as_ref().is_none_or(|(known, _)| distance < *known) {
                self.near = Some((distance, shown.to_owned()));
            }
        }
    }
}
