//! Which records each command prints: the one list from which man pages document fields and JSON keys, and from which
//! completion suggests `--fields`. The fields themselves are in each command's file, and what they mean in `meanings`.

mod foreign_sessions;
mod meanings;
mod types;

pub use meanings::meaning;

use super::{bulk, cookie, data, db, delivery, expire, foreign, generate, inspect, jwt, layout, log, logout};
use super::{revoke, stats, user, verify};
use crate::output::{DRY_RUN_ON_FOREIGN, ON_FOREIGN, RecordDoc, SESSION};

const DRY_RUN: &str = "with --dry-run";

/// The commands whose records belong to several of them.
const SHARED: &[RecordDoc] = &[
    RecordDoc::one("login", &delivery::ISSUED),
    RecordDoc::list("generate", &delivery::ISSUED).alone("without -n"),
    RecordDoc::list("generate", &generate::unstored::UNSTORED).when("with --no-store").alone("without -n"),
    RecordDoc::one("rotate", &delivery::ISSUED),
    RecordDoc::list("list", &SESSION),
    RecordDoc::list("list", &foreign::FOREIGN_SESSION).when(ON_FOREIGN),
    RecordDoc::list("tree", &SESSION),
    RecordDoc::list("expire", &bulk::report::RESULT).results(bulk::EXPIRED),
    RecordDoc::list("expire", &expire::PLANNED).when(DRY_RUN),
    RecordDoc::list("revoke", &bulk::report::RESULT).results(bulk::REVOCATION),
    RecordDoc::list("revoke", &SESSION).when(DRY_RUN),
    RecordDoc::list("revoke", &revoke::FOUND).when("with --stdin").results(bulk::REVOCATION_BY_LINE),
    RecordDoc::list("revoke", &foreign::DONE).when(ON_FOREIGN).results(foreign::REVOKED_WORDS),
    RecordDoc::list("revoke", &foreign::PLANNED)
        .when(DRY_RUN_ON_FOREIGN)
        .results(foreign::PLANNED_REVOCATION_WORDS),
    RecordDoc::list("prune", &bulk::report::RESULT).results(bulk::DELETION),
    RecordDoc::list("prune", &SESSION).when(DRY_RUN),
    RecordDoc::list("prune", &foreign::DONE).when(ON_FOREIGN).results(foreign::PRUNED_WORDS),
    RecordDoc::list("prune", &foreign::PLANNED)
        .when(DRY_RUN_ON_FOREIGN)
        .results(foreign::PLANNED_DELETION_WORDS),
    RecordDoc::list("inspect", &inspect::INSPECTION).alone("for one SESSION"),
    RecordDoc::one("verify", &verify::ANSWER)
        .when("with --format json or jsonl; --fields chooses from these and the others")
        .results(verify::WORDS),
    RecordDoc::one("verify", &verify::FLAT_ANSWER)
        .when("in any other format; --fields chooses from these and the others")
        .results(verify::WORDS),
    RecordDoc::one("verify", &foreign::ANSWER).when(ON_FOREIGN).results(foreign::ANSWER_WORDS),
    RecordDoc::one("logout", &logout::RESULT).results(logout::WORDS),
    RecordDoc::list("stats", &stats::STATS),
    RecordDoc::one("db info", &foreign::FOREIGN_DATABASE).when(ON_FOREIGN),
    RecordDoc::list("layout list", &layout::LAYOUT),
    RecordDoc::one("layout show", &layout::SHOWN),
    RecordDoc::list("layout check", &foreign::FOREIGN_SESSION),
    #[cfg(feature = "serve")]
    RecordDoc::one("serve", &super::serve::RECIPE).when("with --recipe"),
];

/// The records of a command, by its words.
pub fn of_command(command: &str) -> impl Iterator<Item = RecordDoc> {
    every_record().filter(move |record| record.command == command)
}

/// The fields that a command knows, each once: on our own database, or `on_foreign` ones, where it has records of its own
/// there. Those of a session where it prints no records.
#[must_use]
pub fn fields_of(command: &str, on_foreign: bool) -> Vec<&'static str> {
    let on_foreign = on_foreign && of_command(command).any(|record| record.is_on_foreign());
    let mut fields: Vec<&'static str> = Vec::new();
    for field in of_command(command)
        .filter(|record| record.is_on_foreign() == on_foreign)
        .flat_map(|record| record.view.fields)
    {
        if !fields.contains(field) {
            fields.push(field);
        }
    }
    if fields.is_empty() { SESSION.fields.to_vec() } else { fields }
}

/// The records of a command on our own database, the usual ones last.
#[must_use]
pub fn records_by_arguments(command: &str) -> Vec<RecordDoc> {
    let mut records: Vec<_> = of_command(command).filter(|record| !record.is_on_foreign()).collect();
    records.sort_by_key(|record| record.when.is_empty());
    records
}

/// What a field of a command's records means.
#[must_use]
pub fn meaning_in(command: &str, field: &str, on_foreign: bool) -> Option<&'static str> {
    let has_field = |record: &RecordDoc| record.view.fields.contains(&field);
    let there = of_command(command).find(|record| has_field(record) && record.is_on_foreign() == on_foreign);
    let record = there.or_else(|| of_command(command).find(has_field))?;
    meaning(&record, field).map(|(_, text)| text)
}

/// The records of every command.
fn every_record() -> impl Iterator<Item = RecordDoc> {
    [db::RECORDS, SHARED, cookie::RECORDS, data::RECORDS, jwt::RECORDS, log::RECORDS, user::RECORDS]
        .into_iter()
        .flatten()
        .copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::ResultWords;

    #[test]
    fn every_field_result_has_the_words_that_it_can_be() {
        for record in every_record() {
            let has_field = record.view.fields.contains(&"result");
            assert_eq!(has_field, record.results.is_some(), "{} {}", record.command, record.when);
            for (word, meaning) in record.results.into_iter().flat_map(ResultWords::iter) {
                assert!(!word.is_empty() && !meaning.is_empty(), "{} {word}", record.command);
            }
        }
    }

    #[test]
    fn every_command_of_the_list_exists() {
        let tree = crate::cli::command();
        for record in every_record() {
            let mut command = &tree;
            for word in record.command.split(' ') {
                command = command.find_subcommand(word).unwrap_or_else(|| panic!("no {}", record.command));
            }
        }
    }
}
