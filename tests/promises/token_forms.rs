//! A token is read in every form in which the program or the web hands it out, and text without a token is reported as
//! that, not as an unknown token.

use crate::harness::TestEnv;

/// A token in the forms in which one can arrive.
fn forms(token: &str) -> Vec<(&'static str, String)> {
    let bom = "\u{feff}";
    vec![
        ("a line", format!("{token}\n")),
        ("CRLF", format!("{token}\r\n")),
        ("spaces", format!("  {token}\t\n")),
        ("double quotes", format!("\"{token}\"\n")),
        ("single quotes", format!("'{token}'")),
        ("a BOM", format!("{bom}{token}\n")),
        ("a BOM and quotes", format!("{bom}\"{token}\"\r\n")),
        ("Bearer", format!("Bearer {token}")),
        ("lower-case bearer", format!("bearer {token}\n")),
        ("Authorization", format!("Authorization: Bearer {token}\r\n")),
        ("Cookie", format!("Cookie: theme=dark; __Host-session={token}; a=b\n")),
        ("Set-Cookie", format!("Set-Cookie: __Host-session={token}; Path=/; Secure; HttpOnly\n")),
        ("curl", format!("$ curl -sSb '__Host-session={token}' https://shop.example/\n")),
        ("curl without a space", format!("curl -sHCookie:__Host-session={token} https://shop.example/\n")),
        ("wget", format!("wget --header='Cookie: __Host-session={token}' https://shop.example/\n")),
        ("httpie", format!("http shop.example 'Cookie:a=b; __Host-session={token}'\n")),
        (
            "PowerShell",
            format!("iwr https://shop.example/ -Headers @{{Cookie=\"__Host-session={token}\"}}\r\n"),
        ),
        (
            "fetch",
            format!(
                "fetch(\"/\", {{\n  \"headers\": {{\n \"cookie\": \"__Host-session={token}\"\n}}\n}});\n"
            ),
        ),
    ]
}

#[test]
fn verify_reads_a_token_in_every_form_of_the_web() {
    let env = TestEnv::new();
    let token = env.generate(&["--kind", "anonymous"]);
    for (name, text) in forms(&token) {
        env.write_file("form", &text);
        for output in [env.run_with_stdin(&["verify", "-"], &text), env.run(&["verify", "@form"])] {
            assert_eq!((output.stdout().as_str(), output.exit_code()), ("active", 0), "{name}: {output:?}");
        }
        let output = env.cmd(&["verify"]).env("SESSIONCTL_TOKEN", &text).run();
        assert_eq!(output.stdout(), "active", "{name} in the environment: {output:?}");
    }
}

#[test]
fn logout_ends_the_session_of_a_token_in_every_form() {
    let env = TestEnv::new();
    for (name, text) in forms(&"0".repeat(64)) {
        let token = env.generate(&["--kind", "anonymous"]);
        let text = text.replace(&"0".repeat(64), &token);
        env.run_with_stdin(&["logout", "-"], &text).ok();
        assert_eq!(env.verdict(&token), "revoked", "{name}");
    }
}

#[test]
fn revoke_ends_the_session_of_a_token_in_every_form() {
    let env = TestEnv::new();
    for (name, text) in forms(&"0".repeat(64)) {
        let token = env.generate(&["--kind", "anonymous"]);
        let text = text.replace(&"0".repeat(64), &token);
        env.run_with_stdin(&["revoke", "--stdin", "--yes"], &text).ok();
        assert_eq!(env.verdict(&token), "revoked", "{name}");
    }
}

#[test]
fn every_command_reads_every_form_that_as_writes() {
    for form in ["token", "set-cookie", "cookie", "curl", "jar", "json"] {
        let env = TestEnv::new();
        let written = env.run(&["generate", "--kind", "anonymous", "--as", form]).ok().stdout();
        env.write_file("form", &written);
        for args in [
            &["verify", "@form"][..],
            &["inspect", "@form"],
            &["data", "set", "@form", "k", "1"],
            &["rotate", "@form", "--grace", "30s"],
            &["logout", "@form"],
        ] {
            let output = env.run(args);
            assert_eq!(output.exit_code(), 0, "{form}: {output:?}");
        }
        assert_eq!(env.field("1", "state"), "revoked", "{form}");
    }
}

#[test]
fn text_without_a_token_is_reported_as_such() {
    let env = TestEnv::new();
    let token = env.generate(&["--kind", "anonymous"]);
    for text in ["hello", "{\"id\":1}", "Cookie: a=b", &token[..63], "Authorization: Basic dXNlcg=="] {
        for args in [["verify", "-"], ["logout", "-"], ["rotate", "-"]] {
            let output = env.run_with_stdin(&args, text);
            assert!([2, 3].contains(&output.exit_code()), "{output:?}");
            assert!(output.stderr().contains("token"), "{args:?} '{text}': {output:?}");
            assert!(!output.stderr().contains("already"), "{args:?} '{text}': {output:?}");
        }
    }
}

#[test]
fn two_tokens_where_one_is_expected_are_an_error() {
    for args in [&["logout", "-"][..], &["verify", "-"], &["rotate", "-"], &["inspect", "-"]] {
        let env = TestEnv::new();
        let tokens = env.generate_many(2);
        let output = env.run_with_stdin(args, &tokens.join("\n"));
        assert_eq!(output.exit_code(), 2, "{output:?}");
        assert_eq!(env.ids(&[]).len(), 2, "{args:?} took the first of two tokens");
    }
}

#[test]
fn batch_reports_lines_without_a_token() {
    let env = TestEnv::new();
    let token = env.generate(&["--kind", "anonymous"]);
    let output = env.run_with_stdin(&["verify", "--batch"], &format!("hello world\n{token}\n"));
    assert!(output.stderr().contains("token"), "{output:?}");
    assert_eq!(output.stdout().lines().last(), Some("active"));
}

#[test]
fn generate_as_prints_the_requested_form_for_any_number() {
    for number in ["1", "2", "3"] {
        let env = TestEnv::new();
        let output = env.run(&["generate", "--kind", "anonymous", "-n", number, "--as", "json"]).ok();
        let text = output.json().to_string();
        assert_eq!(text.matches("\"token\"").count().to_string(), number, "{text}");
    }
}

#[test]
fn near_token_is_not_echoed_in_an_error() {
    let env = TestEnv::new();
    let token = env.generate(&["--kind", "anonymous"]);
    let slips = [
        format!("O{}", &token[1..]),
        format!("{}l", &token[..63]),
        format!("{token}0"),
        format!("{}-{}", &token[..32], &token[32..]),
        token.to_uppercase(),
        format!("sctl{token}"),
    ];
    for slip in &slips {
        for args in [
            &["user", "show", slip.as_str()][..],
            &["list", "--user", slip],
            &["user", "add", slip, "--no-password"],
            &["db", "policy", slip],
            &["list", "--app", slip, "--must-exist"],
            &["--db", slip, "list"],
            &["verify", &format!("@{slip}")],
        ] {
            let output = env.run(args);
            let text = output.stdout_and_stderr().to_lowercase();
            let shown = (0..=40).any(|at| text.contains(&token[at..at + 24]));
            assert!(!shown, "{output:?}");
        }
    }
}
