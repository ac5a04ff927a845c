//! Names and values of cookies in text of any kind: a header, a curl configuration, a cookie jar, JSON such as a
//! browser's export. Which cookie counts is decided by a layout.

use serde_json::Value;
use zeroize::Zeroizing;

/// A name and a value.
pub(crate) type Pair = (String, Zeroizing<String>);

/// All `name=value` in a text, the names and values of a Netscape cookie jar, and those of JSON: members, and objects
/// with a `name` and a `value`.
pub(crate) fn pairs_in(text: &str) -> Vec<Pair> {
    let mut pairs = Vec::new();
    match json(text) {
        Some(value) => in_json(&value, &mut pairs),
        None => in_lines(text, &mut pairs),
    }
    pairs
}

/// Whether the text as a whole is a list or an object of JSON.
#[must_use]
pub fn is_json(text: &str) -> bool {
    json(text).is_some()
}

/// The token in an object of JSON, under the names that this program and others write.
pub(crate) fn token_in_json(text: &str) -> Option<Zeroizing<String>> {
    let value = json(text)?;
    let token = ["token", "jwt", "access_token"].iter().find_map(|name| value.get(name)?.as_str())?;
    Some(Zeroizing::new(token.to_owned()))
}

fn json(text: &str) -> Option<Value> {
    let text = text.trim();
    text.starts_with(['{', '[']).then(|| serde_json::from_str(text).ok()).flatten()
}

fn in_json(value: &Value, pairs: &mut Vec<Pair>) {
    match value {
        Value::Array(all) => all.iter().for_each(|value| in_json(value, pairs)),
        Value::Object(members) => {
            let text = |name: &str| members.get(name).and_then(Value::as_str);
            if let (Some(name), Some(value)) = (text("name"), text("value")) {
                pairs.push((name.to_owned(), Zeroizing::new(value.to_owned())));
            }
            for (name, value) in members {
                match value {
                    Value::String(text) => pairs.push((name.clone(), Zeroizing::new(text.clone()))),
                    other => in_json(other, pairs),
                }
            }
            // A header can be the value of a member.
            members.values().filter_map(Value::as_str).for_each(|text| in_lines(text, pairs));
        }
        Value::String(text) => in_lines(text, pairs),
        _ => {}
    }
}

fn in_lines(text: &str, pairs: &mut Vec<Pair>) {
    for line in text.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        if let [_, _, _, _, _, name, value] = fields.as_slice() {
            pairs.push(((*name).to_owned(), Zeroizing::new(value.trim().to_owned())));
            continue;
        }
        for (at, _) in line.match_indices('=') {
            let name_start = line[..at]
                .trim_end()
                .rfind(|c: char| !is_name_char(c))
                .map_or(0, |i| i + line[i..].chars().next().map_or(1, char::len_utf8));
            let name = line[name_start..at].trim_end();
            let rest = line[at + 1..].trim_start();
            let rest = rest.strip_prefix('"').unwrap_or(rest);
            let end = rest.find(|c: char| matches!(c, ';' | '"' | '\'' | '\\' | ',') || c.is_whitespace());
            let value = &rest[..end.unwrap_or(rest.len())];
            if is_name(name) {
                pairs.push((name.to_owned(), Zeroizing::new(value.to_owned())));
            }
        }
    }
}

/// Whether a text can be the name of a cookie.
pub(crate) fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(is_name_char)
}

fn is_name_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')
}
