//! A store in memory: for programs that need no database, and for tests. It honours every rule of the store traits,
//! and the store contract holds it to them; nothing in it may be simpler than on disk.
//!
//! All stores that one [`MemoryFactory`] opens share their contents, as all processes share one database file. The
//! contents end with the last of them. A change works on the current contents while it holds a lock; a reader works on
//! the contents that were current when it began, and never waits for a change.
//!
//! A change must decide everything that can refuse it before it alters anything: nothing is rolled back.

mod accounts;
mod attempt;
mod audit;
mod audit_log;
mod batch;
mod cascade;
mod check;
mod clock;
mod create;
mod data;
mod enter;
mod factory;
mod key;
mod login;
mod lookup;
mod maintenance;
mod session;
mod shared;
mod state;
mod stats;
mod store;
mod touch;
mod user;
mod write_tx;

pub use factory::MemoryFactory;
pub use store::MemoryStore;
