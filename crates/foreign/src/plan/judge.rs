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
        if matches!(record.state, State::Expired | State::Revoked) || record.owner == Owner::Nobody || refused
        {
            record.authenticates = Some(false);
            return;
        }
        let known = record.state == State::Active && matches!(record.owner, Owner::User(_));
        record.authenticates = match (self.layout.live.proof, user) {
            (LiveProof::Row, Known::Found(_)) if known && reading.users.disabled_unknown() => {
                record.note("whether the user is disabled is not known");
                None
            }
            (LiveProof::Row, Known::Found(_)) if known => Some(true),
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
                None
            }
        };
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
