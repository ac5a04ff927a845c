//! The values of each command's records against the types that its manual page gives.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::Prints::{self, Page, PageWithoutFormat};
use super::world::{Place, World};
use super::{COMMANDS, FORMATS};

/// The types of each field in the manual page of the command with these words; the same field of two records can have
/// two. Empty for a command without records.
fn documented(line: &str) -> BTreeMap<String, BTreeSet<String>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("man");
    let words: Vec<&str> = line.split_whitespace().collect();
    let page = (1..=words.len().min(3))
        .rev()
        .find_map(|number| {
            fs::read_to_string(folder.join(format!("sessionctl-{}.1", words[..number].join("-")))).ok()
        })
        .unwrap_or_else(|| panic!("{line}: no manual page"));
    let mut found = BTreeMap::<_, BTreeSet<_>>::new();
    // The fields follow the options, which name no types.
    let fields = page.split_once("\n.SH FIELDS\n").map_or("", |(_, fields)| fields);
    if fields.contains("the fields of a session") && line != "list" {
        found = documented("list");
    }
    let named = fields.lines().filter_map(|line| line.strip_prefix("\\fB")?.split_once("\\fR ("));
    for (name, kind) in named {
        found.entry(name.to_owned()).or_default().insert(kind.trim_end_matches(')').to_owned());
    }
    found
}

fn is_time(text: &str) -> bool {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    shape == "0000-00-00T00:00:00Z"
}

fn is_of(kind: &str, value: &Value, is_foreign: bool) -> bool {
    match (kind, value) {
        ("JSON", _) => true,
        // Another program's table does not hold it.
        ("list of text", Value::Null) => is_foreign,
        ("list of text", Value::Array(items)) => items.iter().all(Value::is_string),
        (_, Value::Null) => true,
        ("text", Value::String(_)) | ("boolean", Value::Bool(_)) => true,
        ("time", Value::String(text)) => is_time(text),
        ("integer" | "seconds", Value::Number(number)) => number.is_i64() || number.is_u64(),
        _ => false,
    }
}

#[test]
fn every_value_has_the_type_that_the_manual_page_gives() {
    let world = World::new();
    let mut seen = BTreeSet::new();
    let with_records = |prints: Prints| !matches!(prints, Page | PageWithoutFormat);
    let commands = COMMANDS.iter().enumerate().filter(|(_, (_, prints, _))| with_records(*prints));
    for (index, (line, ..)) in commands {
        let types = documented(line);
        let printed = world.run(line, "jsonl", Place::Pipe, FORMATS.len() * index);
        if types.is_empty() {
            continue;
        }
        for record in printed.stdout.lines() {
            let record: Value =
                serde_json::from_str(record).unwrap_or_else(|error| panic!("{line}: {error}: {record}"));
            let is_foreign = record.get("from").is_some_and(|from| from != "sessionctl");
            for (name, value) in record.as_object().unwrap_or_else(|| panic!("{line}: no record: {record}")) {
                let kinds =
                    types.get(name).unwrap_or_else(|| panic!("{line}: {name} is not in the manual page"));
                assert!(
                    kinds.iter().any(|kind| is_of(kind, value, is_foreign)),
                    "{line}: {name} is {value}, and no {kinds:?}"
                );
                seen.insert(format!("{line}: {name}"));
            }
        }
    }
    assert!(seen.len() > 300, "only {} values were seen", seen.len());
}
