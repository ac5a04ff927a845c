//! A search for many secrets at once, in every encoding in which one could be written.

use std::collections::HashMap;

use base64ct::{Base64Unpadded, Base64UrlUnpadded, Encoding as _};

/// The byte strings to find, by their first eight bytes.
#[derive(Default)]
pub(crate) struct Search {
    needles: HashMap<[u8; 8], Vec<Vec<u8>>>,
    secrets: usize,
}

impl Search {
    pub(crate) fn secrets(&self) -> usize {
        self.secrets
    }

    /// Adds a password or another text.
    pub(crate) fn text(&mut self, text: &str) {
        self.secrets += 1;
        self.add(text.as_bytes());
    }

    /// Adds a token: its text, its bytes, and each half, because a half would reveal the rest to a reader of
    /// the file.
    pub(crate) fn token(&mut self, token: &str) {
        let hex = token.trim_start_matches("sctl_");
        let decoded = hex::decode(hex).expect("hex");
        let (front, back) = decoded.split_at(decoded.len() / 2);
        self.secrets += 1;
        for part in [token.as_bytes(), &decoded, front, back] {
            self.add(part);
        }
        self.needle(&hex.as_bytes()[..32]);
        self.needle(&hex.as_bytes()[32..]);
    }

    fn add(&mut self, part: &[u8]) {
        self.needle(part);
        self.needle(hex::encode(part).as_bytes());
        self.needle(hex::encode_upper(part).as_bytes());
        // Inside a longer text the base64 form starts at one of three positions in a group of four digits,
        // and its first and last digits depend on the neighbours.
        for (before, skip) in [(0, 0), (1, 2), (2, 3)] {
            let padded = [&[0; 2][..before], part].concat();
            let whole = padded.len() / 3 * 4;
            for text in [Base64Unpadded::encode_string(&padded), Base64UrlUnpadded::encode_string(&padded)] {
                self.needle(&text.as_bytes()[skip..whole]);
            }
        }
    }

    fn needle(&mut self, bytes: &[u8]) {
        let first = *bytes.first_chunk().expect("a secret of some length");
        let alike = self.needles.entry(first).or_default();
        if !alike.iter().any(|needle| needle == bytes) {
            alike.push(bytes.to_vec());
        }
    }

    /// The number of encodings that a text contains.
    pub(crate) fn count(&self, text: &[u8]) -> usize {
        let at = |env: usize| {
            let first: &[u8; 8] = text[env..].first_chunk()?;
            self.needles.get(first).map(|alike| alike.iter().filter(|n| text[env..].starts_with(n)).count())
        };
        (0..text.len()).filter_map(at).sum()
    }
}

#[test]
fn search_finds_every_encoding_of_a_secret() {
    let (mut search, token) = (Search::default(), "0123456789abcdef".repeat(4));
    search.token(&token);
    search.text("correct horse battery staple");
    let decoded = hex::decode(&token).unwrap();
    let found = |text: &[u8]| search.count(text) > 0;
    assert!(found(format!("x {token} y").as_bytes()));
    assert!(found(&token.as_bytes()[32..]) && found(&token.as_bytes()[..32]));
    assert!(found(&[b"zz", &decoded[..]].concat()) && found(&decoded[16..]) && found(&decoded[..16]));
    assert!(found(token.to_uppercase().as_bytes()));
    assert!(found(hex::encode("correct horse battery staple").as_bytes()));
    for before in 0..4 {
        let longer = [&b"name="[..before], &decoded, b"; x"].concat();
        assert!(found(Base64Unpadded::encode_string(&longer).as_bytes()), "{before}");
        assert!(found(Base64UrlUnpadded::encode_string(&longer).as_bytes()), "{before}");
    }
    assert!(!found(b"0123456789abcdee0123456789abcdee") && !found(b"correct horse battery") && !found(b""));
}
