//! Empty values, as a script's variable without a value leaves them: one that selects, requires or names something is a usage
//! error that names its argument; one that describes a client, and a variable of the environment, count as not given.

use crate::harness::TestEnv;

#[test]
fn empty_value_is_a_usage_error_that_names_its_argument() {
    let env = TestEnv::with_users(&["bob"]);
    env.write_file("t", env.generate(&["--user", "bob"]));
    for (line, argument) in [
        ("revoke --user bob --yes --except ''", "'--except <SESSION>'"),
        ("revoke '' --yes", "'[ID]...'"),
        ("revoke ' ' --yes", "'[ID]...'"),
        ("expire 1 '' --yes", "'[ID]...'"),
        ("list --under ''", "'--under <ID>'"),
        ("list --app ''", "'--app <APP>'"),
        ("list --user ''", "'--user <NAME>'"),
        ("list --label ''", "'--label <GLOB>'"),
        ("list --scope ''", "'--scope <SCOPE>'"),
        ("list --ip ''", "'--ip <CIDR>'"),
        ("list --not-app ''", "'--not-app <APP>'"),
        ("list --seen-before ''", "'--seen-before <TIME>'"),
        ("verify --app '' @t", "'--app <NAME>'"),
        ("verify --scope '' @t", "'--scope <SCOPE>'"),
        ("verify --max-auth-age '' @t", "'--max-auth-age <DURATION>'"),
        ("verify ''", "'[TOKEN]'"),
        ("logout ''", "'[TOKEN]'"),
        ("rotate ''", "'[TOKEN]'"),
        ("inspect ''", "'[SESSION]...'"),
        ("tree ''", "'[SESSION]'"),
        ("generate --user ''", "'--user <NAME>'"),
        ("generate --user bob --under ''", "'--under <SESSION>'"),
        ("login ''", "'<NAME>'"),
        ("log --actor ''", "'--actor <NAME>'"),
        ("log --session ''", "'--session <SESSION>'"),
        ("log --user ''", "'--user <NAME>'"),
        ("data get '' theme", "'<SESSION>'"),
        ("jwt keys revoke '' --yes", "'<KID>'"),
        ("jwt verify @t --audience ''", "'--audience <NAME>'"),
        ("user show ''", "'<NAME>'"),
    ] {
        let output = env.bash(&format!("sessionctl {line}")).run().fails_with(2);
        assert!(output.stderr().contains(argument), "{line}: {}", output.stderr());
    }
    assert_eq!(env.ids(&[]), ["1"], "nothing was ended");
}

#[test]
fn empty_key_is_no_key_of_any_value() {
    let env = TestEnv::with_users(&["bob"]);
    env.generate(&["--user", "bob"]);
    for line in [&["data", "get", "1", ""][..], &["data", "unset", "1", ""], &["data", "set", "1", "", "1"]] {
        env.run(line).fails_with(2).stderr_contains("a key has 1 to 128 bytes");
    }
}

#[test]
fn empty_description_of_a_client_counts_as_not_given() {
    let env = TestEnv::with_users(&["bob"]);
    let token = env.generate(&["--user", "bob", "--app", "", "--label", "", "--ip", "", "--user-agent", ""]);
    assert_eq!(env.verdict_with(&token, &["--ip", ""]), "active");
    for field in ["app", "label", "ip", "user_agent", "last_ip"] {
        assert_eq!(env.field("1", field), "", "{field}");
    }
}
