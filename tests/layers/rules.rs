//! The rules themselves: each looks at scanned sources and tells what breaks it as `src/FILE:LINE: what`.

use std::collections::BTreeSet;

use crate::scan::{Path, Source};

/// Each layer and what it may import beside itself. `cli` and the crate's roots may import everything.
const LAYERS: [(&str, &[&str]); 6] = [
    ("domain", &[]),
    ("store", &["domain"]),
    ("ops", &["domain", "store"]),
    ("output", &["domain"]),
    ("commands", &["domain", "store", "ops", "output"]),
    ("cli", &["domain", "store", "ops", "output", "commands"]),
];

/// The parts of `commands` that every command may import.
const SHARED: [&str; 3] = ["args", "context", "testing"];

/// Crates, and the folders below which alone they may be named.
const HOMES: [(&str, &[&str]); 4] = [
    ("rusqlite", &["store/sqlite/"]),
    ("clap", &["cli/", "commands/"]),
    ("clap_complete", &["cli/", "commands/"]),
    ("clap_mangen", &["cli/", "commands/"]),
];

const PRINTING: [&str; 5] = ["println", "eprintln", "print", "eprint", "dbg"];
const NAMELESS: [&str; 5] = ["util", "utils", "helper", "helpers", "common"];
const MOST_LINES: usize = 400;

/// Everything in `tree` that breaks a rule.
pub(crate) fn violations(tree: &[Source]) -> Vec<String> {
    let tests: Vec<String> = tree.iter().flat_map(Source::test_modules).collect();
    let commands: BTreeSet<&str> = tree.iter().filter_map(|source| command_of(&source.path)).collect();
    let mut found = Vec::new();
    for source in tree {
        shape(source, &mut found);
        homes(source, &mut found);
        let is_test = tests.iter().any(|module| source.is_below(module));
        if !is_test {
            imports(source, &commands, &mut found);
        }
    }
    found
}

fn tell(found: &mut Vec<String>, source: &Source, line: usize, what: &str) {
    found.push(format!("src/{}:{line}: {what}", source.path));
}

/// How a file is named, how it begins and how long it is.
fn shape(source: &Source, found: &mut Vec<String>) {
    let named = |part: &str| NAMELESS.contains(&part.trim_end_matches(".rs"));
    if source.path.split('/').any(named) {
        tell(found, source, 1, "a name that says nothing: name it after what is in it");
    }
    if !source.text.starts_with("//!") {
        tell(found, source, 1, "begins without `//!`: say what the module is for and what may not go in");
    }
    let lines = source.text.lines().count();
    if lines > MOST_LINES {
        tell(found, source, lines, &format!("{lines} lines, over {MOST_LINES}: split it"));
    }
}

/// Where crates are named, and what prints. Tests are held to this too.
fn homes(source: &Source, found: &mut Vec<String>) {
    for token in source.tokens() {
        if let Some((name, folders)) = HOMES.iter().find(|(name, _)| *name == token.text)
            && !folders.iter().any(|folder| source.path.starts_with(folder))
        {
            let what = format!("`{name}` may be named only below {}", folders.join(" and "));
            tell(found, source, token.line, &what);
        }
    }
    for pair in source.tokens().windows(2) {
        if PRINTING.contains(&pair[0].text.as_str()) && pair[1].text == "!" {
            let what = format!("`{}!` panics on a closed pipe: print through the output", pair[0].text);
            tell(found, source, pair[0].line, &what);
        }
    }
}

/// What a file imports of the crate.
fn imports(source: &Source, commands: &BTreeSet<&str>, found: &mut Vec<String>) {
    let Some(layer) = source.layer() else { return };
    let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == layer) else {
        for path in source.paths().iter().take(1) {
            let what = format!("the layer `{layer}` has no rule: add it to LAYERS in tests/layers/rules.rs");
            tell(found, source, path.line, &what);
        }
        return;
    };
    for path in source.paths() {
        let what = match path.parts.first().map(String::as_str) {
            None | Some("*") => Some("imports the whole crate: name what is meant".to_owned()),
            Some(target) if target == layer => between_commands(source, &path, commands),
            Some(target) if allowed.contains(&target) => None,
            Some(target) if LAYERS.iter().any(|(name, _)| *name == target) => {
                Some(format!("`{layer}` may not import `{target}` (`crate::{}`)", path.parts.join("::")))
            }
            // An item of the crate's root.
            Some(_) => None,
        };
        if let Some(what) = what {
            tell(found, source, path.line, &what);
        }
    }
}

/// The command a path below `src` belongs to: a file or a folder right below `commands`.
fn command_of(path: &str) -> Option<&str> {
    let name = path.strip_prefix("commands/")?.split('/').next()?.trim_end_matches(".rs");
    (name != "mod" && !SHARED.contains(&name)).then_some(name)
}

/// What is wrong with a path within a layer: only that one command imports another.
fn between_commands(source: &Source, path: &Path, commands: &BTreeSet<&str>) -> Option<String> {
    if source.layer() != Some("commands") || source.path == "commands/mod.rs" {
        return None;
    }
    let target = path.parts.get(1).map_or("*", String::as_str);
    if target == "*" {
        return Some("imports every command: name what is meant".to_owned());
    }
    let other = commands.contains(target) && command_of(&source.path) != Some(target);
    other.then(|| format!("commands never import one another (`{target}`): share it through `args` or `ops`"))
}
