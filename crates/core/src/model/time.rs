//! Moments and lengths of time, as people write them and the database keeps them: whole seconds. No clock and no time
//! zone is read here; both are handed in.

mod duration;
mod error;
mod timestamp;
mod when;
mod zone;

pub use duration::{approximate_duration, format_duration, parse_duration, seconds};
pub use error::TimeError;
pub use timestamp::Timestamp;
pub use when::{DayOfYear, TimeOfDay, When};
pub use zone::Zone;
