//! How a new token is handed over, as flags. It is handed over in [`crate::commands::delivery`].

use clap::builder::{PossibleValuesParser, TypedValueParser as _};

use super::token_format::{CookieArgs, TokenFormat};

/// How to hand over a new token.
#[derive(Clone, Debug, clap::Args)]
pub struct DeliveryArgs {
    /// Write the token in this form
    #[arg(long = "as", value_name = "FORM", default_value = "token", value_parser =
        PossibleValuesParser::new(TokenFormat::values()).try_map(|name| TokenFormat::named(&name)))]
    pub(in crate::commands) token_format: TokenFormat,

    #[command(flatten)]
    pub(in crate::commands) cookie: CookieArgs,
}
