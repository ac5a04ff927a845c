//! The help of each command, short and long, at 80 columns.

use crate::harness::TestEnv;

use super::transcript::assert_snapshot;

/// Every command and subcommand, as its manual pages name it: `jwt keys new`.
fn commands(env: &TestEnv) -> Vec<String> {
    env.run(&["man", "pages"]).ok();
    let entries = std::fs::read_dir(env.path("pages")).expect("the manual pages");
    let names = entries.map(|entry| entry.expect("a page").file_name().into_string().expect("its name"));
    let mut commands: Vec<String> = names
        .map(|name| {
            let stem = name.strip_suffix(".1").expect("a page of section 1");
            stem.trim_start_matches("sessionctl").replace('-', " ").trim_start().to_owned()
        })
        .collect();
    commands.sort();
    commands
}

#[test]
fn help_of_each_command_matches_its_snapshot() {
    let env = TestEnv::empty();
    let commands = commands(&env);
    assert!(commands.len() > 40, "{commands:?}");
    for command in commands {
        let text = ["-h", "--help"].map(|flag| {
            let args: Vec<&str> = command.split_whitespace().chain([flag]).collect();
            let output = env.cmd(&args).env("COLUMNS", "80").run();
            let is_answer = ["verify", "jwt verify"].contains(&command.as_str());
            let output = output.code(if is_answer { 2 } else { 0 });
            format!("$ sessionctl {}\n{}\n", args.join(" "), output.stdout())
        });
        let name = if command.is_empty() { "sessionctl".to_owned() } else { command.replace(' ', "_") };
        assert_snapshot(&format!("help_{name}"), &text.join("\n"));
    }
}
