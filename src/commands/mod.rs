//! The subcommands: one file each, with its arguments and its body. A command reads its arguments, calls an operation
//! or the store, and hands the result to the output. Commands never import one another; what they share is in `args`
//! (clap types), `input` (reading), `bulk` (work on many sessions), `delivery` (new tokens) and `context`.

pub mod args;
pub mod bulk;
pub mod completions;
pub mod context;
pub mod cookie;
mod damaged_rows;
pub mod data;
pub mod db;
pub mod delivery;
pub mod error;
mod excluded;
pub mod expire;
pub mod field_docs;
pub mod foreign;
pub mod generate;
pub mod input;
pub mod inspect;
pub mod interaction;
pub mod jwt;
pub mod layout;
pub mod list;
mod list_total;
pub mod log;
pub mod login;
pub mod logout;
pub mod man;
mod nothing_matches;
pub mod outcome;
pub mod prune;
pub mod reused_token;
pub mod revoke;
pub mod rotate;
#[cfg(feature = "serve")]
pub mod serve;
pub mod shell_word;
pub mod stats;
pub mod tour;
pub mod tree;
pub mod unknown_user;
pub mod user;
pub mod verify;

#[cfg(test)]
pub(crate) mod testing;

pub use context::Context;
pub use error::{CommandError, CommandResult};
pub use interaction::Prompt;
pub use outcome::{Failure, Outcome};

/// What is generated from the parser's tree, which commands cannot see: `cli` passes it in.
#[derive(Clone, Copy, Debug)]
pub struct Printed {
    /// The completion script of a shell.
    pub completions: fn(clap_complete::Shell) -> Vec<u8>,
    /// Every man page: the name of its file and its text.
    pub man_pages: fn() -> Vec<(String, Vec<u8>)>,
}

macro_rules! commands {
    (|$args:ident, $printed:ident, $context:ident| $(
        $(#[$if:meta])? $variant:ident($module:ident::$type:ident) $name:literal => $run:expr;
    )*) => {
        /// Every subcommand.
        #[derive(Debug, clap::Subcommand)]
        #[expect(missing_docs, reason = "a comment on a variant would replace the command's own help")]
        pub enum Command {
            $($(#[$if])? $variant($module::$type)),*
        }

        type AddArguments = fn(clap::Command) -> clap::Command;

        const PARSERS: &[(&str, AddArguments)] =
            &[$($(#[$if])? ($name, <$module::$type as clap::Args>::augment_args)),*];

        impl Command {
            /// Runs the command.
            ///
            /// # Errors
            /// A [`Failure`] with an exit code of its own, or any other error.
            pub fn run(self, $printed: &Printed, $context: &mut Context) -> CommandResult<Outcome> {
                match self {
                    $($(#[$if])? Command::$variant($args) => $run),*
                }
            }
        }
    };
}

// A new command is one line here.
commands! { |args, printed, context|
    Login(login::LoginArgs) "login" => login::run(&args, context);
    Generate(generate::GenerateArgs) "generate" => generate::run(&args, context);
    Verify(verify::VerifyArgs) "verify" => verify::run(&args, context);
    Inspect(inspect::InspectArgs) "inspect" => inspect::run(&args, context);
    List(list::ListArgs) "list" => list::run(&args, context);
    Expire(expire::ExpireArgs) "expire" => expire::run(&args, context);
    Revoke(revoke::RevokeArgs) "revoke" => revoke::run(&args, context);
    Logout(logout::LogoutArgs) "logout" => logout::run(&args, context);
    User(user::UserArgs) "user" => user::run(args, context);
    Rotate(rotate::RotateArgs) "rotate" => rotate::run(&args, context);
    Tree(tree::TreeArgs) "tree" => tree::run(&args, context);
    Stats(stats::StatsArgs) "stats" => stats::run(&args, context);
    Prune(prune::PruneArgs) "prune" => prune::run(&args, context);
    Data(data::DataArgs) "data" => data::run(args, context);
    Cookie(cookie::CookieArgs) "cookie" => cookie::run(&args, context);
    Jwt(jwt::JwtArgs) "jwt" => jwt::run(args, context);
    Log(log::LogArgs) "log" => log::run(&args, context);
    #[cfg(feature = "serve")]
    Serve(serve::ServeArgs) "serve" => serve::run(args, context);
    Layout(foreign::LayoutArgs) "layout" => layout::run(&args, context);
    Tour(tour::TourArgs) "tour" => tour::run(&args, context);
    Db(db::DbArgs) "db" => db::run(args, context);
    Completions(completions::CompletionsArgs) "completions" => completions::run(&args, printed, context);
    Man(man::ManArgs) "man" => man::run(&args, printed, context);
}

impl Command {
    /// Whether there is a command of this name.
    #[must_use]
    pub fn exists(name: &str) -> bool {
        PARSERS.iter().any(|(known, _)| *known == name)
    }

    /// The parser of one command, where one has this name. Building the parsers of all commands takes longer than a
    /// look-up.
    #[must_use]
    pub fn parser(name: &str) -> Option<clap::Command> {
        let (name, add) = PARSERS.iter().find(|(known, _)| *known == name)?;
        Some(add(clap::Command::new(*name)))
    }
}
