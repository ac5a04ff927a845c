//! The committed completions and manual pages are those that the program writes. With `SESSIONCTL_BLESS=1`
//! the test writes them instead of comparing.

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

/// The program in a fixed environment, so that its output is the same everywhere.
fn program(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sessionctl"));
    command.env_clear().env("HOME", home).env("LC_ALL", "C.UTF-8").env("COLUMNS", "80").current_dir(home);
    command
}

fn completions(home: &Path) -> Files {
    let generate = |shell: &str| {
        let output = program(home).args(["completions", shell]).output().expect("the program runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    SHELLS.iter().map(|(shell, file)| ((*file).to_owned(), generate(shell))).collect()
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

/// Compares the committed files with the generated ones, or writes them.
fn compare_or_write(name: &str, generated: &Files) {
    assert!(!generated.is_empty(), "the program wrote no {name}");
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name);
    if std::env::var_os("SESSIONCTL_BLESS").is_some_and(|value| value == "1") {
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder");
        for (file, content) in generated {
            fs::write(folder.join(file), content).expect("a file that can be written");
        }
        return;
    }
    let committed = files(&folder);
    let differing: Vec<&String> = generated
        .keys()
        .chain(committed.keys())
        .filter(|file| generated.get(*file) != committed.get(*file))
        .collect();
    assert!(
        differing.is_empty(),
        "{name}/ differs from what the program writes: {differing:?}\nrun SESSIONCTL_BLESS=1 cargo test --test generated"
    );
}

#[test]
fn committed_completions_match_the_program() {
    compare_or_write("completions", &completions(tempfile::tempdir().unwrap().path()));
}

#[test]
fn committed_man_pages_match_the_program() {
    compare_or_write("man", &man_pages(tempfile::tempdir().unwrap().path()));
}

/// Checks with the shells that are installed.
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
