//! From a row to a record. A time in another form makes the state unknown, an unread payload makes the user
//! unknown: neither is guessed, and an unread payload never makes a session anonymous.

use std::borrow::Cow;
use std::net::IpAddr;

use super::Plan;
use super::bound::{BoundOrigin, BoundSource, same};
use super::reading::Reading;
use super::users::Known;
use crate::codec::{self, Codec, Node, Payload, PayloadError};
use crate::layout::{Proof, WhenNull};
use crate::record::{OtherUser, Owner, Record, State};
use crate::source::SourceError;
use crate::time::{self, Moment};
use crate::value::{Row, Value};

/// How far a time zone can be behind UTC.
const MAX_ZONE_MICROS: i64 = 12 * 3_600 * 1_000_000;

/// A time that a row shows: none, one, or a value that cannot be read, with its type.
type ReadTime = Result<Option<Moment>, &'static str>;

/// The same with what the user has to know about the time.
type FoundTime<'p> = Result<Option<(Moment, Option<&'p str>)>, &'static str>;

/// A decoded payload, or why it could not be decoded; none where the layout has none.
pub(super) type ReadPayload = Option<Result<Payload, PayloadError>>;

impl Plan {
    /// Reads a row.
    ///
    /// # Errors
    /// [`SourceError`] where a user cannot be looked up.
    pub fn record(&self, row: &Row, reading: &mut Reading<'_>) -> Result<Record, SourceError> {
        let payload = self.payload(row);
        let mut record = self.empty_record(row);
        record.ip = self.text(&self.fields.ip, row, &payload).map(|text| canonical_ip(&text));
        record.last_ip = self.text(&self.fields.last_ip, row, &payload).map(|text| canonical_ip(&text));
        record.user_agent = self.text(&self.fields.user_agent, row, &payload);
        self.read_times(row, &payload, reading.now, &mut record);
        self.read_owner(row, &payload, &mut record);
        let user = match record.user_id() {
            Some(id) => reading.users.look_up(id)?,
            None => Known::NoTable,
        };
        self.apply_user(row, &user, reading.users.disabled_ends(), &payload, &mut record);
        self.judge(row, &user, &payload, reading, &mut record);
        for index in 0..record.others.len() {
            if let Known::Found(user) = reading.users.look_up(&record.others[index].id)? {
                record.others[index].name = user.name.clone();
            }
            record.note(format!("also logged in: {}", record.others[index].shown()));
        }
        Ok(record)
    }

    /// The state of a row, where its columns alone decide it.
    pub(crate) fn state_in_columns(&self, row: &Row, now: Moment) -> Option<State> {
        self.state_in_columns
            .then(|| self.state(row, self.find_time(&self.fields.expires_at, row, &None), now))
    }

    /// Whose session a row is.
    pub(crate) fn owner(&self, row: &Row) -> Owner {
        let mut record = self.empty_record(row);
        self.read_owner(row, &self.payload(row), &mut record);
        record.owner
    }

    /// Whose session a row is, with the ids of all users who are logged in with it.
    pub(crate) fn owners(&self, row: &Row) -> (Owner, Vec<String>) {
        let mut record = self.empty_record(row);
        self.read_owner(row, &self.payload(row), &mut record);
        let first = record.user_id().map(str::to_owned);
        let users = first.into_iter().chain(record.others.drain(..).map(|other| other.id)).collect();
        (record.owner, users)
    }

    /// What a row shows of its state.
    pub(crate) fn state_of(&self, row: &Row, now: Moment) -> State {
        self.state_in_columns(row, now).unwrap_or_else(|| {
            let payload = self.payload(row);
            self.state(row, self.find_time(&self.fields.expires_at, row, &payload), now)
        })
    }

    /// Decodes the payload of a row.
    pub(crate) fn payload(&self, row: &Row) -> ReadPayload {
        let (index, codecs) = self.payload.as_ref()?;
        row.values.get(*index).map(|value| codec::decode(codecs, value))
    }

    /// The first column whose value is not what the layout promises. A payload that cannot be read is no misfit: a
    /// visitor decides what is in it.
    #[must_use]
    pub fn misfit(&self, row: &Row) -> Option<&str> {
        let fits = |index: usize, proof: &Proof| match (row.values.get(index), proof) {
            (None, _) => false,
            (Some(value), Proof::Time(forms)) => time::read(forms, value).is_some(),
            (Some(value), Proof::Integer) => matches!(value, Value::Integer(_)),
            (Some(value), Proof::Matches(regex)) => value.as_str().is_some_and(|text| regex.is_match(text)),
            (Some(_), Proof::Payload) => true,
        };
        let misfit = self.prove.iter().find(|(index, proof)| !fits(*index, proof));
        misfit.map(|(index, _)| self.query.columns[*index].as_str())
    }

    /// The column of the payload, where the layout promises that it can be read and this row's cannot.
    pub(crate) fn unread_payload(&self, row: &Row) -> Option<&str> {
        let (index, _) = self.prove.iter().find(|(_, proof)| matches!(proof, Proof::Payload))?;
        let is_read = self.payload(row).is_some_and(|payload| payload.is_ok());
        (!is_read).then(|| self.query.columns[*index].as_str())
    }

    fn read_times(&self, row: &Row, payload: &ReadPayload, now: Moment, record: &mut Record) {
        let fields = &self.fields;
        let expires = self.time("expires_at", &fields.expires_at, row, payload, record);
        let plain = |time: ReadTime| time.ok().flatten().map(Moment::timestamp);
        record.created_at = plain(self.time("created_at", &fields.created_at, row, payload, record));
        record.last_seen_at = plain(self.time("last_seen_at", &fields.last_seen_at, row, payload, record));
        record.ended_at = plain(self.time("ended_at", &fields.ended_at, row, payload, record));
        record.expires_at = plain(expires);
        record.state = self.state(row, expires.map(|time| time.map(|moment| (moment, None))), now);
        if record.state == State::Unknown && record.expires_at.is_some() {
            record.note("saved after its expiry: the program may store local time (USE_TZ = False)");
        }
        if record.state == State::Expired && record.ended_at.is_none() {
            record.ended_at = record.expires_at;
        }
    }

    fn state(&self, row: &Row, expires: FoundTime<'_>, now: Moment) -> State {
        let marked = self.dead_if.iter().find(|(condition, _)| condition.holds(row));
        match (marked, expires) {
            (Some((_, state)), _) => *state,
            (None, _) if !self.layout.live.expires => State::Active,
            (None, Err(_)) => State::Unknown,
            (None, Ok(None)) => match self.layout.live.when_null {
                WhenNull::Unknown => State::Unknown,
                WhenNull::Alive => State::Active,
                WhenNull::Dead => State::Expired,
            },
            (None, Ok(Some((limit, _)))) => {
                let alive = limit > now || (limit == now && self.layout.live.at_limit_alive);
                match alive {
                    true => State::Active,
                    false if self.may_be_local_time(row, limit, now) => State::Unknown,
                    false => State::Expired,
                }
            }
        }
    }

    /// Whether a row was saved after its own expiry: Django without `USE_TZ` stores local time, and the row may be
    /// active for as long as its zone is behind UTC.
    fn may_be_local_time(&self, row: &Row, limit: Moment, now: Moment) -> bool {
        let is_django = self.payload.as_ref().is_some_and(|(_, codecs)| codecs.contains(&Codec::Django));
        is_django
            && now < limit.plus(MAX_ZONE_MICROS)
            && self.payload_text(row).and_then(codec::signed_at_of).is_some_and(|saved| saved > limit)
    }

    fn time(
        &self,
        field: &str,
        sources: &[BoundSource],
        row: &Row,
        payload: &ReadPayload,
        record: &mut Record,
    ) -> ReadTime {
        match self.find_time(sources, row, payload) {
            Ok(None) => Ok(None),
            Ok(Some((moment, why))) => {
                if let Some(why) = why {
                    record.note(why);
                }
                Ok(Some(moment))
            }
            Err(type_name) => {
                record.note(format!("{field} not readable ({type_name})"));
                Err(type_name)
            }
        }
    }

    /// The time of the first source that has one, with what the user has to know about it.
    pub(super) fn find_time<'p>(
        &'p self,
        sources: &'p [BoundSource],
        row: &Row,
        payload: &ReadPayload,
    ) -> FoundTime<'p> {
        for source in sources {
            if let Some(moment) = self.time_from(source, row, payload)? {
                return Ok(Some((moment, source.why.as_deref())));
            }
        }
        Ok(None)
    }

    fn time_from(&self, source: &BoundSource, row: &Row, payload: &ReadPayload) -> ReadTime {
        let plus = |moment: Moment| moment.plus(source.plus);
        match &source.from {
            BoundOrigin::SignedAt => {
                Ok(payload.as_ref().and_then(|payload| payload.as_ref().ok()?.signed_at).map(plus))
            }
            BoundOrigin::Earliest(all) => {
                let times = all.iter().map(|one| self.time_from(one, row, payload));
                let times = times.collect::<Result<Vec<_>, _>>()?;
                Ok(times.into_iter().flatten().min().map(plus))
            }
            _ => match self.value(source, row, payload) {
                None => Ok(None),
                Some(value) => match time::read(&source.time, &value) {
                    Some(moment) => Ok(Some(plus(moment))),
                    None => Err(value.type_name()),
                },
            },
        }
    }

    /// The value of a source; none where it is null or one that means null.
    pub(super) fn value<'r>(
        &self,
        source: &BoundSource,
        row: &'r Row,
        payload: &ReadPayload,
    ) -> Option<Cow<'r, Value>> {
        let value = match &source.from {
            BoundOrigin::Column(index) => Cow::Borrowed(row.values.get(*index)?),
            _ => {
                let data = &payload.as_ref()?.as_ref().ok()?.data;
                Cow::Owned(match node(source, data)? {
                    Node::Integer(number) => Value::Integer(*number),
                    Node::Real(number) => Value::Real(*number),
                    Node::Text(text) => Value::text(text),
                    _ => return None,
                })
            }
        };
        let absent = *value == Value::Null || source.not.iter().any(|not| same(not, &value));
        (!absent).then_some(value)
    }

    fn text(&self, sources: &[BoundSource], row: &Row, payload: &ReadPayload) -> Option<String> {
        sources.iter().find_map(|source| {
            let value = self.value(source, row, payload)?;
            let text = value.shown()?;
            Some(if source.latin1 { from_latin1(&text) } else { text.into_owned() })
        })
    }

    /// Whose session it is. Where the payload can be read, it decides, because the program reads it and not the
    /// column; a column that differs is reported.
    fn read_owner(&self, row: &Row, payload: &ReadPayload, record: &mut Record) {
        let sources = &self.fields.user_id;
        let (in_columns, in_payload): (Vec<&BoundSource>, Vec<&BoundSource>) =
            sources.iter().partition(|source| matches!(source.from, BoundOrigin::Column(_)));
        let column = in_columns.iter().find_map(|source| self.value(source, row, payload));
        let column = column.and_then(|value| value.shown().map(Cow::into_owned)).filter(|id| !id.is_empty());
        if let Some(Err(error)) = payload {
            record.note(error.reason());
        }
        record.owner = match payload {
            Some(Ok(payload)) if !in_payload.is_empty() => {
                let owner = owner_in(&in_payload, &payload.data, record);
                if let Owner::User(id) = &owner {
                    record.others = others_in(&in_payload, &payload.data, id);
                }
                let decided = match &owner {
                    Owner::User(id) => Some(id.clone()),
                    _ => None,
                };
                if let Some(column) = column.filter(|column| decided.as_ref() != Some(column)) {
                    record.note(format!("the column shows user {column}, the payload decides"));
                }
                owner
            }
            Some(Err(_)) if !in_payload.is_empty() => match column {
                Some(id) => {
                    record.note("user from the column");
                    Owner::User(id)
                }
                None => Owner::Unknown,
            },
            // A layout that does not name the user cannot show that the session has no user.
            _ if sources.is_empty() => Owner::Unknown,
            _ => column.map_or(Owner::Nobody, Owner::User),
        };
    }
}

/// The node that a source names in a payload; null counts as absent.
pub(super) fn node<'p>(source: &BoundSource, data: &'p Node) -> Option<&'p Node> {
    let found = match &source.from {
        BoundOrigin::Pointer(path) => data.pointer(path),
        BoundOrigin::Keys(regex) => match data {
            Node::Map(entries) => {
                entries.iter().rev().find(|(key, _)| regex.is_match(key)).map(|(_, node)| node)
            }
            _ => None,
        },
        _ => None,
    };
    found.filter(|node| **node != Node::Null)
}

fn owner_in(sources: &[&BoundSource], data: &Node, record: &mut Record) -> Owner {
    let found = sources.iter().find_map(|source| node(source, data));
    match found {
        None => Owner::Nobody,
        Some(Node::Integer(number)) => Owner::User(number.to_string()),
        Some(Node::Text(text)) if !text.is_empty() => Owner::User(text.clone()),
        Some(Node::Text(_)) => Owner::Nobody,
        Some(other) => {
            record.note(format!("payload not readable: the user id is of type {}", other.type_name()));
            Owner::Unknown
        }
    }
}

/// The users under further keys that match: each guard of a program has a key of its own.
fn others_in(sources: &[&BoundSource], data: &Node, first: &str) -> Vec<OtherUser> {
    let mut all: Vec<OtherUser> = Vec::new();
    let Node::Map(entries) = data else { return all };
    let patterns = sources.iter().filter_map(|source| match &source.from {
        BoundOrigin::Keys(regex) => Some(regex),
        _ => None,
    });
    for regex in patterns {
        for (_, node) in entries.iter().filter(|(key, _)| regex.is_match(key)) {
            let id = match node {
                Node::Integer(number) => number.to_string(),
                Node::Text(text) if !text.is_empty() => text.clone(),
                _ => continue,
            };
            if id != first && all.iter().all(|known| known.id != id) {
                all.push(OtherUser { id, name: None });
            }
        }
    }
    all
}

/// The shortest form of an address, an IPv4 address in an IPv6 one as IPv4; other text unchanged.
fn canonical_ip(text: &str) -> String {
    match text.parse::<IpAddr>() {
        Ok(address) => address.to_canonical().to_string(),
        Err(_) => text.to_owned(),
    }
}

/// Text whose UTF-8 bytes were taken for Latin-1 characters, put right; other text unchanged.
fn from_latin1(text: &str) -> String {
    let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    bytes.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_else(|| text.to_owned())
}
