//! The hash chain of the audit log: the link that each event adds, bound to one database. Reading and verifying a whole
//! chain belongs to the stores.

use sha2::{Digest as _, Sha256};

use super::{LoggedEvent, Subjects};
use crate::model::address;

/// The link before the first event of a log that is bound to no database.
pub const GENESIS: [u8; 32] = [0; 32];

/// Binds the link before an event to a database, so that the event and all later ones fit no other database.
#[must_use]
pub fn bind_to_database(before: &[u8; 32], database_id: &[u8; 16]) -> [u8; 32] {
    Sha256::new().chain_update(before).chain_update(database_id).finalize().into()
}

impl LoggedEvent {
    /// The link of this event in the chain: SHA-256 over the link before it and every field. Each field follows its
    /// length, so that two different events never give the same bytes. The account and the client are part of it only
    /// where one of them is known, so that the links of events without them stay what they were.
    #[must_use]
    pub fn link(&self, before: &[u8; 32]) -> [u8; 32] {
        let mut hash = Sha256::new();
        let mut field = |bytes: Option<&[u8]>| {
            hash.update(bytes.map_or(-1, |b| b.len() as i64).to_be_bytes());
            hash.update(bytes.unwrap_or_default());
        };
        field(Some(before));
        field(Some(&self.id.to_be_bytes()));
        field(Some(&self.at.unix().to_be_bytes()));
        field(Some(self.action.as_bytes()));
        field(Some(self.actor.as_bytes()));
        field(self.user.as_deref().map(str::as_bytes));
        let (first, last) = self.subjects.bounds().unzip();
        field(first.map(|id| id.get().to_be_bytes()).as_ref().map(<[u8; 8]>::as_slice));
        field(last.map(|id| id.get().to_be_bytes()).as_ref().map(<[u8; 8]>::as_slice));
        let packed = match &self.subjects {
            Subjects::Many(ids) => Some(Subjects::pack(ids)),
            _ => None,
        };
        field(packed.as_deref());
        field(self.detail.as_deref().map(str::as_bytes));
        if self.user_id.is_some() || self.ip.is_some() || self.app.is_some() {
            field(self.user_id.map(|id| id.0.to_be_bytes()).as_ref().map(<[u8; 8]>::as_slice));
            field(self.ip.map(address::to_bytes).as_ref().map(<[u8; 16]>::as_slice));
            field(self.app.as_deref().map(str::as_bytes));
        }
        hash.finalize().into()
    }
}
