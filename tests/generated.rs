//! The completions and man pages that are committed are those that the program makes. With `SESSIONCTL_BLESS=1`
//! they are written instead of compared.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const SHELLS: [(&str, &str); 5] = [
    ("bash", "sessionctl.bash"),
    ("zsh", "_sessionctl"),
    ("fish", "sessionctl.fish"),
    ("powershell", "_sessionctl.ps1"),
    ("elvish", "sessionctl.elv"),
];

type Files = BTreeMap<String, Vec<u8>>;

/// The program in an environment that says nothing, so that what it writes is the same everywhere.
fn program(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sessionctl"));
    command.env_clear().env("HOME", home).env("LC_ALL", "C.UTF-8").env("COLUMNS", "80").current_dir(home);
    command
}

fn completions(home: &Path) -> Files {
    let made = |shell: &str| {
        let output = program(home).args(["completions", shell]).output().expect("the program runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    SHELLS.iter().map(|(shell, file)| ((*file).to_owned(), made(shell))).collect()
}

fn man_pages(home: &Path) -> Files {
    let folder = home.join("man");
    let output = program(home).arg("man").arg(&folder).output().expect("the program runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    files(&folder)
}

fn files(folder: &Path) -> Files {
    let Ok(entries) = fs::read_dir(folder) else { return Files::new() };
    entries
        .map(|entry| entry.expect("an entry").path())
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, fs::read(&path).expect("a file that can be read"))
        })
        .collect()
}

/// Compares what is committed with what is made, or writes it.
fn settle(name: &str, made: &Files) {
    assert!(!made.is_empty(), "the program made no {name}");
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name);
    if std::env::var_os("SESSIONCTL_BLESS").is_some_and(|value| value == "1") {
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder");
        for (file, content) in made {
            fs::write(folder.join(file), content).expect("a file that can be written");
        }
        return;
    }
    let committed = files(&folder);
    let differing: Vec<&String> =
        made.keys().chain(committed.keys()).filter(|file| made.get(*file) != committed.get(*file)).collect();
    assert!(
        differing.is_empty(),
        "{name}/ is not what the program makes: {differing:?}\nrun SESSIONCTL_BLESS=1 cargo test --test generated"
    );
}

#[test]
fn committed_completions_match_the_program() {
    settle("completions", &completions(tempfile::tempdir().unwrap().path()));
}

#[test]
fn committed_man_pages_match_the_program() {
    settle("man", &man_pages(tempfile::tempdir().unwrap().path()));
}

/// Shells and `man` are the judges where they are there.
#[test]
fn shells_accept_the_completions() {
    let home = tempfile::tempdir().unwrap();
    for (file, content) in completions(home.path()) {
        fs::write(home.path().join(&file), content).unwrap();
        let shell = match file.as_str() {
            "sessionctl.bash" => "bash",
            "_sessionctl" => "zsh",
            "sessionctl.fish" => "fish",
            _ => continue,
        };
        if let Ok(output) = Command::new(shell).arg("-n").arg(home.path().join(&file)).output() {
            assert!(output.status.success(), "{file}: {}", String::from_utf8_lossy(&output.stderr));
        }
    }
    let pages = man_pages(home.path());
    assert!(pages.contains_key("sessionctl.1"), "{:?}", pages.keys());
    assert!(pages.values().all(|page| page.windows(3).any(|window| window == b".TH")));
}
