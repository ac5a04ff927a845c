//! A search for every secret that was handed out or in, in every file and all output.

use base64ct::{Base64, Base64Unpadded, Base64UrlUnpadded, Encoding as _};

use crate::harness::{Place, Ran};

const USERS: usize = 10;
const LOGINS: usize = 5;

/// A secret and the forms in which it could be written down.
struct Secret {
    forms: Vec<Vec<u8>>,
}

impl Secret {
    fn text(text: &str) -> Self {
        Self::of(&[text.as_bytes()])
    }

    fn token(token: &str) -> Self {
        let decoded = hex::decode(token.trim_start_matches("sctl_")).expect("hex");
        let mut secret = Self::of(&[token.as_bytes(), &decoded]);
        // Half of it would give the rest away to one who has the file.
        secret.forms.push(decoded[16..].to_vec());
        secret.forms.push(token.as_bytes()[token.len() - 32..].to_vec());
        secret
    }

    fn of(parts: &[&[u8]]) -> Self {
        let mut forms = Vec::new();
        for part in parts {
            forms.push(part.to_vec());
            forms.push(hex::encode(part).into_bytes());
            forms.push(hex::encode_upper(part).into_bytes());
            forms.push(Base64::encode_string(part).into_bytes());
            forms.push(Base64Unpadded::encode_string(part).into_bytes());
            forms.push(Base64UrlUnpadded::encode_string(part).into_bytes());
        }
        Secret { forms }
    }

    fn stands_in(&self, text: &[u8]) -> bool {
        self.forms.iter().any(|form| holds(text, form))
    }
}

fn holds(text: &[u8], needle: &[u8]) -> bool {
    let first = needle[0];
    let mut rest = text;
    while let Some(at) = rest.iter().position(|byte| *byte == first) {
        if rest[at..].starts_with(needle) {
            return true;
        }
        rest = &rest[at + 1..];
    }
    false
}

#[test]
fn the_search_finds_what_is_there() {
    let secret = Secret::token(&"0123456789abcdef".repeat(4));
    assert!(secret.stands_in(format!("x {} y", "0123456789abcdef".repeat(4)).as_bytes()));
    assert!(secret.stands_in(&[&b"zz"[..], &hex::decode("0123456789abcdef".repeat(4)).unwrap()].concat()));
    assert!(secret.stands_in(b"ASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4mrze8="));
    assert!(!secret.stands_in(b"0123456789abcdee0123456789abcdee"));
}

#[test]
fn no_secret_is_left_lying_about() {
    let place = Place::new();
    let mut secrets = Vec::new();
    let mut said = Vec::new();
    let mut hear = |ran: Ran| {
        said.push(ran.err().into_bytes());
        ran.out()
    };
    let mut tokens = Vec::new();
    for user in 0..USERS {
        let name = format!("user-{user}");
        let password = format!("pass {user} phrase {} of its own", user * 7919);
        hear(place.feed(&["user", "add", &name, "--password-stdin", "-v", "--explain"], &password).ok());
        for _ in 0..LOGINS {
            let args = ["login", &name, "--password-stdin", "-v", "--explain"];
            tokens.push(hear(place.feed(&args, &password).ok()));
        }
        let wrong = format!("wrong {user} phrase {} of its own", user * 7907);
        hear(place.feed(&["login", &name, "--password-stdin", "-v", "--explain"], &wrong).code(6));
        secrets.push(Secret::text(&password));
        secrets.push(Secret::text(&wrong));
    }
    tokens.push(place.generate(&["--kind", "api", "--user", "user-0", "--scope", "x"]));
    for token in tokens.clone().iter().step_by(5) {
        hear(place.feed(&["verify", "-", "-v", "--explain"], token).ok());
        hear(place.feed(&["inspect", "-", "-v", "--explain"], token).ok());
        let jwt = hear(place.feed(&["jwt", "issue", "-", "-v", "--explain"], token).any_code(&[0, 2, 6, 7]));
        if !jwt.is_empty() {
            secrets.push(Secret::text(jwt.rsplit('.').next().unwrap()));
        }
        let new = hear(place.feed(&["rotate", "-", "-v", "--explain"], token).ok());
        hear(place.feed(&["logout", "-", "-v", "--explain"], &new).ok());
        tokens.push(new);
    }
    assert!(tokens.len() > 50);
    secrets.extend(tokens.iter().map(|token| Secret::token(token)));

    place.run(&["db", "backup", "copy.db"]).ok();
    for format in ["table", "json", "csv"] {
        said.push(place.run(&["log", "--format", format]).ok().all().into_bytes());
        said.push(place.run(&["list", "--all", "--format", format]).ok().all().into_bytes());
        said.push(place.run(&["user", "list", "--format", format]).ok().all().into_bytes());
    }
    let mut files = 0;
    for entry in std::fs::read_dir(place.path("")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            files += 1;
            let bytes = std::fs::read(&path).unwrap();
            let found = secrets.iter().filter(|secret| secret.stands_in(&bytes)).count();
            assert_eq!(found, 0, "secrets in {}", path.display());
        }
    }
    assert!(files >= 2, "the database or its copy was not searched");
    for text in &said {
        let found = secrets.iter().filter(|secret| secret.stands_in(text)).count();
        assert_eq!(found, 0, "{}", String::from_utf8_lossy(text));
    }
}
