//! The store in memory is held to the whole contract.

use std::sync::Arc;

use sessionctl_contract::StoreProvider;
use sessionctl_core::model::clock::Clock;
use sessionctl_core::store::StoreFactory;
use sessionctl_core::store::memory::MemoryFactory;

struct Memory;

impl StoreProvider for Memory {
    fn factory(&self, clock: Arc<dyn Clock>) -> Box<dyn StoreFactory> {
        Box::new(MemoryFactory::new(clock))
    }
}

sessionctl_contract::contract_tests!(Memory);
