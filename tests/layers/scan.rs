//! Reads Rust just well enough to find the paths into the crate: comments and literals are blanked, the rest cut
//! into words and signs with their lines.

/// A source file.
pub(crate) struct Source {
    /// Relative to `src`.
    pub(crate) path: String,
    pub(crate) text: String,
    tokens: Vec<Token>,
}

/// A word, or one sign; `::` is one sign. String literals are one token with their quotes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Token {
    pub(crate) text: String,
    pub(crate) line: usize,
}

/// A path into the crate, from its root.
#[derive(Debug)]
pub(crate) struct Path {
    pub(crate) parts: Vec<String>,
    pub(crate) line: usize,
}

impl Source {
    pub(crate) fn new(path: &str, text: &str) -> Self {
        Source { path: path.to_owned(), text: text.to_owned(), tokens: tokens(text) }
    }

    pub(crate) fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// The layer the file belongs to; none for the crate's roots.
    pub(crate) fn layer(&self) -> Option<&str> {
        match self.path.split_once('/') {
            Some((layer, _)) => Some(layer),
            None => Some(self.path.trim_end_matches(".rs")).filter(|name| !["lib", "main"].contains(name)),
        }
    }

    /// Whether the file is, or stands below, the module whose file would be `module` without its `.rs`.
    pub(crate) fn is_below(&self, module: &str) -> bool {
        self.path.strip_prefix(module).is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
    }

    /// The names of the modules from the crate's root to this file.
    fn module(&self) -> Vec<String> {
        let mut parts: Vec<String> =
            self.path.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
        if parts.last().is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str())) {
            parts.pop();
        }
        parts
    }

    /// The files of the modules that are declared here under `#[cfg(test)]`, without their `.rs`.
    pub(crate) fn test_modules(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(start) = next_test_item(&self.tokens, at) {
            let item = &self.tokens[start..item_end(&self.tokens, start)];
            at = start + item.len();
            let name = item.windows(3).find(|three| three[0].text == "mod" && three[2].text == ";");
            let Some(name) = name.map(|three| &three[1].text) else { continue };
            let given = item.windows(3).find(|three| three[0].text == "path" && three[1].text == "=");
            found.push(match given {
                Some(three) => {
                    let folder = self.path.rsplit_once('/').map_or("", |(folder, _)| folder);
                    format!("{folder}/{}", three[2].text.trim_matches('"').trim_end_matches(".rs"))
                }
                None => [self.module(), vec![name.clone()]].concat().join("/"),
            });
        }
        found
    }

    /// Every path into the crate that code outside of `#[cfg(test)]` names.
    pub(crate) fn paths(&self) -> Vec<Path> {
        let tokens = without_tests(&self.tokens);
        let (mut found, mut at) = (Vec::new(), 0);
        // The modules that are open in this file, each with the depth of braces outside of it.
        let mut inner: Vec<(String, usize)> = Vec::new();
        let mut depth = 0;
        while at < tokens.len() {
            let text = |offset: usize| tokens.get(at + offset).map_or("", |token| token.text.as_str());
            let before =
                |offset: usize| at.checked_sub(offset).map_or("", |before| tokens[before].text.as_str());
            let is_visibility = before(1) == "in" && before(2) == "(";
            match text(0) {
                "mod" if text(2) == "{" => inner.push((text(1).to_owned(), depth)),
                "{" => depth += 1,
                "}" => {
                    depth -= 1;
                    inner.retain(|(_, outside)| *outside < depth);
                }
                "crate" | "self" | "super" | "sessionctl"
                    if text(1) == "::" && before(1) != "::" && !is_visibility =>
                {
                    let names = inner.iter().map(|(name, _)| name.clone());
                    let here = self.module().into_iter().chain(names).collect::<Vec<_>>();
                    at = tree(&tokens, at, &here, &[], &mut found);
                    continue;
                }
                _ => {}
            }
            at += 1;
        }
        found
    }
}

/// Follows the path or tree of paths that begins at `at`, below `prefix`, and returns where it ends.
fn tree(tokens: &[Token], mut at: usize, here: &[String], prefix: &[String], found: &mut Vec<Path>) -> usize {
    let mut parts = prefix.to_vec();
    let line = tokens[at].line;
    loop {
        match tokens.get(at).map_or("", |token| token.text.as_str()) {
            "{" => {
                at += 1;
                while let Some(token) = tokens.get(at) {
                    match token.text.as_str() {
                        "}" => return at + 1,
                        "," => at += 1,
                        _ => at = tree(tokens, at, here, &parts, found),
                    }
                }
                return at;
            }
            "crate" | "sessionctl" => parts.clear(),
            // At the start it stands for this module; within a group for what precedes it.
            "self" if prefix.is_empty() && parts.is_empty() => parts = here.to_vec(),
            "self" => {}
            "super" => {
                if prefix.is_empty()
                    && tokens.get(at.wrapping_sub(1)).is_none_or(|before| before.text != "::")
                {
                    parts = here.to_vec();
                }
                parts.pop();
            }
            name => parts.push(name.to_owned()),
        }
        at += 1;
        let goes_on = tokens.get(at).is_some_and(|token| token.text == "::")
            && tokens
                .get(at + 1)
                .is_some_and(|next| is_word(&next.text) || ["{", "*"].contains(&next.text.as_str()));
        if goes_on {
            at += 1;
            continue;
        }
        if tokens.get(at).is_some_and(|token| token.text == "as") {
            at += 2;
        }
        found.push(Path { parts, line });
        return at;
    }
}

fn is_word(text: &str) -> bool {
    text.starts_with(|first: char| first == '_' || first.is_alphabetic())
}

/// Where the next item under `#[cfg(test)]` begins, its attribute included.
fn next_test_item(tokens: &[Token], from: usize) -> Option<usize> {
    const ATTRIBUTE: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    let is_attribute = |seven: &[Token]| seven.iter().zip(ATTRIBUTE).all(|(token, text)| token.text == text);
    tokens[from..].windows(ATTRIBUTE.len()).position(is_attribute).map(|offset| from + offset)
}

/// Where the item that begins at `from` ends: after its first block, or its semicolon.
fn item_end(tokens: &[Token], from: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(from) {
        match token.text.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" => depth = depth.saturating_sub(1),
            "}" => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            ";" if depth == 0 => return at + 1,
            _ => {}
        }
    }
    tokens.len()
}

fn without_tests(tokens: &[Token]) -> Vec<Token> {
    let (mut kept, mut at) = (Vec::new(), 0);
    while let Some(start) = next_test_item(tokens, at) {
        kept.extend_from_slice(&tokens[at..start]);
        at = item_end(tokens, start);
    }
    kept.extend_from_slice(&tokens[at..]);
    kept
}

/// Cuts `text` into tokens. Comments and characters are dropped; a string is kept whole.
fn tokens(text: &str) -> Vec<Token> {
    let (mut found, mut rest, mut line) = (Vec::new(), text, 1);
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            block_comment(rest)
        } else if let Some(length) = string(rest) {
            found.push(Token { text: rest[..length].to_owned(), line });
            length
        } else if first == '\'' {
            character(rest)
        } else if is_word(rest) {
            let length = rest.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(rest.len());
            found.push(Token { text: rest[..length].to_owned(), line });
            length
        } else {
            let length = if rest.starts_with("::") { 2 } else { first.len_utf8() };
            if !first.is_whitespace() {
                found.push(Token { text: rest[..length].to_owned(), line });
            }
            length
        };
        line += rest[..length].matches('\n').count();
        rest = &rest[length..];
    }
    found
}

/// How long the block comment at the start is, those within it included.
fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < text.len() {
        match text.as_bytes()[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

/// How long the string at the start is, if one is there: plain, of bytes, of C, or raw.
fn string(text: &str) -> Option<usize> {
    let prefix = text.find(|c| !['b', 'c', 'r'].contains(&c))?;
    let hashes = text[prefix..].len() - text[prefix..].trim_start_matches('#').len();
    let body = text[prefix + hashes..].strip_prefix('"')?;
    let start = prefix + hashes + 1;
    if text[..prefix].contains('r') {
        let end = format!("\"{}", "#".repeat(hashes));
        return Some(body.find(&end).map_or(text.len(), |at| start + at + end.len()));
    }
    if hashes > 0 {
        return None;
    }
    let mut escaped = false;
    let end = body.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    });
    Some(end.map_or(text.len(), |at| start + at + 1))
}

/// How long the character at the start is, or only its quote where it is a lifetime.
fn character(text: &str) -> usize {
    let mut chars = text[1..].chars();
    match (chars.next(), chars.next()) {
        (Some('\\'), Some(escape)) => {
            let start = 2 + escape.len_utf8();
            text[start..].find('\'').map_or(text.len(), |at| start + at + 1)
        }
        (Some(one), Some('\'')) => 2 + one.len_utf8(),
        _ => 1,
    }
}
