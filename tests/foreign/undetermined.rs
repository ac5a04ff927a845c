//! What a list says of the values that a table does not show: once, with what determines them, and only to a reader who
//! sees an empty cell.

use crate::Site;

const SENTENCE: &str = "cannot be determined: authenticates of 2 sessions";

/// What a command prints, on one line.
fn printed(site: &Site, arguments: &[&str]) -> String {
    let (code, text) = site.run(arguments, "");
    assert_eq!(code, 0, "{text}");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn list_names_what_it_cannot_determine_and_what_determines_it() {
    let text = printed(&Site::new(), &["list"]);
    let whole = format!(
        "{SENTENCE}; --app-secret @FILE with Django's SECRET_KEY can determine authenticates; --fields id,why shows the reasons"
    );
    assert!(text.contains(&whole), "{text}");
    assert_eq!(text.matches("cannot be determined").count(), 1, "{text}");
}

#[test]
fn list_names_only_the_fields_that_it_shows() {
    let site = Site::new();
    site.execute("UPDATE django_session SET expire_date = 'later'");
    let text = printed(&site, &["list", "--fields", "id,state"]);
    assert!(text.contains("cannot be determined: state of 2 sessions; --fields"), "{text}");
    assert!(!text.contains("--app-secret"), "{text}");
    for arguments in
        [&["list", "--fields", "id,user"][..], &["list", "--fields", "id,state,why"], &["-q", "list"]]
    {
        let text = printed(&site, arguments);
        assert!(!text.contains("cannot be determined"), "{arguments:?}: {text}");
    }
    for format in ["json", "jsonl", "csv", "ids", "count"] {
        let text = printed(&site, &["list", "--format", format]);
        assert!(!text.contains("cannot be determined"), "{format}: {text}");
    }
}

#[test]
fn inspect_names_the_secret_that_would_answer() {
    let site = Site::new();
    let ids = site.run(&["-q", "list", "--format", "ids"], "").1;
    let text = printed(&site, &["inspect", ids.lines().next().unwrap()]);
    assert!(
        text.contains("accepted unknown") && text.contains("hint: the program's secret may decide it"),
        "{text}"
    );
}
