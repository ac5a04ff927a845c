//! Tokens in JSON: what this program prints, the token responses of OAuth, and the header fields and cookies that
//! browsers and their extensions export. Members of other names are not looked at.

use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::finds::Finds;
use super::found::Form;
use super::line::{collect as collect_line, names_field, names_field_name};
use crate::cookie::DEFAULT_NAME;
use crate::text::unwrapped;

/// Members that hold a token or a JWT: this program's `token` and `jwt`, and OAuth's `access_token`
/// (RFC 6749 §5.1).
const MEMBERS: [&str; 3] = ["token", "jwt", "access_token"];

/// Collects from one or more JSON documents. Returns `false` for text that is no JSON object or array.
pub(super) fn collect(text: &str, finds: &mut Finds<'_>) -> bool {
    if !text.starts_with(['{', '[']) {
        return false;
    }
    let documents: Result<Vec<Value>, _> = serde_json::Deserializer::from_str(text).into_iter().collect();
    let Ok(documents) = documents else { return false };
    for document in &documents {
        // A list of bare tokens, as in ["…"].
        for word in document.as_array().into_iter().flatten().filter_map(Value::as_str) {
            finds.take(unwrapped(word), Form::Json);
        }
        walk(document, finds);
    }
    true
}

/// The depth is limited by serde_json, to 128.
fn walk(value: &Value, finds: &mut Finds<'_>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| walk(item, finds)),
        Value::Object(members) => {
            collect_export(members, finds);
            for (name, value) in members {
                match value {
                    Value::String(word) if is_member(name) => {
                        let word = unwrapped(word);
                        if !finds.take(word, Form::Json) {
                            finds.pass_over(word);
                        }
                    }
                    Value::String(word) => collect_field(name, word, finds),
                    _ => walk(value, finds),
                }
            }
        }
        _ => {}
    }
}

/// Whether a member holds a token.
pub(super) fn is_member(name: &str) -> bool {
    MEMBERS.contains(&name)
}

/// An object with a name and a value, as a HAR file has for each header field, and an exported jar for each cookie.
fn collect_export(members: &Map<String, Value>, finds: &mut Finds<'_>) {
    let text = |name| members.get(name).and_then(Value::as_str);
    if let (Some(name), Some(value)) = (text("name"), text("value")) {
        if names_field_name(name) {
            collect_field(name, value, finds);
        } else {
            finds.take_cookie(name, unwrapped(value), Form::Json);
        }
    }
}

/// A header field, or the cookie of this program, as a member.
fn collect_field(name: &str, value: &str, finds: &mut Finds<'_>) {
    let field = Zeroizing::new([name, ": ", value].concat());
    if name == DEFAULT_NAME {
        finds.take_cookie(name, unwrapped(value), Form::Json);
    } else if names_field(&field) {
        collect_line(&field, finds);
    }
}
