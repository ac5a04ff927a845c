//! Whether the program accepts a client: what its table of users adds to what the row shows.

use sessionctl_core::model::session::Kind;

use super::Plan;
use super::read::ReadPayload;
use super::reading::Reading;
use super::users::{Known, User};
use crate::codec::{Node, check_auth_hash, check_signature};
use crate::layout::LiveProof;
use crate::record::{Owner, Record, State};
use crate::value::Row;

/// The only entry of `AUTHENTICATION_BACKENDS` by default (django/conf/global_settings.py).
const DJANGO_BACKEND: &str = "django.contrib.auth.backends.ModelBackend";

impl Plan {
    pub(super) fn apply_user(
        &self,
        row: &Row,
        user: &Known,
        disabled_ends: bool,
        payload: &ReadPayload,
        record: &mut Record,
    ) {
        let visitor = match user {
            Known::Found(user) => {
                record.user_name = user.name.clone();
                if user.disabled {
                    record.note(if disabled_ends {
                        "user disabled"
                    } else {
                        "user disabled; the session is still accepted"
                    });
                }
                user.anonymous
            }
            Known::Gone => {
                record.note("user row gone");
                false
            }
            Known::NoTable => false,
        };
        let is_api = self.api_if.as_ref().is_some_and(|condition| condition.holds(row));
        record.kind = match &record.owner {
            Owner::Nobody => Some(Kind::Anonymous),
            Owner::User(_) if visitor => Some(Kind::Anonymous),
            _ if is_api => Some(Kind::Api),
            Owner::Unknown => None,
            Owner::User(_) if matches!(payload, Some(Err(_))) => None,
            Owner::User(_) => Some(Kind::Web),
        };
    }

    /// Whether the program accepts the client: false only where the database proves it, true only where no doubt
    /// is left.
    pub(super) fn judge(
        &self,
        row: &Row,
        user: &Known,
        payload: &ReadPayload,
        reading: &Reading<'_>,
        record: &mut Record,
    ) {
        let ends = reading.users.disabled_ends();
        let refused = match user {
            Known::Gone => true,
            Known::Found(user) => user.disabled && ends,
            Known::NoTable => false,
        };
        if matches!(record.state, State::Expired | State::Revoked) || refused {
            record.authenticates = Some(false);
            return;
        }
        if record.owner == Owner::Nobody {
            record.authenticates = if self.may_name_a_user(payload) {
                // As far as the layout knows, the session has no user.
                record.kind = None;
                record.note("a key of the payload that the layout does not know may name a user");
                None
            } else {
                Some(false)
            };
            return;
        }
        let known = record.state == State::Active && matches!(record.owner, Owner::User(_));
        record.authenticates = match (self.layout.live.proof, user) {
            (LiveProof::Row, Known::Found(_)) if known && reading.users.disabled_unknown() => {
                record.note("whether the user is disabled is not known");
                None
            }
            (LiveProof::Row, Known::Found(_)) if known => Some(true),
            (LiveProof::Row, Known::NoTable) if known && self.layout.user.is_none() => Some(true),
            (LiveProof::Django, Known::Found(user)) if known && !reading.secrets.is_empty() => {
                self.django_proof(row, user, payload, reading, record)
            }
            _ => {
                for doubt in &self.layout.live.doubt {
                    record.note(doubt.as_str());
                }
                if self.layout.live.proof == LiveProof::None && self.layout.live.doubt.is_empty() {
                    record.note("the layout states no proof");
                }
                if self.layout.live.proof == LiveProof::Row && matches!(user, Known::NoTable) && known {
                    record.note("the table of users is not there");
                }
                if record.why.is_empty() {
                    record.note("the row does not show it");
                }
                None
            }
        };
    }

    /// Whether a payload without a user has a key of which the layout does not know what it means.
    fn may_name_a_user(&self, payload: &ReadPayload) -> bool {
        let guest = &self.layout.live.guest_keys;
        match payload {
            Some(Ok(payload)) if !guest.is_empty() => match &payload.data {
                Node::Map(entries) => entries.iter().any(|(key, _)| !guest.contains(key)),
                _ => false,
            },
            _ => false,
        }
    }

    /// What `django.contrib.auth.get_user` decides, given its key.
    fn django_proof(
        &self,
        row: &Row,
        user: &User,
        payload: &ReadPayload,
        reading: &Reading<'_>,
        record: &mut Record,
    ) -> Option<bool> {
        let (text, data) = match (self.payload_text(row), payload) {
            (Some(text), Some(Ok(payload))) => (text, &payload.data),
            _ => return None,
        };
        if !reading.secrets.iter().any(|secret| check_signature(text, secret)) {
            record.note("row is signed with another key");
            return Some(false);
        }
        match data.get("_auth_user_backend") {
            Some(Node::Text(backend)) if backend == DJANGO_BACKEND => {}
            Some(Node::Text(_)) => {
                record.note("the session's login backend may not be in AUTHENTICATION_BACKENDS");
                return None;
            }
            _ => {
                record.note("the session names no login backend");
                return Some(false);
            }
        }
        let password = user.password.as_ref()?;
        let hash = match data.get("_auth_user_hash") {
            Some(Node::Text(hash)) => hash.as_str(),
            _ => "",
        };
        let fits = reading.secrets.iter().any(|secret| check_auth_hash(hash, password, secret));
        if !fits {
            record.note("password has changed");
        }
        Some(fits)
    }
}
