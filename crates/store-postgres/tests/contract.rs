//! The PostgreSQL store is held to the whole contract, on a server of its own. What only a server can be asked is tested
//! beside this.

use std::sync::Arc;

use sessionctl_contract::StoreProvider;
use sessionctl_core::model::clock::Clock;
use sessionctl_core::store::{StoreFactory, StoreUrl};
use sessionctl_postgres_fixture::{PostgresServer, shared};
use sessionctl_store_postgres::PostgresFactory;

/// Each store is a database of its own.
struct Postgres(&'static PostgresServer);

impl StoreProvider for Postgres {
    fn factory(&self, clock: Arc<dyn Clock>) -> Box<dyn StoreFactory> {
        let url = StoreUrl::new(self.0.url(&self.0.create_database()));
        Box::new(PostgresFactory::with_clock(url, clock).expect("the URL is one"))
    }

    fn excludes_other_writers(&self) -> bool {
        false
    }
}

sessionctl_contract::contract_tests!(match shared() {
    Some(server) => Postgres(server),
    None => return,
});
