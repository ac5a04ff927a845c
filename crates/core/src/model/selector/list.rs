//! Several values in one text, as the fronts accept them: a list with commas. What a value means does not belong here.

/// The values of a list with commas, where `\,` is a comma inside a value.
#[must_use]
pub fn split_list(text: &str) -> Vec<String> {
    let (mut values, mut value) = (Vec::new(), String::new());
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '\\' if rest.next_if_eq(&',').is_some() => value.push(','),
            // The name of an account that was removed, such as `bob (removed 2026-01-31, 2)`, holds a comma.
            ',' if value.contains(" (removed ") && !value.ends_with(')') => value.push(','),
            ',' => values.push(std::mem::take(&mut value)),
            other => value.push(other),
        }
    }
    values.push(value);
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn list_is_split_at_commas_that_are_not_escaped() {
        for (text, values) in [
            ("a", &["a"][..]),
            ("a,b", &["a", "b"]),
            (r"a\,b,c", &["a,b", "c"]),
            (r"DOMAIN\bob,eve", &[r"DOMAIN\bob", "eve"]),
            ("", &[""]),
            ("a,", &["a", ""]),
            ("bob (removed 2026-01-31, 2),eve", &["bob (removed 2026-01-31, 2)", "eve"]),
        ] {
            assert_eq!(split_list(text), values, "{text}");
        }
    }
}
