//! The program `sessionctl`; everything is in the library of the same name.

fn main() -> std::process::ExitCode {
    sessionctl::cli::main()
}
