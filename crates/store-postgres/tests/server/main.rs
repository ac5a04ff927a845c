//! What only a server with many writers can be asked. Each race is run with two open transactions, one of which is held
//! by hand, so that it does not depend on luck.

mod certainty;
mod connecting;
mod durability;
mod env;
mod failover;
mod fence;
mod history;
mod layout;
mod locks;
mod lost_answer;
mod migrate;
mod pooler;
mod row_counts;
mod seals;
mod time;
mod tls;
