//! What a layout says and the database does not show, for whoever writes a layout: a misspelt column, a path that no
//! payload has, a time in another form. A layout of ours is tested on its program; one of a user has only this.

use std::collections::BTreeMap;

use sessionctl_core::counted;

use super::Plan;
use super::bound::{BoundOrigin, BoundSource};
use super::read::node;
use crate::codec::Node;
use crate::detect::PROOF_ROWS_PER_END;
use crate::layout::{Condition, LiveProof, Origin, Source};
use crate::source::{Query, Source as Database, SourceError, Table, real_table};
use crate::time::{self, TimeForm};
use crate::value::{Row, Value};

/// Values or keys that a finding names, and the most characters of one: what is longer may be a secret.
const MAX_NAMED: usize = 12;
const MAX_NAMED_CHARACTERS: usize = 24;

/// Something that a layout says and the database does not show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Whether answers would be wrong; otherwise something is only left out.
    pub is_fault: bool,
    /// The key of the layout, and what is wrong.
    pub text: String,
}

#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn fault(&mut self, text: String) {
        self.0.push(Finding { is_fault: true, text });
    }

    fn note(&mut self, text: String) {
        self.0.push(Finding { is_fault: false, text });
    }
}

impl Plan {
    /// Compares what the layout says with tables and rows.
    ///
    /// # Errors
    /// [`SourceError`] where the database cannot be read.
    pub fn findings(&self, tables: &[Table], database: &dyn Database) -> Result<Vec<Finding>, SourceError> {
        let mut findings = Findings::default();
        if let Some(table) = tables.iter().find(|table| table.name == self.query.table) {
            self.missing_columns(table, &mut findings);
        }
        let rows = database.sample(&self.query, PROOF_ROWS_PER_END)?;
        self.unread_times(&rows, &mut findings);
        self.unread_payloads(&rows, &mut findings);
        self.users(tables, database, &mut findings)?;
        if self.layout.live.proof == LiveProof::None && self.layout.live.doubt.is_empty() {
            let text = "live.proof: not stated, so it is never known whether a session authenticates, and verify \
                        answers 1; where the program accepts whoever has the row, write proof = \"row\"";
            findings.note(text.to_owned());
        }
        Ok(findings.0)
    }

    fn missing_columns(&self, table: &Table, findings: &mut Findings) {
        let absent = |column: &str| table.column(column).is_none();
        for (field, sources) in self.layout.fields.named() {
            for column in sources.iter().flat_map(columns).filter(|column| absent(column)) {
                let text = format!("fields.{field}: table {} has no column {column}", table.name);
                // Without its expiry a session would never be known to have ended.
                if field == "expires_at" { findings.fault(text) } else { findings.note(text) }
            }
        }
        for column in self.layout.secret.iter().filter(|column| absent(column)) {
            findings.fault(format!("row.secret: table {} has no column {column}", table.name));
        }
        if let Some(condition) = self.layout.api_if.as_ref().filter(|condition| absent(&condition.column)) {
            findings.fault(format!("row.api_if: table {} has no column {}", table.name, condition.column));
        }
    }

    fn unread_times(&self, rows: &[Row], findings: &mut Findings) {
        let fields = &self.fields;
        for (field, sources) in [
            ("created_at", &fields.created_at),
            ("last_seen_at", &fields.last_seen_at),
            ("expires_at", &fields.expires_at),
            ("ended_at", &fields.ended_at),
        ] {
            for source in sources {
                let values = rows.iter().filter_map(|row| self.value(source, row, &None));
                let values: Vec<Value> = values.map(|value| value.into_owned()).collect();
                let unread: Vec<&Value> =
                    values.iter().filter(|value| time::read(&source.time, value).is_none()).collect();
                let (Some(first), BoundOrigin::Column(_)) = (unread.first(), &source.from) else { continue };
                let fitting = TimeForm::NAMES.iter().find(|name| {
                    let form = TimeForm::named(name);
                    form.is_some_and(|form| unread.iter().all(|value| time::read(&[form], value).is_some()))
                });
                let hint = fitting.map_or(String::new(), |name| format!("; try time = \"{name}\""));
                let (count, all) = (unread.len(), counted(values.len(), "row", "rows"));
                let text = format!(
                    "fields.{field}: not readable in {count} of {all}, of type {}{hint}",
                    first.type_name()
                );
                if field == "expires_at" { findings.fault(text) } else { findings.note(text) }
            }
        }
    }

    fn unread_payloads(&self, rows: &[Row], findings: &mut Findings) {
        let payloads: Vec<_> = rows.iter().filter_map(|row| self.payload(row)).collect();
        let read: Vec<&Node> =
            payloads.iter().filter_map(|payload| Some(&payload.as_ref().ok()?.data)).collect();
        if read.len() < payloads.len() {
            let unread = payloads.len() - read.len();
            let rows = counted(payloads.len(), "row", "rows");
            findings.note(format!("row.payload: not readable in {unread} of {rows}"));
        }
        let in_payload =
            |source: &&BoundSource| matches!(source.from, BoundOrigin::Pointer(_) | BoundOrigin::Keys(_));
        let sources: Vec<&BoundSource> = self.fields.user_id.iter().filter(in_payload).collect();
        let found = |data: &&&Node| sources.iter().any(|source| node(source, data).is_some());
        if !sources.is_empty() && !read.is_empty() && !read.iter().any(|data| found(&data)) {
            findings.fault(format!(
                "fields.user_id: none of {} has a value there, so every session would be anonymous; keys in the \
                 payloads: {}",
                counted(read.len(), "row", "rows"),
                keys_in(&read)
            ));
        }
    }

    fn users(
        &self,
        tables: &[Table],
        database: &dyn Database,
        findings: &mut Findings,
    ) -> Result<(), SourceError> {
        let Some(spec) = &self.layout.user else { return Ok(()) };
        let Some(table) = real_table(tables, &spec.table) else {
            let unknown = "ids are shown instead of names, and who is disabled is not known";
            findings.note(format!("user.table: there is no table {}; {unknown}", spec.table));
            return Ok(());
        };
        let has = table.columns.join(", ");
        let absent = |column: &str| table.column(column).is_none();
        if absent(&spec.id) {
            findings.fault(format!("user.id: table {} has no column {}; it has: {has}", table.name, spec.id));
            return Ok(());
        }
        for name in spec.name.iter().filter(|name| absent(name)) {
            findings.note(format!("user.name: table {} has no column {name}", table.name));
        }
        let conditions = spec.disabled.iter().map(|(condition, _)| ("user.disabled", condition));
        for (key, condition) in conditions.chain(spec.anonymous.iter().map(|one| ("user.anonymous", one))) {
            if absent(&condition.column) {
                let column = &condition.column;
                findings.fault(format!("{key}: table {} has no column {column}; it has: {has}", table.name));
            } else if let Some(text) = self.never_holds(condition, table, database)? {
                findings.note(format!("{key}: {text}"));
            }
        }
        Ok(())
    }

    /// What a condition's column holds instead, where it holds for no user.
    fn never_holds(
        &self,
        condition: &Condition,
        table: &Table,
        database: &dyn Database,
    ) -> Result<Option<String>, SourceError> {
        let query = Query {
            table: table.name.clone(),
            columns: vec![condition.column.clone()],
            capped: None,
            only: Vec::new(),
            order: database.details(&table.name)?.primary_key,
            rowid: table.rowid_name(),
        };
        let rows = database.sample(&query, PROOF_ROWS_PER_END)?;
        let bound = super::Bound { index: 0, test: condition.test.clone() };
        if rows.is_empty() || rows.iter().any(|row| bound.holds(row)) {
            return Ok(None);
        }
        let mut counts = BTreeMap::<String, usize>::new();
        for value in rows.iter().filter_map(|row| row.values.first()) {
            *counts.entry(described(value)).or_default() += 1;
        }
        let counts = counts.iter().take(MAX_NAMED).map(|(value, count)| format!("{value} ({count})"));
        let (rows, column) = (rows.len(), &condition.column);
        let values = counts.collect::<Vec<_>>().join(", ");
        Ok(Some(format!("it holds for none of {rows} users; {column} is: {values}")))
    }
}

/// A short value with its type, because 1 and "1" are two values.
fn described(value: &Value) -> String {
    match (value, value.shown()) {
        (Value::Text(_), Some(text)) if text.chars().count() <= MAX_NAMED_CHARACTERS => format!("{text:?}"),
        (Value::Integer(_) | Value::Real(_), Some(number)) => number.into_owned(),
        (other, _) => other.type_name().to_owned(),
    }
}

/// The keys at the top of payloads and one level below, as a path writes them.
fn keys_in(payloads: &[&Node]) -> String {
    let mut keys = Vec::new();
    for payload in payloads {
        let Node::Map(entries) = payload else { continue };
        for (key, node) in entries {
            let below = match node {
                Node::Map(inner) if !inner.is_empty() => {
                    inner.iter().map(|(name, _)| format!("/{key}/{name}")).collect()
                }
                _ => vec![format!("/{key}")],
            };
            for path in below {
                if keys.len() < MAX_NAMED && !keys.contains(&path) && path.len() <= 2 * MAX_NAMED_CHARACTERS {
                    keys.push(path);
                }
            }
        }
    }
    if keys.is_empty() { "none".to_owned() } else { keys.join(", ") }
}

fn columns(source: &Source) -> Vec<&str> {
    match &source.from {
        Origin::Column(name) => vec![name],
        Origin::Earliest(all) => all.iter().flat_map(columns).collect(),
        Origin::Pointer(_) | Origin::Keys(_) | Origin::SignedAt => Vec::new(),
    }
}
