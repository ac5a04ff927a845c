//! The users of the program, looked up one by one and remembered.

use std::borrow::Cow;
use std::collections::HashMap;
use std::rc::Rc;

use zeroize::Zeroizing;

use super::bound::UserPlan;
use crate::source::{Query, Source, SourceError, Which};
use crate::value::{Row, Value, forms_of_id};

/// The most users that are remembered; then all are forgotten, so that memory does not grow with the table.
const MAX_REMEMBERED: usize = 10_000;

/// What the table shows of a user.
#[derive(Clone)]
pub(crate) struct User {
    /// The name.
    pub(crate) name: Option<String>,
    /// Whether the user is disabled.
    pub(crate) disabled: bool,
    /// Whether the user is a visitor who never logged in.
    pub(crate) anonymous: bool,
    /// The stored password hash, where the proof needs it.
    pub(crate) password: Option<Zeroizing<String>>,
}

/// What is known of an id.
#[derive(Clone)]
pub(crate) enum Known {
    /// The table has the user.
    Found(Rc<User>),
    /// The table does not have the user.
    Gone,
    /// There is no table of users.
    NoTable,
}

/// The table of users with the columns of their names.
pub struct NamedUsers<'a>(&'a UserPlan);

impl UserPlan {
    /// The table, where it has a name of a user.
    #[must_use]
    pub fn named(&self) -> Option<NamedUsers<'_>> {
        (!self.names.is_empty()).then_some(NamedUsers(self))
    }
}

impl NamedUsers<'_> {
    /// The table as the database spells it.
    #[must_use]
    pub fn table(&self) -> &str {
        self.0.table()
    }

    /// Which columns of the table are read.
    #[must_use]
    pub fn query(&self) -> &Query {
        &self.0.query
    }

    /// The names of a user. The first one is shown.
    #[must_use]
    pub fn names_of(&self, row: &Row) -> Vec<String> {
        names(self.0, row).map(Cow::into_owned).collect()
    }

    /// Whether a row has this id, or shows exactly this name.
    ///
    /// # Errors
    /// [`SourceError`] where the database cannot be read.
    pub fn has(&self, source: &dyn Source, written: &str) -> Result<bool, SourceError> {
        let query = &self.0.query;
        for value in forms_of_id(written) {
            if !source.find(query, &Which::is(&self.0.id, &value), 1)?.is_empty() {
                return Ok(true);
            }
        }
        for column in self.0.names.iter().filter_map(|index| query.columns.get(*index)) {
            let rows = source.find(query, &Which::is(column, &Value::text(written)), 1)?;
            if rows.iter().any(|row| names(self.0, row).next().is_some_and(|name| name == written)) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// The names of a user, in the order of the layout.
fn names<'r>(plan: &'r UserPlan, row: &'r Row) -> impl Iterator<Item = Cow<'r, str>> {
    let text = |index: &usize| row.values.get(*index).and_then(Value::shown).filter(|text| !text.is_empty());
    plan.names.iter().filter_map(text)
}

/// The users of the program.
pub struct Users<'a> {
    source: &'a dyn Source,
    plan: Option<&'a UserPlan>,
    remembered: HashMap<String, Known>,
}

impl<'a> Users<'a> {
    /// The users that the plan describes.
    #[must_use]
    pub fn new(source: &'a dyn Source, plan: Option<&'a UserPlan>) -> Self {
        Users { source, plan, remembered: HashMap::new() }
    }

    /// Whether a disabled user's sessions end.
    pub(crate) fn disabled_ends(&self) -> bool {
        self.plan.is_some_and(|plan| plan.disabled_ends)
    }

    /// Whether it is unknown who is disabled.
    pub(crate) fn disabled_unknown(&self) -> bool {
        self.plan.is_some_and(|plan| plan.disabled_unknown)
    }

    pub(crate) fn look_up(&mut self, id: &str) -> Result<Known, SourceError> {
        let Some(plan) = self.plan else { return Ok(Known::NoTable) };
        if let Some(known) = self.remembered.get(id) {
            return Ok(known.clone());
        }
        let mut found = None;
        for value in forms_of_id(id) {
            found = self.source.find(&plan.query, &Which::is(&plan.id, &value), 1)?.pop();
            if found.is_some() {
                break;
            }
        }
        let known = found.map_or(Known::Gone, |row| Known::Found(Rc::new(user(plan, &row))));
        if self.remembered.len() >= MAX_REMEMBERED {
            self.remembered.clear();
        }
        self.remembered.insert(id.to_owned(), known.clone());
        Ok(known)
    }
}

fn user(plan: &UserPlan, row: &Row) -> User {
    let text = |index: &usize| row.values.get(*index).and_then(Value::shown).filter(|text| !text.is_empty());
    User {
        name: names(plan, row).next().map(Cow::into_owned),
        disabled: plan.disabled.as_ref().is_some_and(|condition| condition.holds(row)),
        anonymous: plan.anonymous.as_ref().is_some_and(|condition| condition.holds(row)),
        password: plan.password.as_ref().and_then(text).map(|text| Zeroizing::new(text.into_owned())),
    }
}
