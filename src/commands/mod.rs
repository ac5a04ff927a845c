//! The subcommands: one file each, with its arguments and its body. They read what the user meant, call an act
//! or the store, and hand the result to the output. They never import one another; what they share stands in
//! `args` (arguments) and `context` (the world around a command).

pub mod args;
pub mod completions;
pub mod context;
pub mod cookie;
pub mod data;
pub mod db;
pub mod expire;
pub mod generate;
pub mod inspect;
pub mod jwt;
pub mod list;
pub mod log;
pub mod login;
pub mod logout;
pub mod man;
pub mod prune;
pub mod revoke;
pub mod rotate;
pub mod stats;
pub mod tour;
pub mod tree;
pub mod user;
pub mod verify;

#[cfg(test)]
pub(crate) mod testing;

pub use context::{Context, Failure, Outcome, Prompt};

/// What is printed of the parser's own tree, which commands cannot see: `cli` hands it in.
#[derive(Clone, Copy, Debug)]
pub struct Printed {
    /// The completion script of a shell.
    pub completions: fn(clap_complete::Shell) -> Vec<u8>,
    /// Every man page: the name of its file and its text.
    pub man_pages: fn() -> Vec<(String, Vec<u8>)>,
}

/// Every subcommand. A new one is a line here and a line in [`Command::run`].
#[derive(Debug, clap::Subcommand)]
#[expect(missing_docs, reason = "a comment on a variant would take the place of the command's own help")]
pub enum Command {
    Login(login::LoginArgs),
    Generate(generate::GenerateArgs),
    Verify(verify::VerifyArgs),
    Inspect(inspect::InspectArgs),
    List(list::ListArgs),
    Expire(expire::ExpireArgs),
    Revoke(revoke::RevokeArgs),
    Logout(logout::LogoutArgs),
    User(user::UserArgs),
    Rotate(rotate::RotateArgs),
    Tree(tree::TreeArgs),
    Stats(stats::StatsArgs),
    Prune(prune::PruneArgs),
    Data(data::DataArgs),
    Cookie(cookie::CookieArgs),
    Jwt(jwt::JwtArgs),
    Log(log::LogArgs),
    Tour(tour::TourArgs),
    Db(db::DbArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
}

impl Command {
    /// Runs the command.
    ///
    /// # Errors
    /// A [`Failure`] for what the user should know, and whatever else went wrong.
    pub fn run(self, printed: &Printed, context: &mut Context) -> anyhow::Result<Outcome> {
        match self {
            Command::Login(args) => login::run(&args, context),
            Command::Generate(args) => generate::run(&args, context),
            Command::Verify(args) => verify::run(&args, context),
            Command::Inspect(args) => inspect::run(&args, context),
            Command::List(args) => list::run(&args, context),
            Command::Expire(args) => expire::run(&args, context),
            Command::Revoke(args) => revoke::run(&args, context),
            Command::Logout(args) => logout::run(&args, context),
            Command::User(args) => user::run(args, context),
            Command::Rotate(args) => rotate::run(&args, context),
            Command::Tree(args) => tree::run(&args, context),
            Command::Stats(args) => stats::run(&args, context),
            Command::Prune(args) => prune::run(&args, context),
            Command::Data(args) => data::run(args, context),
            Command::Jwt(args) => jwt::run(args, context),
            Command::Log(args) => log::run(&args, context),
            Command::Cookie(args) => cookie::run(&args, context),
            Command::Tour(args) => tour::run(&args, context),
            Command::Db(args) => db::run(args, context),
            Command::Completions(args) => completions::run(&args, printed, context),
            Command::Man(args) => man::run(&args, printed, context),
        }
    }
}
