//! Each case of the contract is named in `contract_tests!`: one that is not would run nowhere.

use std::fs;
use std::path::Path;

/// The cases that a file defines: public functions of a provider.
fn cases(source: &str) -> impl Iterator<Item = &str> {
    let functions = source.split("\npub fn ").skip(1);
    functions.filter_map(|rest| rest.split_once("(provider: &dyn StoreProvider)").map(|(name, _)| name))
}

#[test]
fn contract_tests_names_each_case_in_its_module() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let list = fs::read_to_string(folder.join("lib.rs")).expect("the crate has a root");
    let (_, list) = list.split_once("contract_cases! { $provider;").expect("the list of cases");
    let mut found = 0;
    for entry in fs::read_dir(folder).expect("the sources can be listed") {
        let path = entry.expect("the sources can be listed").path();
        let module = path.file_stem().and_then(|stem| stem.to_str()).expect("a file of Rust").to_owned();
        let Some((_, listed)) = list.split_once(&format!("            {module} {{")) else { continue };
        let listed: Vec<&str> = listed.split('}').next().unwrap_or_default().split_whitespace().collect();
        let source = fs::read_to_string(&path).expect("a source can be read");
        let defined: Vec<&str> = cases(&source).collect();
        let missing: Vec<_> = defined.iter().filter(|case| !listed.contains(case)).collect();
        assert!(missing.is_empty(), "{module} has cases that do not run: {missing:?}");
        assert_eq!(defined.len(), listed.len(), "{module}");
        found += defined.len();
    }
    assert!(found > 50, "only {found} cases were found");
}
