//! A part of a selector that names values: any of these, and none of those. What a value means is defined in the
//! selector.

/// A filter by values. It accepts a session that has any of the first values, where there are any, and none of the
/// second.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueFilter<T> {
    /// One of these values is required; empty for no such limit.
    pub any_of: Vec<T>,
    /// None of these values is accepted: the exact complement of the sessions that have one of them.
    pub none_of: Vec<T>,
}

impl<T> Default for ValueFilter<T> {
    fn default() -> Self {
        ValueFilter { any_of: Vec::new(), none_of: Vec::new() }
    }
}

impl<T> ValueFilter<T> {
    /// Accepts everything except these values.
    #[must_use]
    pub fn not(none_of: Vec<T>) -> Self {
        ValueFilter { any_of: Vec::new(), none_of }
    }

    /// Whether the filter accepts something that `has` a value.
    pub fn accepts(&self, has: impl Fn(&T) -> bool) -> bool {
        (self.any_of.is_empty() || self.any_of.iter().any(&has)) && !self.none_of.iter().any(&has)
    }

    /// Whether the filter limits anything.
    #[must_use]
    pub fn is_set(&self) -> bool {
        !self.any_of.is_empty() || !self.none_of.is_empty()
    }

    /// The value, where exactly one is required.
    #[must_use]
    pub fn single(&self) -> Option<&T> {
        match self.any_of.as_slice() {
            [value] => Some(value),
            _ => None,
        }
    }
}

/// Requires the value.
impl<T> From<T> for ValueFilter<T> {
    fn from(value: T) -> Self {
        ValueFilter { any_of: vec![value], none_of: Vec::new() }
    }
}

/// Requires the value, where there is one.
impl<T> From<Option<T>> for ValueFilter<T> {
    fn from(value: Option<T>) -> Self {
        ValueFilter { any_of: value.into_iter().collect(), none_of: Vec::new() }
    }
}
