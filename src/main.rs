//! The program `sessionctl`; everything is in the library of the same name.

/// musl's own allocator calls the kernel for nearly every small allocation at the start: in a look-up, two hundred
/// calls more than the rest of the program makes.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

fn main() -> std::process::ExitCode {
    sessionctl::cli::main()
}
