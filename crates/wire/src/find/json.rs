//! Tokens in JSON: what this program prints, and the token responses of OAuth. Members of other names are not
//! looked at.

use serde_json::Value;

use super::finds::Finds;
use super::found::Form;
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
            for (name, value) in members {
                match value {
                    Value::String(word) if MEMBERS.contains(&name.as_str()) => {
                        let word = unwrapped(word);
                        if !finds.take(word, Form::Json) {
                            finds.pass_over(word);
                        }
                    }
                    _ => walk(value, finds),
                }
            }
        }
        _ => {}
    }
}
