//! Which layout describes a database: its table exists with all its columns, and the rows prove it.

use std::sync::Arc;

use thiserror::Error;

use crate::layout::Layout;
use crate::plan::{Plan, SettingError, Settings, bind};
use crate::source::{Source, SourceError, Table};

/// Rows from each end of the table that must prove a layout.
pub const PROOF_ROWS_PER_END: usize = 50;
/// Tables that an error names.
pub const MAX_NAMED_TABLES: usize = 20;

/// What the user asked for.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// The table, where it is renamed or prefixed.
    pub table: Option<String>,
    /// Values of the program's configuration.
    pub set: Vec<(String, String)>,
    /// Whether the layout was named: then it is used even where the rows do not prove it.
    pub named: bool,
}

/// A layout that fits, with what the rows show.
#[derive(Clone, Debug)]
pub struct Detected {
    /// The layout bound to the table.
    pub plan: Plan,
    /// Rows that were examined and fit.
    pub rows_proved: usize,
    /// Rows that were examined and do not fit.
    pub rows_misfit: usize,
    /// The column in which the first of them does not fit.
    pub misfit_column: Option<String>,
}

impl Detected {
    /// Whether the rows prove the layout. An empty table does.
    #[must_use]
    pub fn is_proved(&self) -> bool {
        self.rows_misfit == 0
    }

    /// Whether there was no row to examine.
    #[must_use]
    pub fn by_columns_only(&self) -> bool {
        self.rows_proved == 0 && self.rows_misfit == 0
    }
}

/// How near a layout is that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Near {
    /// The layout.
    pub layout: String,
    /// The table.
    pub table: String,
    /// Whether a view has the table's name.
    pub is_view: bool,
    /// Columns that the layout needs and the table does not have.
    pub missing: Vec<String>,
    /// Columns that rule the layout out.
    pub too_many: Vec<String>,
}

impl std::fmt::Display for Near {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Near { layout, table, .. } = self;
        if self.is_view {
            return write!(f, "{layout}: {table} is a view, not a table");
        }
        write!(f, "{layout}: table {table}")?;
        if !self.missing.is_empty() {
            write!(f, ", missing: {}", self.missing.join(", "))?;
        }
        if !self.too_many.is_empty() {
            write!(f, ", too many: {}", self.too_many.join(", "))?;
        }
        Ok(())
    }
}

/// Why no layout was chosen.
#[derive(Debug, Error)]
pub enum DetectError {
    /// No layout fits.
    #[error("no known session table")]
    None {
        /// The tables of the database.
        tables: Vec<String>,
        /// The nearest layouts.
        near: Vec<Near>,
    },
    /// Several layouts fit.
    #[error("{} layouts fit ({})", .0.len(), .0.join(", "))]
    Several(Vec<String>),
    /// A setting was refused.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// The database could not be read.
    #[error(transparent)]
    Source(#[from] SourceError),
}

/// Chooses the layout that describes a database with these tables.
///
/// # Errors
/// [`DetectError`].
pub fn detect(
    source: &dyn Source,
    tables: &[Table],
    layouts: &[Arc<Layout>],
    choice: &Choice,
) -> Result<Detected, DetectError> {
    let (mut fitting, mut near) = (Vec::new(), Vec::new());
    for layout in layouts {
        match fit(layout, tables, choice) {
            Fit::Table(table) => {
                let settings = if layouts.len() == 1 || choice.set.is_empty() {
                    Settings::of(layout, &choice.set)?
                } else {
                    // What another layout's setting is called is checked once one layout is chosen.
                    Settings::of(layout, &[])?
                };
                let plan = bind(layout, table, tables, &settings, source)?;
                fitting.push(prove(source, plan)?);
            }
            Fit::Near(found) => near.push(found),
            Fit::No => {}
        }
    }
    let chosen = choose(fitting, tables, near)?;
    if choice.set.is_empty() || layouts.len() == 1 {
        return Ok(chosen);
    }
    let layout = Arc::clone(&chosen.plan.layout);
    detect(source, tables, &[layout], choice)
}

fn choose(mut fitting: Vec<Detected>, tables: &[Table], near: Vec<Near>) -> Result<Detected, DetectError> {
    let names = |all: &[Detected]| all.iter().map(|one| one.plan.layout.name.clone()).collect::<Vec<_>>();
    if fitting.is_empty() {
        let tables = tables.iter().filter(|table| table.is_table).map(|table| table.name.clone());
        return Err(DetectError::None { tables: tables.collect(), near });
    }
    if fitting.len() > 1 {
        let proved: Vec<Detected> = fitting.iter().filter(|one| one.is_proved()).cloned().collect();
        match proved.len() {
            0 => return Err(DetectError::Several(names(&fitting))),
            1 => fitting = proved,
            _ => return Err(DetectError::Several(names(&proved))),
        }
    }
    fitting.pop().ok_or(DetectError::None { tables: Vec::new(), near: Vec::new() })
}

enum Fit<'a> {
    Table(&'a Table),
    Near(Near),
    No,
}

fn fit<'a>(layout: &Layout, tables: &'a [Table], choice: &Choice) -> Fit<'a> {
    let wanted = choice.table.as_deref().unwrap_or(&layout.table);
    let mut named = tables.iter().filter(|table| table.name.eq_ignore_ascii_case(wanted));
    let Some(table) = named.next() else { return Fit::No };
    let near = |is_view: bool, missing: Vec<String>, too_many: Vec<String>| {
        Fit::Near(Near { layout: layout.name.clone(), table: table.name.clone(), is_view, missing, too_many })
    };
    if !table.is_table {
        return near(true, Vec::new(), Vec::new());
    }
    let absent = |name: &&String| table.column(name).is_none();
    let missing: Vec<String> = layout.columns.iter().filter(absent).cloned().collect();
    let too_many: Vec<String> = layout.without.iter().filter(|name| !absent(name)).cloned().collect();
    if missing.is_empty() && too_many.is_empty() { Fit::Table(table) } else { near(false, missing, too_many) }
}

fn prove(source: &dyn Source, plan: Plan) -> Result<Detected, SourceError> {
    let rows = source.sample(&plan.query, PROOF_ROWS_PER_END)?;
    let mut misfits: Vec<&str> = rows.iter().filter_map(|row| plan.misfit(row)).collect();
    let unread: Vec<&str> = rows.iter().filter_map(|row| plan.unread_payload(row)).collect();
    // One payload that can be read shows what the column holds; those that cannot are their visitors' doing.
    if unread.len() == rows.len() {
        misfits = unread;
    }
    let misfit_column = misfits.first().map(|column| (*column).to_owned());
    let rows_misfit = misfits.len();
    Ok(Detected { rows_proved: rows.len() - rows_misfit, rows_misfit, misfit_column, plan })
}
