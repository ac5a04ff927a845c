//! From the keys of a layout file to its meaning. Each fault names the key that holds it.

use std::collections::BTreeMap;

use regex_lite::Regex;
use sessionctl_core::model::time::parse_duration;

use super::raw::{self, Many, Scalar};
use super::{
    Also, Condition, Fields, Layout, LayoutError, Live, LiveProof, Origin, Proof, Revoke, Setting, Source,
    Test, TokenPath, UserTable, WhenNull,
};
use crate::codec::Codec;
use crate::record::State;
use crate::step::{Signature, Step};
use crate::time::TimeForm;
use crate::value::Value;

type Result<T> = std::result::Result<T, LayoutError>;

fn fault<T>(key: &str, message: impl Into<String>) -> Result<T> {
    Err(LayoutError::Meaning { key: key.to_owned(), message: message.into() })
}

pub(super) fn layout(raw: raw::Layout) -> Result<Layout> {
    let settings = settings(raw.settings)?;
    let payload = raw.row.payload.map(|payload| Ok((payload.column, codecs(&payload.codec)?))).transpose()?;
    let fields = fields(raw.fields, payload.is_some(), &settings)?;
    let mut layout = Layout {
        name: name(raw.name)?,
        title: raw.title,
        verified: raw.verified,
        table: filled("match.table", raw.r#match.table)?,
        columns: raw.r#match.columns,
        without: raw.r#match.without,
        prove: Vec::new(),
        key: raw.row.key.0,
        secret: raw.row.secret,
        payload,
        only: values(raw.row.only),
        api_if: raw.row.api_if.map(|raw| condition("row.api_if", raw)).transpose()?,
        dead_if: raw.row.dead_if.into_iter().map(dead_if).collect::<Result<_>>()?,
        live: live(raw.live, &fields)?,
        fields,
        user: raw.user.map(user).transpose()?,
        tokens: raw.token.into_iter().map(token).collect::<Result<_>>()?,
        revoke: revoke(raw.revoke)?,
        settings,
    };
    layout.prove = raw
        .r#match
        .prove
        .into_iter()
        .map(|(column, word)| prove(&layout, column, &word))
        .collect::<Result<_>>()?;
    check_columns(&layout)?;
    Ok(layout)
}

fn name(name: String) -> Result<String> {
    let legal = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if name.is_empty() || name.len() > 40 || !name.bytes().all(legal) {
        return fault("name", "lowercase letters, digits and hyphens, at most 40");
    }
    Ok(name)
}

fn filled(key: &str, text: String) -> Result<String> {
    if text.is_empty() { fault(key, "must not be empty") } else { Ok(text) }
}

fn settings(raw: BTreeMap<String, raw::Setting>) -> Result<Vec<Setting>> {
    let setting = |(name, raw): (String, raw::Setting)| match parse_duration(&raw.default) {
        Ok(_) => Ok(Setting { name, default: raw.default, why: raw.why }),
        Err(error) => fault(&format!("settings.{name}.default"), error.to_string()),
    };
    raw.into_iter().map(setting).collect()
}

fn codecs(words: &str) -> Result<Vec<Codec>> {
    let codec = |word: &str| match Codec::named(word.trim()) {
        Some(codec) => Ok(codec),
        None => fault("row.payload.codec", format!("no codec `{word}`: {}", Codec::NAMES.join(", "))),
    };
    words.split('|').map(codec).collect()
}

fn times(key: &str, words: &str) -> Result<Vec<TimeForm>> {
    let form = |word: &str| match TimeForm::named(word.trim()) {
        Some(form) => Ok(form),
        None => fault(key, format!("no form of time `{}`: {}", word.trim(), TimeForm::NAMES.join(", "))),
    };
    words.split('|').map(form).collect()
}

fn value(scalar: Scalar) -> Value {
    match scalar {
        Scalar::Bool(value) => Value::Integer(i64::from(value)),
        Scalar::Integer(value) => Value::Integer(value),
        Scalar::Text(value) => Value::Text(value.into_bytes()),
    }
}

fn values(raw: BTreeMap<String, Scalar>) -> Vec<(String, Value)> {
    raw.into_iter().map(|(column, scalar)| (column, value(scalar))).collect()
}

fn many(raw: Option<Many<Scalar>>) -> Vec<Value> {
    raw.map_or_else(Vec::new, |many| many.0.into_iter().map(value).collect())
}

fn regex(key: &str, pattern: &str) -> Result<Regex> {
    Regex::new(pattern).or_else(|error| fault(key, format!("not a regular expression: {error}")))
}

fn fields(raw: raw::Fields, has_payload: bool, settings: &[Setting]) -> Result<Fields> {
    let list = |key: &str, raw: Option<Many<raw::Source>>| -> Result<Vec<Source>> {
        let key = format!("fields.{key}");
        let sources = raw.map_or_else(Vec::new, |many| many.0);
        sources.into_iter().map(|raw| source(&key, raw, has_payload, settings)).collect()
    };
    let fields = Fields {
        user_id: list("user_id", raw.user_id)?,
        created_at: list("created_at", raw.created_at)?,
        last_seen_at: list("last_seen_at", raw.last_seen_at)?,
        expires_at: list("expires_at", raw.expires_at)?,
        ended_at: list("ended_at", raw.ended_at)?,
        ip: list("ip", raw.ip)?,
        last_ip: list("last_ip", raw.last_ip)?,
        user_agent: list("user_agent", raw.user_agent)?,
    };
    let timed = [&fields.created_at, &fields.last_seen_at, &fields.expires_at, &fields.ended_at]
        .into_iter()
        .flatten();
    for source in timed {
        let carries_times = matches!(source.from, Origin::Earliest(_) | Origin::SignedAt);
        if source.time.is_empty() && !carries_times {
            return fault(
                "fields",
                "a field that ends in _at needs `time`: s, ms, utc-text, utc-iso or rfc3339",
            );
        }
    }
    Ok(fields)
}

fn source(key: &str, raw: raw::Source, has_payload: bool, settings: &[Setting]) -> Result<Source> {
    if let Some(plus) = &raw.plus
        && !settings.iter().any(|setting| setting.name == *plus)
    {
        return fault(key, format!("plus = \"{plus}\": there is no [settings.{plus}]"));
    }
    let from = match (raw.column, raw.payload, raw.earliest) {
        (Some(column), None, None) => Origin::Column(column),
        (None, Some(_), None) if !has_payload => return fault(key, "payload: there is no row.payload"),
        (None, Some(words), None) => origin_in_payload(key, &words)?,
        (None, None, Some(all)) => Origin::Earliest(
            all.into_iter().map(|raw| source(key, raw, has_payload, settings)).collect::<Result<_>>()?,
        ),
        _ => return fault(key, "give one of column, payload and earliest"),
    };
    let latin1 = match raw.encoding.as_deref() {
        None | Some("utf-8") => false,
        Some("latin-1") => true,
        Some(other) => return fault(key, format!("no encoding `{other}`: utf-8, latin-1")),
    };
    let time = raw.time.map_or(Ok(Vec::new()), |words| times(key, &words))?;
    Ok(Source { from, time, plus: raw.plus, not: many(raw.not), latin1, why: raw.why })
}

fn origin_in_payload(key: &str, words: &str) -> Result<Origin> {
    if words == "signed-at" {
        return Ok(Origin::SignedAt);
    }
    if let Some(pattern) = words.strip_prefix('~') {
        return regex(key, pattern).map(Origin::Keys);
    }
    // RFC 6901: `~1` is a slash, `~0` a tilde.
    let unescaped = |part: &str| part.replace("~1", "/").replace("~0", "~");
    match words.strip_prefix('/') {
        Some(rest) => Ok(Origin::Pointer(rest.split('/').map(unescaped).collect())),
        None => fault(key, "payload: write /key, /key/inner, ~regex or signed-at"),
    }
}

fn condition(key: &str, raw: raw::Condition) -> Result<Condition> {
    let test = match (raw.is, raw.above) {
        (Some(is), None) => Test::Is(many(Some(is))),
        (None, Some(above)) => Test::Above(above),
        _ => return fault(key, "give one of is and above"),
    };
    Ok(Condition { column: raw.column, test })
}

fn dead_if(raw: raw::Condition) -> Result<(Condition, State)> {
    let state = match raw.state.as_deref() {
        Some("revoked") => State::Revoked,
        Some("expired") => State::Expired,
        _ => return fault("row.dead_if", "state: revoked or expired"),
    };
    Ok((condition("row.dead_if", raw)?, state))
}

fn live(raw: raw::Live, fields: &Fields) -> Result<Live> {
    let expires = match (raw.until.as_deref(), raw.always) {
        (Some("expires_at"), None) => true,
        (None, Some(true)) => false,
        _ => return fault("live", "give until = \"expires_at\" or always = true"),
    };
    if expires && fields.expires_at.is_empty() {
        return fault("live.until", "there is no fields.expires_at");
    }
    let at_limit_alive = match raw.at_limit.as_deref() {
        Some("alive") => true,
        Some("dead") => false,
        None if !expires => false,
        _ => return fault("live.at_limit", "alive (the program compares with >=) or dead (with >)"),
    };
    let when_null = match raw.when_null.as_deref() {
        None | Some("unknown") => WhenNull::Unknown,
        Some("alive") => WhenNull::Alive,
        Some("dead") => WhenNull::Dead,
        Some(_) => return fault("live.when_null", "unknown, alive or dead"),
    };
    let proof = match raw.proof.as_deref() {
        None => LiveProof::None,
        Some("row") => LiveProof::Row,
        Some("django") => LiveProof::Django,
        Some(_) => return fault("live.proof", "row or django"),
    };
    Ok(Live { expires, at_limit_alive, when_null, proof, doubt: raw.doubt, guest_keys: raw.guest_keys })
}

fn user(raw: raw::User) -> Result<UserTable> {
    let ends = raw.disabled.as_ref().and_then(|raw| raw.ends).unwrap_or(false);
    let disabled = raw.disabled.map(|raw| condition("user.disabled", raw)).transpose()?;
    Ok(UserTable {
        table: filled("user.table", raw.table)?,
        id: filled("user.id", raw.id)?,
        name: raw.name.0,
        disabled: disabled.map(|condition| (condition, ends)),
        anonymous: raw.anonymous.map(|raw| condition("user.anonymous", raw)).transpose()?,
        password: raw.password,
    })
}

fn token(raw: raw::Token) -> Result<TokenPath> {
    let step = |word: &String| match Step::named(word) {
        Some(step) => Ok(step),
        None => fault("token.steps", format!("no step `{word}`: {}", Step::NAMES.join(", "))),
    };
    let steps: Vec<Step> = raw.steps.iter().map(step).collect::<Result<_>>()?;
    if raw.needs.is_none() && steps.iter().any(Step::needs_secret) {
        return fault("token.needs", "a step uses the program's secret: give its name");
    }
    let signed_with = match raw.signed_with.as_deref() {
        None => None,
        Some(word) => match Signature::named(word) {
            Some(signature) => Some(signature),
            None => return fault("token.signed_with", format!("one of {}", Signature::NAMES.join(", "))),
        },
    };
    Ok(TokenPath { cookie: raw.cookie, columns: raw.column.0, steps, needs: raw.needs, signed_with })
}

fn revoke(raw: raw::Revoke) -> Result<Revoke> {
    let also = raw.also.into_iter().map(also).collect::<Result<_>>()?;
    Ok(Revoke {
        set: values(raw.set),
        chain: raw.chain.map(|chain| chain.next),
        also,
        resurrects: raw.resurrects,
        notice: raw.notice,
        unknown: raw.unknown,
        refuse: raw.refuse,
    })
}

fn also(raw: raw::Also) -> Result<Also> {
    let key = "revoke.also";
    let set = values(raw.set);
    let table = match (raw.update, raw.delete) {
        (Some(table), None) if !set.is_empty() => table,
        (None, Some(table)) if set.is_empty() => table,
        _ => return fault(key, "give update with set, or delete without"),
    };
    let mut equalities = raw.r#where.into_iter();
    let (Some((column, equals)), None) = (equalities.next(), equalities.next()) else {
        return fault(key, "where: exactly one equality");
    };
    Ok(Also { table, set, column, equals, only_if: raw.r#if, because: raw.because })
}

fn prove(layout: &Layout, column: String, word: &str) -> Result<(String, Proof)> {
    let key = format!("match.prove.{column}");
    let proof = match word {
        "time" => match forms_of(layout, &column) {
            Some(forms) => Proof::Time(forms),
            None => return fault(&key, "no field reads a time from this column"),
        },
        "payload" => Proof::Payload,
        "integer" => Proof::Integer,
        pattern => Proof::Matches(regex(&key, pattern)?),
    };
    Ok((column, proof))
}

fn forms_of(layout: &Layout, column: &str) -> Option<Vec<TimeForm>> {
    fn search(source: &Source, column: &str) -> Option<Vec<TimeForm>> {
        match &source.from {
            Origin::Column(name) if name == column && !source.time.is_empty() => Some(source.time.clone()),
            Origin::Earliest(all) => all.iter().find_map(|source| search(source, column)),
            _ => None,
        }
    }
    layout.sources().find_map(|source| search(source, column))
}

/// A column that decides which row is deleted, or which is a session, must be one that the match requires.
fn check_columns(layout: &Layout) -> Result<()> {
    let required = |key: &str, column: &str| {
        let known = layout.columns.iter().any(|name| name.eq_ignore_ascii_case(column));
        if known { Ok(()) } else { fault(key, format!("`{column}` is not in match.columns")) }
    };
    if layout.key.is_empty() {
        return fault("row.key", "must not be empty");
    }
    layout.key.iter().try_for_each(|column| required("row.key", column))?;
    layout.only.iter().try_for_each(|(column, _)| required("row.only", column))?;
    layout.prove.iter().try_for_each(|(column, _)| required("match.prove", column))?;
    layout.dead_if.iter().try_for_each(|(condition, _)| required("row.dead_if", &condition.column))?;
    layout.revoke.set.iter().try_for_each(|(column, _)| required("revoke.set", column))?;
    if let Some((column, _)) = &layout.payload {
        required("row.payload.column", column)?;
    }
    for token in &layout.tokens {
        token.columns.iter().try_for_each(|column| required("token.column", column))?;
        // A column that a client's token names as it is holds the token itself: shown, it would let anybody in.
        let holds_token = !token.steps.iter().any(Step::hides_result);
        if let Some(column) = token.columns.iter().find(|column| holds_token && !layout.is_secret(column)) {
            return fault("row.secret", format!("`{column}` is what a client holds (token.column): add it"));
        }
    }
    check_shown(layout)
}

/// What is shown of a session must not be a secret: `list` would print it.
fn check_shown(layout: &Layout) -> Result<()> {
    fn columns(source: &Source) -> Vec<&str> {
        match &source.from {
            Origin::Column(name) => vec![name],
            Origin::Earliest(all) => all.iter().flat_map(columns).collect(),
            _ => Vec::new(),
        }
    }
    let is_payload =
        |column: &str| layout.payload.as_ref().is_some_and(|(name, _)| name.eq_ignore_ascii_case(column));
    for (field, sources) in layout.fields.named() {
        let mut shown = sources.iter().flat_map(columns);
        if let Some(column) = shown.find(|column| layout.is_secret(column) || is_payload(column)) {
            let why =
                format!("`{column}` holds a secret (row.secret, row.payload), and the field would show it");
            return fault(&format!("fields.{field}"), why);
        }
    }
    let Some(user) = &layout.user else { return Ok(()) };
    let is_same = user.table.eq_ignore_ascii_case(&layout.table);
    let is_secret = |column: &&String| {
        (is_same && layout.is_secret(column))
            || user.password.as_ref().is_some_and(|password| password.eq_ignore_ascii_case(column))
    };
    match user.name.iter().find(is_secret) {
        Some(column) => fault("user.name", format!("`{column}` holds a secret, and the name would show it")),
        None => Ok(()),
    }
}
