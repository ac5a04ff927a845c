//! What is taken after keys, and what is shown.

use super::*;

fn items() -> Vec<String> {
    ["3 web dave 203.0.113.3", "2 web davina 203.0.113.2", "1 api alice backup"].map(str::to_owned).to_vec()
}

/// What is taken after these keys; `None` while it goes on or where it ended without.
fn taken(take: Take, keys: &[Key]) -> Option<Vec<usize>> {
    let items = items();
    let mut picker = Picker::new("Which?", &items, take);
    keys.iter().find_map(|key| match picker.press(key) {
        Pressed::Goes => None,
        Pressed::Ends(taken) => Some(taken),
    })?
}

fn typed(text: &str) -> Vec<Key> {
    text.chars().map(Key::Char).collect()
}

#[test]
fn typing_filters_by_each_word_and_marks_nothing() {
    let filter = |text: &str| taken(Take::Some, &[typed(text), vec![Key::Enter]].concat());
    assert_eq!(filter(""), Some(vec![0]));
    assert_eq!(filter("davina"), Some(vec![1]));
    assert_eq!(filter("113.2 dav"), Some(vec![1]));
    assert_eq!(filter("ALICE"), Some(vec![2]));
    assert_eq!(filter("nobody"), None, "Enter takes nothing where nothing is shown");
}

#[test]
fn items_that_contain_the_filter_keep_scattered_letters_out() {
    let items =
        ["1 web carol, Android Linux ice", "2 web alice, Firefox", "3 web Alice, curl"].map(str::to_owned);
    let shown = |filter: &str| {
        let mut picker = Picker::new("Which?", &items, Take::Some);
        typed(filter).iter().for_each(|key| drop(picker.press(key)));
        picker.shown
    };
    assert_eq!(shown("alice"), [1, 2]);
    assert_eq!(shown("CURL ali"), [2]);
    assert_eq!(shown("firfox"), [1], "a letter is missing");
    assert_eq!(shown(""), [0, 1, 2]);
}

#[test]
fn tab_marks_one_and_the_marks_outlive_the_filter() {
    let keys = [typed("alice"), vec![Key::Tab, Key::Char(CTRL_U)], typed("dave"), vec![Key::Tab, Key::Enter]];
    assert_eq!(taken(Take::Some, &keys.concat()), Some(vec![0, 2]));
    assert_eq!(taken(Take::Some, &[Key::Tab, Key::ArrowUp, Key::Tab, Key::Enter]), Some(vec![1]));
    assert_eq!(taken(Take::One, &[Key::Tab, Key::Enter]), Some(vec![1]));
}

#[test]
fn letter_marks_its_item_and_enter_takes_it() {
    let entered = |text: &str| taken(Take::Lettered, &[typed(text), vec![Key::Enter]].concat());
    assert_eq!(taken(Take::Lettered, &typed("b")), None, "a letter takes nothing");
    assert_eq!(entered("b"), Some(vec![1]));
    assert_eq!(entered("bxdC"), Some(vec![2]));
    assert_eq!(entered("ca"), Some(vec![0]));
    assert_eq!(taken(Take::Lettered, &[Key::ArrowDown, Key::Enter]), Some(vec![0]));
    assert_eq!(taken(Take::Lettered, &[Key::ArrowDown, Key::ArrowDown, Key::Enter]), Some(vec![1]));
    let items = items();
    let mut picker = Picker::new("Which?", &items, Take::Lettered);
    assert!(picker.lines(24, 80)[1].starts_with("  a) 3 web dave"), "none is marked at first");
    assert!(matches!(picker.press(&Key::Enter), Pressed::Goes), "Enter alone is no answer");
    assert!(picker.lines(24, 80).last().unwrap().starts_with("First mark an answer with a to c"));
    let _ = picker.press(&Key::Char('a'));
    let lines = picker.lines(24, 80);
    assert!(lines[1].starts_with("> a) 3 web dave") && lines[3].starts_with("  c) 1 api"), "{lines:?}");
    assert!(lines.last().unwrap().contains("a to c"), "{lines:?}");
}

#[test]
fn escape_and_ctrl_d_end_without_an_item() {
    for key in [Key::Escape, Key::Char(CTRL_D)] {
        let items = items();
        let mut picker = Picker::new("Which?", &items, Take::Some);
        picker.press(&Key::Tab);
        assert!(matches!(picker.press(&key), Pressed::Ends(None)));
    }
}

#[test]
fn line_that_is_too_wide_keeps_its_beginning_and_its_end() {
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:147.0) Gecko/20100101 Firefox/147.0";
    let line = format!("17 web 東京 alice shop 203.0.113.7, seen 3m ago, {agent}");
    for columns in [79, 78, 40] {
        let fitted = fit(&line, columns);
        assert!(fitted.starts_with("17 web 東京") && fitted.ends_with(" Firefox/147.0"), "{fitted}");
        assert!((columns - 1..=columns).contains(&measure_text_width(&fitted)), "{columns}: {fitted}");
    }
    assert_eq!(fit(&line, 200), line);
    assert!(measure_text_width(&fit(&"東".repeat(50), 7)) <= 7);
}

#[test]
fn lines_fit_the_screen() {
    let items: Vec<String> = (0..100).map(|number| format!("{number} {}", "wide ".repeat(30))).collect();
    let mut picker = Picker::new("Which of these sessions?", &items, Take::Some);
    picker.go(60);
    for (rows, columns) in [(24, 80), (10, 40), (3, 20)] {
        let lines = picker.lines(rows, columns);
        assert!(lines.len() <= rows.max(FRAME_ROWS + MIN_ITEM_ROWS), "{lines:?}");
        assert!(lines.iter().all(|line| console::measure_text_width(line) < columns), "{lines:?}");
        assert!(lines.iter().any(|line| line.starts_with("> [ ] 60")), "{lines:?}");
    }
}

#[test]
fn answers_of_several_lines_fit_the_screen() {
    let items: Vec<String> = (0..6).map(|number| format!("{number} {}", "wide ".repeat(20))).collect();
    let mut picker = Picker::new("Which?", &items, Take::Lettered);
    picker.points = true;
    for (rows, columns) in [(24, 80), (10, 40), (6, 40), (9, 200)] {
        for place in (0..items.len()).chain((0..items.len()).rev()) {
            picker.at = place;
            let lines = picker.lines(rows, columns);
            assert!(lines.len() < rows, "{rows}: {lines:?}");
            let mark = format!("> {}) {place}", letter(place));
            assert!(lines.iter().any(|line| line.starts_with(&mark)), "{rows}: {lines:?}");
        }
    }
    picker.at = 0;
    let lines = picker.lines(24, 80);
    let begins = |letter: char| lines.iter().any(|line| line[2..].starts_with(&format!("{letter}) ")));
    assert!(('a'..='f').all(begins), "all where there is room: {lines:?}");
}
