//! The layers hold: who may import whom, which dependency has which home, and how large and named a file may be.
//! CONTRIBUTING.md tells the rules to people; here they are checked against the text of `src`.

#[path = "layers/rules.rs"]
mod rules;
#[path = "layers/scan.rs"]
mod scan;

use std::fs;
use std::path::{Path, PathBuf};

use rules::violations;
use scan::Source;

/// Every source file, its path relative to `src` with `/` between its parts.
fn tree() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    collect(&root, &mut paths);
    paths.sort();
    let relative = |path: &PathBuf| -> String {
        let parts = path.strip_prefix(&root).expect("below src").components();
        parts.map(|part| part.as_os_str().to_string_lossy().into_owned()).collect::<Vec<_>>().join("/")
    };
    let read = |path: &PathBuf| Source::new(&relative(path), &fs::read_to_string(path).expect("readable"));
    paths.iter().map(read).collect()
}

fn collect(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder that can be read") {
        let path = entry.expect("an entry that can be read").path();
        if path.is_dir() {
            collect(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

#[test]
fn the_tree_keeps_the_rules() {
    let tree = tree();
    assert!(tree.len() > 50, "only {} files found: is this the right place?", tree.len());
    let found = violations(&tree);
    assert!(found.is_empty(), "{} violations:\n{}", found.len(), found.join("\n"));
}

/// What the rules say of a tree of these files.
fn judged(files: &[(&str, &str)]) -> Vec<String> {
    let tree: Vec<Source> =
        files.iter().map(|(path, text)| Source::new(path, &format!("//! Doc.\n{text}"))).collect();
    violations(&tree)
}

/// Asserts that the rules refuse `text`, on its second line, as the file at `path`.
#[track_caller]
fn refuses(path: &str, text: &str) {
    let found = judged(&[(path, text), ("commands/list.rs", ""), ("commands/args/mod.rs", "")]);
    let at = format!("src/{path}:2: ");
    assert!(found.len() == 1 && found[0].starts_with(&at), "{path}: {text}: {found:?}");
}

/// Asserts that the rules accept `text` as the file at `path`.
#[track_caller]
fn accepts(path: &str, text: &str) {
    let found = judged(&[(path, text), ("commands/list.rs", ""), ("commands/args/mod.rs", "")]);
    assert!(found.is_empty(), "{path}: {text}: {found:?}");
}

#[test]
fn arrows_leftwards_are_refused() {
    refuses("domain/token.rs", "use crate::store::Store;");
    refuses("domain/token.rs", "use super::super::store;");
    refuses("domain/jwt/key.rs", "fn f() -> crate::ops::OpsError { todo }");
    refuses("store/mod.rs", "pub use crate::{domain::token, ops::login};");
    refuses("store/sqlite/row.rs", "use crate::output::Ui;");
    refuses("ops/login.rs", "use crate::output::Ui;");
    refuses("output/ui.rs", "use crate::{store::{Store as Other}, domain::token as t};");
    refuses("commands/show.rs", "use crate::cli::world;");
    refuses("commands/show.rs", "use sessionctl::cli;");
    refuses("domain/token.rs", "use crate::*;");
    refuses("domain/token.rs", "mod inner { use super::super::super::store; }");
    accepts("domain/token.rs", "use super::session::Session; use crate::domain::time;");
    accepts("store/mod.rs", "use crate::domain::{token::{Token, Digest}, time};");
    accepts("ops/login.rs", "use super::clock; use crate::{domain::token, store::Store};");
    refuses("domain/token.rs", "fn f() { for x in crate::store::all() {} }");
    accepts("ops/testing/mod.rs", "pub(in crate::ops) struct Row;");
    accepts("commands/show.rs", "use crate::{domain, ops, output, store};");
    accepts("cli/mod.rs", "use crate::{commands, domain, ops, output, store};");
    accepts("domain/token.rs", "// use crate::store;\n/* crate::ops /* :: */ crate::cli */");
    accepts("domain/token.rs", r####"const A: &str = "crate::store"; const B: &str = r#"" crate::ops"#;"####);
    accepts(
        "domain/token.rs",
        "fn f<'a>(x: &'a char) -> bool { *x == '\"' || *x == '\\'' } // crate::store \"",
    );
    refuses("domain/token.rs", "fn f<'a>(x: &'a char) -> bool { *x == '\"' || crate::store::is(x, '\"') }");
}

#[test]
fn a_new_layer_needs_a_rule() {
    refuses("web/mod.rs", "use crate::domain::token;");
    accepts("main.rs", "fn main() { sessionctl::cli::main() }");
}

#[test]
fn commands_stay_apart() {
    refuses("commands/show.rs", "use super::list;");
    refuses("commands/show.rs", "use crate::commands::list::ListArgs;");
    refuses("commands/user/add.rs", "use super::super::list;");
    refuses("commands/args/token.rs", "use crate::commands::list;");
    refuses("commands/show.rs", "use super::*;");
    accepts("commands/show.rs", "use super::{Context, args::TokenArg, context::World, testing::Scene};");
    accepts("commands/list.rs", "use crate::commands::list::deep;");
    accepts("commands/mod.rs", "pub use list::ListArgs; use self::list::run;");
}

#[test]
fn tests_may_import_what_they_like() {
    accepts(
        "domain/token.rs",
        "#[cfg(test)]\nmod tests { use crate::store::Store; fn f() { crate::ops::x() } }",
    );
    accepts(
        "domain/token.rs",
        "#[cfg(test)]\n#[expect(x, reason = \"}\")]\npub(crate) mod tests { use crate::ops; }",
    );
    refuses("domain/token.rs", "use crate::ops; #[cfg(test)] mod tests { use crate::store::Store; }");
    let declares = "#[cfg(test)]\nmod tests;\n#[cfg(test)]\n#[path = \"more_tests.rs\"]\nmod more;";
    let import = "use crate::ops::login;";
    let files = [
        ("domain/token.rs", declares),
        ("domain/token/tests.rs", import),
        ("domain/token/tests/deep.rs", import),
        ("domain/more_tests.rs", import),
    ];
    assert!(judged(&files).is_empty(), "{:?}", judged(&files));
    assert_eq!(judged(&[("domain/token.rs", "mod tests;"), files[1]]).len(), 1);
}

#[test]
fn each_dependency_has_one_home() {
    refuses("store/mod.rs", "use rusqlite::Connection;");
    refuses("cli/world.rs", "fn f(x: rusqlite::Error) {}");
    refuses("output/format.rs", "#[derive(clap::ValueEnum)] enum Format {}");
    refuses("ops/mod.rs", "#[cfg(test)] mod tests { use clap_complete::Shell; }");
    accepts("store/sqlite/open.rs", "use rusqlite::Connection;");
    accepts("commands/show.rs", "use clap::Args;");
    accepts("cli/mod.rs", "use clap::Parser; use clap_mangen::Man;");
}

#[test]
fn nothing_prints_behind_the_output() {
    refuses("ops/login.rs", "fn f() { println!(\"x\") }");
    refuses("cli/mod.rs", "fn f() { std::eprint!(\"x\") }");
    accepts("ops/login.rs", "fn f() { writeln!(out, \"println!\") } // eprintln!");
}

#[test]
fn files_are_named_small_and_described() {
    refuses_file("domain/utils.rs", "//! Doc.\n", 1);
    refuses_file("domain/common/mod.rs", "//! Doc.\n", 1);
    refuses_file("ops/login.rs", "use super::clock;\n", 1);
    refuses_file("ops/login.rs", &format!("//! Doc.\n{}", "\n".repeat(400)), 401);
    assert!(
        violations(&[Source::new("ops/login.rs", &format!("//! Doc.\n{}", "\n".repeat(399)))]).is_empty()
    );
}

/// Asserts that the rules refuse the file on that line.
#[track_caller]
fn refuses_file(path: &str, text: &str, line: usize) {
    let found = violations(&[Source::new(path, text)]);
    assert!(found.len() == 1 && found[0].starts_with(&format!("src/{path}:{line}: ")), "{path}: {found:?}");
}
