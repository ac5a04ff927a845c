//! Flipped bytes and lost pages, in the database, its write-ahead log and a backup: no panic, no hang, and no
//! token is accepted that was not active.

use std::fs;
use std::path::Path;

use crate::report::{tell, times};
use crate::template::Template;

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }
}

fn hurt(path: &Path, dice: &mut Dice) -> String {
    let mut bytes = fs::read(path).unwrap();
    if bytes.is_empty() {
        return "an empty file".to_owned();
    }
    let place = dice.roll(bytes.len());
    let what = match dice.roll(5) {
        0 => {
            bytes.truncate(place);
            format!("cut at {place}")
        }
        1 => {
            let page = place / 4_096 * 4_096;
            let end = (page + 4_096).min(bytes.len());
            bytes[page..end].fill(0);
            format!("page at {page} zeroed")
        }
        _ => {
            let bit = 1 << dice.roll(8);
            bytes[place] ^= bit;
            format!("bit {bit:#x} of byte {place} flipped")
        }
    };
    fs::write(path, bytes).unwrap();
    what
}

#[test]
fn no_damage_lets_anybody_in() {
    let template = Template::new();
    // A write-ahead log with changes that are not in the main file.
    let (db, wal) = (template.place.db(), format!("{}-wal", template.place.db().display()));
    template.place.feed(&["logout", "-"], &template.web).ok();
    template.place.run(&["generate", "--kind", "anonymous", "-n", "50"]).ok();
    assert!(fs::metadata(&wal).unwrap().len() > 4_096);
    let dead = [&template.web, &template.revoked];
    let unknown = "0123456789abcdef".repeat(4);
    let mut dice = Dice(20);
    let (mut told, tried) = (0, times(150, 20_000));
    for number in 0..tried {
        let copy = template.place.path("hurt.db");
        fs::copy(&db, &copy).unwrap();
        let copied_wal = format!("{}-wal", copy.display());
        fs::copy(&wal, &copied_wal).unwrap();
        let _ = fs::remove_file(format!("{}-shm", copy.display()));
        let in_wal = number % 3 == 0;
        let what = hurt(if in_wal { Path::new(&copied_wal) } else { &copy }, &mut dice);
        let place = format!("{what} in the {}", if in_wal { "log" } else { "database" });
        let token = dead[number % 2];
        // A log that is cut holds what was before: of the one that was revoked in it nothing is claimed.
        let may_live = in_wal && number % 2 == 0;
        for (token, may_live) in [(token, may_live), (&unknown, false)] {
            let ran = template
                .place
                .call(&["verify", "-", "--no-touch"])
                .env("SESSIONCTL_DB", &copy)
                .stdin(token)
                .run();
            assert!(may_live || ran.code_of() != 0, "{place}: {ran:?}");
            assert!(!ran.err().contains("panicked"), "{place}: {ran:?}");
            told += usize::from(ran.code_of() == 1);
        }
        let check = template.place.call(&["db", "check"]).env("SESSIONCTL_DB", &copy).run();
        assert!([0, 1].contains(&check.code_of()) && !check.err().contains("panicked"), "{place}: {check:?}");
        let list =
            template.place.call(&["list", "--all", "--format", "jsonl"]).env("SESSIONCTL_DB", &copy).run();
        assert!([0, 1].contains(&list.code_of()) && !list.err().contains("panicked"), "{place}: {list:?}");
    }
    assert!(told > 0, "no damage was noticed");
    tell("flipped bits, zeroed pages and cut ends", tried, "no token accepted that was not active");
}
