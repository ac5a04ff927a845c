//! The life of server-side session tokens, for any front and any store: a session is created, its token verified at
//! each request, extended by use, rotated, and ended by a limit or by revocation. The crate has no command line, no
//! terminal, no SQL and no clock of its own.
//!
//! - [`model`]: what a session, token, user, policy, event and selector are. Values and pure functions.
//! - [`rules`]: the one ordered list of checks by which a session is active.
//! - [`ops`]: one operation a file. A front calls these and nothing below, so that no front forgets the audit log.
//! - [`store`]: the traits of a place where all of it is kept, and [`store::memory`], a store in memory.
//!
//! # Example
//!
//! A program that issues a token to a visitor, verifies it and revokes it. `MemoryFactory` can be replaced by the
//! factory of another store, such as `SqliteFactory` of `sessionctl-store-sqlite`.
//!
//! ```
//! use std::{ops::ControlFlow::Continue, sync::Arc, time::UNIX_EPOCH};
//!
//! use rand::TryRng as _;
//! use sessionctl_core::model::{clock::Clock, event::*, hash_limit::Unlimited, random::*};
//! use sessionctl_core::model::{selector::Selector, session::Kind, time::Timestamp};
//! use sessionctl_core::ops::{BulkRequest, NoTrace, OpContext, generate, revoke::revoke, verify::verify};
//! use sessionctl_core::store::{Access, NewStore, StoreFactory as _, memory::MemoryFactory};
//!
//! #[derive(Debug)]
//! struct SystemClock;
//! impl Clock for SystemClock {
//!     fn now(&self) -> Timestamp {
//!         Timestamp::from_unix(UNIX_EPOCH.elapsed().unwrap_or_default().as_secs() as i64)
//!     }
//! }
//!
//! struct SystemRandomness;
//! impl Randomness for SystemRandomness {
//!     fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomnessError> {
//!         rand::rngs::SysRng.try_fill_bytes(bytes).map_err(|error| RandomnessError(error.to_string()))
//!     }
//! }
//!
//! let (mut locator_key, mut attempt_key) = ([0; 16], [0; 32]);
//! SystemRandomness.fill(&mut locator_key)?;
//! SystemRandomness.fill(&mut attempt_key)?;
//! let event = Event::new(Action::DatabaseCreated, "shop");
//! let factory = MemoryFactory::new(Arc::new(SystemClock));
//! factory.create(&NewStore { locator_key, attempt_key, sandbox: false, event })?;
//!
//! let mut store = factory.open(Access::Write)?;
//! let mut cx = OpContext {
//!     store: store.as_mut(),
//!     clock: &SystemClock,
//!     random: &mut SystemRandomness,
//!     hashing: &Unlimited,
//!     actor: "shop",
//!     tracer: &mut NoTrace,
//! };
//!
//! let mut tokens = Vec::new();
//! generate::generate(&mut cx, &generate::Request::one(Kind::Anonymous), &mut |issued| {
//!     tokens.extend(issued.iter().map(|issued| (issued.id, issued.token.clone())));
//!     Continue(())
//! })?;
//! let (id, token) = &tokens[0];
//! assert_eq!(verify(&mut cx, token, &Default::default())?.verdict.word(), "active");
//!
//! let request = BulkRequest::of(Selector { ids: vec![*id], ..Selector::default() });
//! revoke(&mut cx, &request, "the visitor left", &mut |_| Continue(()))?;
//! assert_eq!(verify(&mut cx, token, &Default::default())?.verdict.word(), "revoked");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # How to add an operation or a command
//!
//! An operation is one file in `ops`: it checks what is asked, builds its event, and makes one call of the store, which
//! commits the change and the event together. It prints nothing, reads no clock for a change, and returns what came of
//! it. A command of the program `sessionctl` reads its arguments, calls the operation and prints the result.
//!
//! ```
//! use std::ops::ControlFlow::Continue;
//!
//! use sessionctl_core::model::{selector::Selector, session::Kind};
//! use sessionctl_core::ops::{BulkRequest, OpContext, OpsError, revoke::revoke};
//!
//! /// Revokes every session of an application that is shut down, and returns how many.
//! ///
//! /// # Errors
//! /// As [`revoke`].
//! fn shut_down(cx: &mut OpContext<'_>, app: &str) -> Result<u64, OpsError> {
//!     let selector = Selector { app: app.to_owned().into(), ..Selector::default() };
//!     let totals = revoke(cx, &BulkRequest::of(selector), "the application was shut down", &mut |_| Continue(()))?;
//!     Ok(totals.changed)
//! }
//! # use sessionctl_core::model::{clock::FixedClock, event::*, random::*, time::Timestamp};
//! # use sessionctl_core::store::{Access, NewStore, StoreFactory as _, memory::MemoryFactory};
//! # struct Bytes(u8);
//! # impl Randomness for Bytes {
//! #     fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomnessError> {
//! #         self.0 += 1;
//! #         bytes.fill(self.0);
//! #         Ok(())
//! #     }
//! # }
//! # let clock = std::sync::Arc::new(FixedClock::new(Timestamp::from_unix(1_800_000_000)));
//! # let factory = MemoryFactory::new(clock.clone());
//! # let event = Event::new(Action::DatabaseCreated, "doc");
//! # factory.create(&NewStore { locator_key: [7; 16], attempt_key: [8; 32], sandbox: false, event })?;
//! # let mut store = factory.open(Access::Write)?;
//! # let mut cx = OpContext { store: store.as_mut(), clock: &*clock, random: &mut Bytes(0), actor: "doc",
//! #     hashing: &sessionctl_core::model::hash_limit::Unlimited,
//! #     tracer: &mut sessionctl_core::ops::NoTrace };
//! # let mut request = sessionctl_core::ops::generate::Request::one(Kind::Anonymous);
//! # request.client.app = Some("shop".to_owned());
//! # request.count = 2;
//! # sessionctl_core::ops::generate::generate(&mut cx, &request, &mut |_| Continue(()))?;
//!
//! assert_eq!(shut_down(&mut cx, "forum")?, 0);
//! assert_eq!(shut_down(&mut cx, "shop")?, 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # How to add a store
//!
//! Implement the traits of [`store`] and a [`store::StoreFactory`], which holds the clock that decides each change. The
//! contract of all stores is a library, `sessionctl-contract`: a store crate runs it with one line and must pass it
//! whole. [`store::memory`] is the shortest complete example. A store may also wrap another:
//!
//! ```
//! use std::sync::atomic::{AtomicU64, Ordering};
//!
//! use sessionctl_core::store::{Access, NewStore, Store, StoreError, StoreFactory, StoreUrl};
//!
//! /// Counts how often a store is opened.
//! struct Counted<F> {
//!     inner: F,
//!     opened: AtomicU64,
//! }
//!
//! impl<F: StoreFactory> StoreFactory for Counted<F> {
//!     fn url(&self) -> &StoreUrl {
//!         self.inner.url()
//!     }
//!
//!     fn open(&self, access: Access) -> Result<Box<dyn Store>, StoreError> {
//!         self.opened.fetch_add(1, Ordering::Relaxed);
//!         self.inner.open(access)
//!     }
//!
//!     fn create(&self, new: &NewStore) -> Result<bool, StoreError> {
//!         self.inner.create(new)
//!     }
//! }
//! # use sessionctl_core::model::{clock::FixedClock, time::Timestamp};
//! # let clock = std::sync::Arc::new(FixedClock::new(Timestamp::from_unix(1_800_000_000)));
//! # let inner = sessionctl_core::store::memory::MemoryFactory::new(clock);
//!
//! let factory = Counted { inner, opened: AtomicU64::new(0) };
//! assert!(matches!(factory.open(Access::Read).map(drop), Err(StoreError::Missing)));
//! assert_eq!(factory.opened.into_inner(), 1);
//! ```
//!
//! # How to add an adapter
//!
//! An adapter reads the session table of another program; it is no store, because that program decides what a session
//! is. It is one layout file in `sessionctl-foreign`, with a fixture and a line in the list of layouts.
//!
//! # How to add a front
//!
//! A front brings a [`model::clock::Clock`], a [`model::random::Randomness`] and an actor, opens a store through a
//! factory, and calls [`ops`], as the first example does. What every front needs is there too: the gathering of touches
//! ([`ops::TouchBuffer`]), the answer to a reused token (in [`ops::verify`]), previews and expected counts of bulk work
//! ([`ops::BulkRequest`]), and the revocation of tokens that could not be delivered
//! ([`ops::revoke::revoke_undelivered`]). A front shows the steps of an operation through a [`ops::Tracer`].

pub mod model;
pub mod ops;
pub mod rules;
pub mod store;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use sessionctl_wire::counted;
