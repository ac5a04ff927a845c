//! What the parser guesses in the place of a word that it does not know: which of its guesses are kept. Words of other
//! tools are in `familiar_words`.

use clap::error::{ContextKind, ContextValue};

/// What was written, and what the parser guesses in its place.
pub(super) const GUESSES: [(ContextKind, ContextKind); 3] = [
    (ContextKind::InvalidSubcommand, ContextKind::SuggestedSubcommand),
    (ContextKind::InvalidArg, ContextKind::SuggestedArg),
    (ContextKind::InvalidValue, ContextKind::SuggestedValue),
];

/// Leaves of the parser's guesses those that are slips of the finger, and none by likeness alone: `--undo` is no `--under`.
/// A word that is a part of a value, as `revoked` of `session.revoked`, is taken for that.
pub(super) fn keep_slips_only(error: &mut clap::Error) {
    for (written, guess) in GUESSES {
        let Some(ContextValue::String(word)) = error.get(written) else { continue };
        let word = word.clone();
        if let (ContextKind::SuggestedValue, Some(ContextValue::Strings(valid))) =
            (guess, error.get(ContextKind::ValidValue))
            && let Some(whole) = valid
                .iter()
                .find(|value| value.split_once('.').is_some_and(|(_, part)| part.starts_with(&word)))
        {
            let whole = ContextValue::String(whole.clone());
            error.insert(guess, whole);
            continue;
        }
        let slips = match error.get(guess) {
            Some(ContextValue::String(guessed)) if is_slip(&word, guessed) => continue,
            Some(ContextValue::Strings(guessed)) => {
                guessed.iter().filter(|guessed| is_slip(&word, guessed)).cloned().collect()
            }
            _ => Vec::new(),
        };
        error.remove(guess);
        if !slips.is_empty() {
            error.insert(guess, ContextValue::Strings(slips));
        }
    }
}

/// Whether a word is another one with a letter or two wrong, missing, too many or exchanged; or its beginning.
fn is_slip(word: &str, other: &str) -> bool {
    let word = word.split('=').next().unwrap_or(word).trim_start_matches('-');
    let other = other.trim_start_matches('-');
    let length = word.chars().count();
    let slips = if length > 5 { 2 } else { 1 };
    (length > 2 && other.starts_with(word)) || strsim::damerau_levenshtein(word, other) <= slips
}
