//! The layouts that exist: the built-in ones, and those of the user.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use crate::layout::{Layout, LayoutError, MAX_LAYOUT_BYTES};
use crate::source::Table;

/// The built-in layouts: a name, and the file.
const BUILT_IN: &[&str] = &[
    include_str!("../layouts/django.toml"),
    include_str!("../layouts/django-user-sessions.toml"),
    include_str!("../layouts/laravel.toml"),
    include_str!("../layouts/grafana.toml"),
    include_str!("../layouts/better-auth.toml"),
    include_str!("../layouts/express-connect-sqlite3.toml"),
    include_str!("../layouts/express-better-sqlite3.toml"),
    include_str!("../layouts/rails8.toml"),
    include_str!("../layouts/tower-sessions.toml"),
    include_str!("../layouts/directus.toml"),
    include_str!("../layouts/flask-session.toml"),
    include_str!("../layouts/authjs.toml"),
    include_str!("../layouts/lucia.toml"),
    include_str!("../layouts/phoenix.toml"),
    include_str!("../layouts/vaultwarden.toml"),
    include_str!("../layouts/nextcloud.toml"),
    include_str!("../layouts/kratos.toml"),
    include_str!("../layouts/audiobookshelf.toml"),
    include_str!("../layouts/actual.toml"),
    include_str!("../layouts/overseerr.toml"),
    include_str!("../layouts/gitea.toml"),
    include_str!("../layouts/jellyfin.toml"),
];

/// A layout with its text and where it came from.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The layout.
    pub layout: Arc<Layout>,
    /// The text of its file.
    pub text: String,
    /// Whether it is built in.
    pub built_in: bool,
}

/// A file in the user's folder that is no layout.
#[derive(Clone, Debug)]
pub struct Broken {
    /// The file's name without `.toml`.
    pub name: String,
    /// What is wrong.
    pub why: String,
}

/// All layouts.
#[derive(Clone, Debug, Default)]
pub struct Registry {
    entries: Vec<Entry>,
    broken: Vec<Broken>,
}

impl Registry {
    /// The built-in layouts.
    ///
    /// # Errors
    /// [`LayoutError`] where a built-in file is no layout, which a test excludes.
    pub fn built_in() -> Result<Self, LayoutError> {
        Self::built_in_where(|_| true)
    }

    /// The built-in layouts of these tables. To read all takes as long as to find a session.
    ///
    /// # Errors
    /// [`LayoutError`], as [`Registry::built_in`].
    pub fn built_in_for(tables: &[Table]) -> Result<Self, LayoutError> {
        Self::built_in_where(|text| {
            let wanted = first(text, "table");
            tables.iter().any(|table| table.name.eq_ignore_ascii_case(wanted))
        })
    }

    fn built_in_where(wanted: impl Fn(&str) -> bool) -> Result<Self, LayoutError> {
        let entry = |text: &&str| {
            let layout = Arc::new(Layout::parse(text)?);
            Ok(Entry { layout, text: (*text).to_owned(), built_in: true })
        };
        let entries = BUILT_IN.iter().filter(|text| wanted(text)).map(entry).collect::<Result<_, _>>()?;
        Ok(Registry { entries, broken: Vec::new() })
    }

    /// Adds all `*.toml` of a folder in the order of their names. A file that is no layout is remembered with its
    /// fault; a folder that does not exist has no files.
    pub fn add_folder(&mut self, folder: &Path) {
        let Ok(listing) = fs::read_dir(folder) else { return };
        let mut paths: Vec<_> = listing.flatten().map(|entry| entry.path()).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
        paths.sort();
        for path in paths {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            if let Err(why) = read_file(&path).and_then(|text| self.add(text)) {
                self.broken.push(Broken { name, why });
            }
        }
    }

    fn add(&mut self, text: String) -> Result<(), String> {
        let layout = Layout::parse(&text).map_err(|error| error.to_string())?;
        if is_built_in(&layout.name) || self.find(&layout.name).is_some() {
            let whose = if is_built_in(&layout.name) { "a built-in layout" } else { "another file" };
            return Err(format!("name: {whose} has the name `{}` already", layout.name));
        }
        self.entries.push(Entry { layout: Arc::new(layout), text, built_in: false });
        Ok(())
    }

    /// All layouts, the built-in ones first.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The files that are no layouts.
    #[must_use]
    pub fn broken(&self) -> &[Broken] {
        &self.broken
    }

    /// The layout with this name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.layout.name == name)
    }

    /// All layouts, for detection.
    #[must_use]
    pub fn layouts(&self) -> Vec<Arc<Layout>> {
        self.entries.iter().map(|entry| Arc::clone(&entry.layout)).collect()
    }

    /// Reads one file as the only layout. It may not reuse the name of a built-in one.
    ///
    /// # Errors
    /// What is wrong with the file, for a person.
    pub fn read(path: &Path) -> Result<Arc<Layout>, String> {
        let layout = Layout::parse(&read_file(path)?).map_err(|error| error.to_string())?;
        if is_built_in(&layout.name) {
            return Err(format!("name: a built-in layout has the name `{}` already", layout.name));
        }
        Ok(Arc::new(layout))
    }
}

fn is_built_in(name: &str) -> bool {
    BUILT_IN.iter().any(|text| first(text, "name") == name)
}

/// The first value of a key in a built-in file, each of which begins with its name and names its table first. A test
/// compares it with what the whole file says.
fn first<'t>(text: &'t str, key: &str) -> &'t str {
    let value =
        text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \"")?.strip_suffix('"'));
    value.unwrap_or_default()
}

fn read_file(path: &Path) -> Result<String, String> {
    let meta = fs::metadata(path).map_err(|error| error.to_string())?;
    if !meta.is_file() {
        return Err("not a plain file".to_owned());
    }
    if meta.len() > MAX_LAYOUT_BYTES as u64 {
        return Err(format!("a layout has at most {MAX_LAYOUT_BYTES} bytes"));
    }
    fs::read_to_string(path).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_value_is_what_the_whole_file_says() {
        for text in BUILT_IN {
            let layout = Layout::parse(text).unwrap();
            assert_eq!(
                (first(text, "name"), first(text, "table")),
                (layout.name.as_str(), layout.table.as_str())
            );
        }
    }
}
