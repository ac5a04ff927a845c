//! What a crate boundary cannot say: within a crate, no two files import each other, directly or by way of others. A
//! folder's `mod.rs` names the files below it, and may give them on; that is no import.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::Visit;
use syn::{Attribute, ItemMod, ItemUse, UseTree, VisRestricted, Visibility};

/// The files of a crate by the path of their module, without `crate`.
fn modules(folder: &Path, path: &[String], found: &mut BTreeMap<Vec<String>, PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let file = entry.expect("an entry").path();
        let name = file.file_stem().and_then(|name| name.to_str()).expect("a name").to_owned();
        let module: Vec<String> = path.iter().cloned().chain([name.clone()]).collect();
        if file.is_dir() {
            modules(&file, &module, found);
        } else if file.extension().is_some_and(|extension| extension == "rs") {
            let is_root = ["mod", "lib", "main"].contains(&name.as_str());
            found.insert(if is_root { path.to_vec() } else { module }, file);
        }
    }
}

/// The paths that a file imports, as they are written.
#[derive(Default)]
struct Imports(Vec<Vec<String>>);

fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"))
    })
}

impl Imports {
    fn add(&mut self, tree: &UseTree, before: &[String]) {
        let with = |name: &dyn ToString| before.iter().cloned().chain([name.to_string()]).collect::<Vec<_>>();
        match tree {
            UseTree::Path(path) => self.add(&path.tree, &with(&path.ident)),
            UseTree::Name(name) => self.0.push(with(&name.ident)),
            UseTree::Rename(name) => self.0.push(with(&name.ident)),
            UseTree::Glob(_) => self.0.push(before.to_vec()),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.add(tree, before)),
        }
    }
}

impl<'a> Visit<'a> for Imports {
    fn visit_item_use(&mut self, item: &'a ItemUse) {
        if matches!(item.vis, Visibility::Inherited) && !is_for_tests(&item.attrs) {
            self.add(&item.tree, &[]);
        }
    }

    fn visit_item_mod(&mut self, module: &'a ItemMod) {
        if !is_for_tests(&module.attrs) {
            syn::visit::visit_item_mod(self, module);
        }
    }

    fn visit_vis_restricted(&mut self, _: &'a VisRestricted) {}

    fn visit_path(&mut self, path: &'a syn::Path) {
        self.0.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        syn::visit::visit_path(self, path);
    }
}

/// The file that a path leads to from a module, where it is one of the crate.
fn target<'a>(
    modules: &'a BTreeMap<Vec<String>, PathBuf>,
    from: &[String],
    path: &[String],
) -> Option<&'a PathBuf> {
    let ups = path.iter().take_while(|part| *part == "super").count();
    let mut full = match path.first()?.as_str() {
        "crate" => path[1..].to_vec(),
        "self" => [from, &path[1..]].concat(),
        "super" => [&from[..from.len().checked_sub(ups)?], &path[ups..]].concat(),
        _ => return None,
    };
    loop {
        if let Some(file) = modules.get(&full) {
            return Some(file);
        }
        full.pop()?;
    }
}

/// What is left after each file was taken away that imports none of the others, or that none of them imports, again and
/// again: the circles, and what is between two.
fn circles(mut imports: BTreeMap<PathBuf, BTreeSet<PathBuf>>) -> BTreeMap<PathBuf, BTreeSet<PathBuf>> {
    loop {
        let imported: BTreeSet<PathBuf> = imports.values().flatten().cloned().collect();
        let files: BTreeSet<PathBuf> =
            imports.keys().filter(|file| imported.contains(*file)).cloned().collect();
        let before = imports.len();
        imports.retain(|file, targets| {
            targets.retain(|target| files.contains(target));
            files.contains(file) && !targets.is_empty()
        });
        if imports.len() == before {
            return imports;
        }
    }
}

fn imports_of(source: &Path) -> BTreeMap<PathBuf, BTreeSet<PathBuf>> {
    let mut files = BTreeMap::new();
    modules(source, &[], &mut files);
    let of_file = |(module, file): (&Vec<String>, &PathBuf)| {
        let mut found = Imports::default();
        let text = fs::read_to_string(file).expect("a file");
        found.visit_file(&syn::parse_file(&text).expect("Rust"));
        let targets = found.0.iter().filter_map(|path| target(&files, module, path));
        (file.clone(), targets.filter(|target| *target != file).cloned().collect())
    };
    files.iter().map(of_file).collect()
}

#[test]
fn files_of_a_crate_import_each_other_in_no_circle() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let crates = fs::read_dir(root.join("crates")).unwrap().map(|entry| entry.unwrap().path().join("src"));
    for source in crates.chain([root.join("src")]) {
        let imports = imports_of(&source);
        assert!(imports.values().any(|targets| !targets.is_empty()) || imports.len() < 5, "{source:?}");
        let left = circles(imports);
        assert!(left.is_empty(), "these files, or some of them, import each other: {left:#?}");
    }
}

#[test]
fn circle_of_three_files_is_found() {
    let [a, b, c, d] = ["a", "b", "c", "d"].map(PathBuf::from);
    let import = |file: &PathBuf, of: &[&PathBuf]| (file.clone(), of.iter().copied().cloned().collect());
    let imports =
        BTreeMap::from([import(&a, &[&b]), import(&b, &[&c, &d]), import(&c, &[&a]), import(&d, &[])]);
    assert_eq!(circles(imports).into_keys().collect::<Vec<_>>(), [a, b, c]);
}
