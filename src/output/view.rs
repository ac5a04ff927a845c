//! A kind of record: its name and its fields. The records themselves belong to the commands.

use thiserror::Error;

/// The names and the order of a kind of record's fields.
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// What many are called; the key of their array in JSON, such as `sessions`.
    pub noun: &'static str,
    /// What one is called.
    pub singular: &'static str,
    /// Every field, in order; machine formats and the table of one record show them all.
    pub fields: &'static [&'static str],
    /// The fields that a table of many shows by default, where the width allows.
    pub columns: &'static [&'static str],
}

/// Why names are not the fields to show.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum FieldError {
    /// These records do not have the field.
    #[error("no field {name}of {} {singular}: choose from {}", article(singular), fields.join(", "))]
    Unknown {
        /// The name in quotes, with a space behind it; empty where it is not repeated.
        name: String,
        /// What a record is called.
        singular: &'static str,
        /// The fields that it has.
        fields: &'static [&'static str],
    },
    /// No field was named.
    #[error("--fields names no field")]
    None,
    /// A JSON object has each key once (RFC 8259 §4).
    #[error("the field '{0}' is named twice")]
    Twice(String),
}

/// The indefinite article of a kind of record.
fn article(singular: &str) -> &'static str {
    if singular.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" }
}

/// Anything longer than a field's name may be a secret in the wrong place, and is not repeated.
const MAX_NAME_BYTES: usize = 24;

/// A field to show, and its place in most records.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) place: usize,
}

impl Field {
    /// The heading in a table, in words where the name of the key is short.
    pub(super) fn heading(self) -> &'static str {
        match self.name {
            "before" => "state before",
            "together_with" => "with parent",
            name => name,
        }
    }
}

impl View {
    /// Fields, and others behind them; `N` is their number.
    #[must_use]
    pub const fn joined<const N: usize>(
        fields: &[&'static str],
        others: &[&'static str],
    ) -> [&'static str; N] {
        let mut all = [""; N];
        let mut at = 0;
        while at < N {
            all[at] = if at < fields.len() { fields[at] } else { others[at - fields.len()] };
            at += 1;
        }
        all
    }

    /// The fields with these names; an unknown one is left out.
    pub(super) fn select<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Vec<Field> {
        let place = |name: &str| self.fields.iter().position(|field| *field == name);
        names
            .into_iter()
            .filter_map(|name| place(name).map(|place| Field { name: self.fields[place], place }))
            .collect()
    }

    /// The field that names a record: `id`, or else `name`, or else the first.
    pub(super) fn identity(&self) -> Option<Field> {
        let place = |name| self.fields.iter().position(|field| *field == name);
        let place = place("id").or_else(|| place("name")).unwrap_or(0);
        self.fields.get(place).map(|name| Field { name, place })
    }

    /// Checks that each name is a field of these records, and there once.
    ///
    /// # Errors
    /// [`FieldError`].
    pub fn check(&self, names: &[String]) -> Result<(), FieldError> {
        if names.iter().all(String::is_empty) {
            return Err(FieldError::None);
        }
        if let Some(unknown) = names.iter().find(|name| !self.fields.contains(&name.as_str())) {
            return Err(FieldError::Unknown {
                name: if unknown.len() <= MAX_NAME_BYTES { format!("'{unknown}' ") } else { String::new() },
                singular: self.singular,
                fields: self.fields,
            });
        }
        let twice = names.iter().enumerate().find(|(place, name)| names[..*place].contains(name));
        twice.map_or(Ok(()), |(_, name)| Err(FieldError::Twice(name.clone())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VIEW: View =
        View { noun: "users", singular: "user", fields: &["name", "state"], columns: &["name"] };

    #[test]
    fn check_lists_the_known_fields() {
        let names = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(VIEW.check(&names(&["state", "name"])), Ok(()));
        let error = VIEW.check(&names(&["name", "age"])).unwrap_err();
        assert_eq!(error.to_string(), "no field 'age' of a user: choose from name, state");
        assert_eq!(
            [article("answer"), article("event"), article("user"), article("session")],
            ["an", "an", "a", "a"]
        );
        assert_eq!(VIEW.check(&names(&["name", "state", "name"])), Err(FieldError::Twice("name".to_owned())));
        let error = VIEW.check(&["0123456789abcdef".repeat(4)]).unwrap_err();
        assert_eq!(error.to_string(), "no field of a user: choose from name, state");
    }

    #[test]
    fn identity_is_the_id_or_the_name_or_the_first_field() {
        for (fields, identity) in [
            (&["name", "id"][..], "id"),
            (&["group", "name", "active"][..], "name"),
            (&["kid", "algorithm"][..], "kid"),
        ] {
            assert_eq!(View { fields, ..VIEW }.identity().unwrap().name, identity);
        }
    }
}
