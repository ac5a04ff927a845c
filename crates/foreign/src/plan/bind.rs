//! Binds the names of a layout to the columns of a table. Columns that a field names and the table does not have
//! are left out: an older version of the program may not have them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Plan;
use super::bound::{Bound, BoundFields, BoundOrigin, BoundSource, UserPlan};
use super::settings::Settings;
use crate::layout::{Condition, Layout, LiveProof, Origin, Source, UserTable};
use crate::source::{Query, Source as Database, SourceError, Table, real_table};

/// The columns that are read, in the order in which they were first needed.
struct Columns<'a> {
    table: &'a Table,
    names: Vec<String>,
}

impl Columns<'_> {
    fn index(&mut self, name: &str) -> Option<usize> {
        let name = self.table.column(name)?;
        if let Some(index) = self.names.iter().position(|known| known == name) {
            return Some(index);
        }
        self.names.push(name.to_owned());
        Some(self.names.len() - 1)
    }

    fn condition(&mut self, condition: &Condition) -> Option<Bound> {
        Some(Bound { index: self.index(&condition.column)?, test: condition.test.clone() })
    }

    fn source(&mut self, source: &Source, settings: &Settings) -> Option<BoundSource> {
        let from = match &source.from {
            Origin::Column(name) => BoundOrigin::Column(self.index(name)?),
            Origin::Pointer(path) => BoundOrigin::Pointer(path.clone()),
            Origin::Keys(regex) => BoundOrigin::Keys(regex.clone()),
            Origin::SignedAt => BoundOrigin::SignedAt,
            Origin::Earliest(all) => BoundOrigin::Earliest(self.sources(all, settings)),
        };
        Some(BoundSource {
            from,
            time: source.time.clone(),
            plus: source.plus.as_deref().map_or(0, |name| settings.micros(name)),
            not: source.not.clone(),
            latin1: source.latin1,
            why: source.why.clone(),
        })
    }

    fn sources(&mut self, sources: &[Source], settings: &Settings) -> Vec<BoundSource> {
        sources.iter().filter_map(|source| self.source(source, settings)).collect()
    }
}

/// Binds a layout to a table of a database.
///
/// # Errors
/// [`SourceError`] where the database cannot be read.
pub fn bind(
    layout: &Arc<Layout>,
    table: &Table,
    tables: &[Table],
    settings: &Settings,
    database: &dyn Database,
) -> Result<Plan, SourceError> {
    let details = database.details(&table.name)?;
    let mut columns = Columns { table, names: Vec::new() };
    let key: Vec<usize> = layout.key.iter().filter_map(|name| columns.index(name)).collect();
    let key_columns: Vec<String> = columns.names.clone();
    let payload =
        layout.payload.as_ref().and_then(|(name, codecs)| Some((columns.index(name)?, codecs.clone())));
    let fields = &layout.fields;
    let bound = BoundFields {
        user_id: columns.sources(&fields.user_id, settings),
        created_at: columns.sources(&fields.created_at, settings),
        last_seen_at: columns.sources(&fields.last_seen_at, settings),
        expires_at: columns.sources(&fields.expires_at, settings),
        ended_at: columns.sources(&fields.ended_at, settings),
        ip: columns.sources(&fields.ip, settings),
        last_ip: columns.sources(&fields.last_ip, settings),
        user_agent: columns.sources(&fields.user_agent, settings),
    };
    let api_if = layout.api_if.as_ref().and_then(|condition| columns.condition(condition));
    let dead_if = layout.dead_if.iter();
    let dead_if = dead_if.filter_map(|(test, state)| Some((columns.condition(test)?, *state))).collect();
    let prove = layout.prove.iter();
    let prove = prove.filter_map(|(name, proof)| Some((columns.index(name)?, proof.clone()))).collect();
    let extra = extra(layout, &mut columns);
    let is_unique = |set: &Vec<String>| set.iter().all(|name| key_columns.iter().any(|key| key == name));
    let only = layout.only.iter();
    let only = only.map(|(name, value)| (table.column(name).unwrap_or(name).to_owned(), value.clone()));
    let query = Query {
        table: table.name.clone(),
        columns: columns.names.clone(),
        capped: payload.as_ref().map(|(index, _)| *index),
        only: only.collect(),
        order: if details.primary_key.is_empty() { key_columns.clone() } else { details.primary_key.clone() },
        rowid: table.rowid_name(),
    };
    Ok(Plan {
        layout: Arc::clone(layout),
        settings: settings.clone(),
        query,
        key_is_unique: details.unique.iter().any(is_unique),
        key_columns,
        triggers: details.triggers,
        users: users(layout, tables, database)?,
        key,
        payload,
        api_if,
        dead_if,
        prove,
        state_in_columns: bound.expires_at.iter().all(BoundSource::is_in_columns),
        fields: bound,
        extra,
    })
}

/// Columns that a revocation reads: those of `also`, `chain` and `set`.
fn extra(layout: &Layout, columns: &mut Columns<'_>) -> BTreeMap<String, usize> {
    let revoke = &layout.revoke;
    let named = revoke.also.iter().map(|also| &also.equals).chain(&revoke.chain);
    let named = named.chain(revoke.set.iter().map(|(name, _)| name));
    named.filter_map(|name| Some((name.to_ascii_lowercase(), columns.index(name)?))).collect()
}

fn users(
    layout: &Layout,
    tables: &[Table],
    database: &dyn Database,
) -> Result<Option<UserPlan>, SourceError> {
    let Some(spec) = &layout.user else { return Ok(None) };
    let Some(table) = real_table(tables, &spec.table) else { return Ok(None) };
    let details = database.details(&table.name)?;
    Ok(user_plan(layout, spec, table, details.primary_key))
}

fn user_plan(layout: &Layout, spec: &UserTable, table: &Table, order: Vec<String>) -> Option<UserPlan> {
    let id = table.column(&spec.id)?.to_owned();
    let mut columns = Columns { table, names: Vec::new() };
    columns.index(&spec.id)?;
    let names = spec.name.iter().filter_map(|name| columns.index(name)).collect();
    let disabled = spec.disabled.as_ref();
    let needs_password = layout.live.proof == LiveProof::Django;
    let password = spec.password.as_ref().filter(|_| needs_password);
    let bound = disabled.and_then(|(condition, _)| columns.condition(condition));
    Some(UserPlan {
        id,
        names,
        disabled_unknown: bound.is_none() && disabled.is_some_and(|(_, ends)| *ends),
        disabled: bound,
        disabled_ends: disabled.is_some_and(|(_, ends)| *ends),
        anonymous: spec.anonymous.as_ref().and_then(|condition| columns.condition(condition)),
        password: password.and_then(|name| columns.index(name)),
        query: Query {
            table: table.name.clone(),
            columns: columns.names.clone(),
            capped: None,
            only: Vec::new(),
            order,
            rowid: table.rowid_name(),
        },
    })
}
