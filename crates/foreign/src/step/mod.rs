//! Token steps: how what a client holds becomes the value of a column. Each step is a small function of text,
//! named in a layout. No database here; a value in between is as secret as the token.

mod hash;
mod laravel;
mod rails;
mod signature;

use base64ct::{Base64, Base64UrlUnpadded, Encoding as _};
use sha2::{Digest as _, Sha256, Sha512};
use zeroize::Zeroizing;

use crate::codec::{Codec, Node};

pub use signature::Signature;

/// The most bytes of a token; a header field is never longer.
pub const MAX_TOKEN_BYTES: usize = 16 * 1024;

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Decodes `%41`.
    UrlDecode,
    /// Removes this text, which must be in front.
    After(String),
    /// Keeps what is before the last occurrence of this text.
    BeforeLast(String),
    /// Puts this text in front.
    Prefix(String),
    /// HMAC-SHA-256 under the program's secret, in base64.
    HmacSha256Base64,
    /// Appends the program's secret.
    AppendSecret,
    /// SHA-256 in hexadecimal digits.
    Sha256Hex,
    /// SHA-512 in hexadecimal digits.
    Sha512Hex,
    /// The claim of this name in a JWT, whose signature is not checked by the step.
    JwtClaim(String),
    /// The message in a signed cookie of Rails, whose signature is not checked by the step.
    RailsSigned,
    /// The value in an encrypted cookie of Laravel, whose check is verified.
    LaravelDecrypt,
    /// The text must be a whole number.
    Int,
}

/// Why a token could not be turned into the value of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepError {
    /// The token does not have the form that the step needs: it is another kind of token.
    Form,
    /// The step needs the program's secret, and none was given.
    SecretMissing,
    /// The secret is not in a form that the step can use, or is another one.
    SecretWrong,
}

impl Step {
    /// The names, as a layout writes them.
    pub const NAMES: [&str; 12] = [
        "url-decode",
        "after X",
        "before-last X",
        "prefix X",
        "hmac-sha256-b64",
        "append-secret",
        "sha256-hex",
        "sha512-hex",
        "jwt-claim X",
        "rails-signed",
        "laravel-decrypt",
        "int",
    ];

    /// Whether the result lets nobody in: it is a hash of the token, or what the token says under a signature.
    pub(crate) fn hides_result(&self) -> bool {
        matches!(self, Step::Sha256Hex | Step::Sha512Hex | Step::HmacSha256Base64 | Step::RailsSigned)
    }

    /// The step that a layout calls `words`.
    #[must_use]
    pub fn named(words: &str) -> Option<Self> {
        let (word, rest) = words.split_once(' ').unwrap_or((words, ""));
        let step = match (word, rest) {
            ("after", text) if !text.is_empty() => Step::After(text.to_owned()),
            ("before-last", text) if !text.is_empty() => Step::BeforeLast(text.to_owned()),
            ("prefix", text) if !text.is_empty() => Step::Prefix(text.to_owned()),
            ("jwt-claim", text) if !text.is_empty() => Step::JwtClaim(text.to_owned()),
            ("url-decode", "") => Step::UrlDecode,
            ("hmac-sha256-b64", "") => Step::HmacSha256Base64,
            ("append-secret", "") => Step::AppendSecret,
            ("sha256-hex", "") => Step::Sha256Hex,
            ("sha512-hex", "") => Step::Sha512Hex,
            ("rails-signed", "") => Step::RailsSigned,
            ("laravel-decrypt", "") => Step::LaravelDecrypt,
            ("int", "") => Step::Int,
            _ => return None,
        };
        Some(step)
    }

    /// Whether the step uses the program's secret.
    #[must_use]
    pub fn needs_secret(&self) -> bool {
        matches!(self, Step::HmacSha256Base64 | Step::AppendSecret | Step::LaravelDecrypt)
    }

    /// Takes the step.
    ///
    /// # Errors
    /// [`StepError`].
    pub fn take(&self, token: &str, secret: Option<&str>) -> Result<Zeroizing<String>, StepError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(StepError::Form);
        }
        let secret_or_error = || secret.ok_or(StepError::SecretMissing);
        let text = match self {
            Step::UrlDecode => url_decode(token)?,
            Step::After(prefix) => token.strip_prefix(prefix.as_str()).ok_or(StepError::Form)?.to_owned(),
            Step::BeforeLast(text) => token
                .rsplit_once(text.as_str())
                .map(|(before, _)| before.to_owned())
                .ok_or(StepError::Form)?,
            Step::Prefix(prefix) => format!("{prefix}{token}"),
            Step::HmacSha256Base64 => {
                Base64::encode_string(&hash::hmac_sha256(secret_or_error()?.as_bytes(), token.as_bytes()))
            }
            Step::AppendSecret => format!("{token}{}", secret_or_error()?),
            Step::Sha256Hex => hex::encode(Sha256::digest(token.as_bytes())),
            Step::Sha512Hex => hex::encode(Sha512::digest(token.as_bytes())),
            Step::JwtClaim(claim) => jwt_claim(token, claim).ok_or(StepError::Form)?,
            Step::RailsSigned => rails::message(token).ok_or(StepError::Form)?,
            Step::LaravelDecrypt => return laravel::decrypt(token, secret_or_error()?).map(Zeroizing::new),
            Step::Int => {
                let digits = token.strip_prefix('-').unwrap_or(token);
                let number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
                if number { token.to_owned() } else { return Err(StepError::Form) }
            }
        };
        Ok(Zeroizing::new(text))
    }
}

/// Takes all steps in their order.
///
/// # Errors
/// [`StepError`] of the first step that failed.
pub fn run(steps: &[Step], token: &str, secret: Option<&str>) -> Result<Zeroizing<String>, StepError> {
    steps.iter().try_fold(Zeroizing::new(token.to_owned()), |token, step| step.take(&token, secret))
}

fn url_decode(text: &str) -> Result<String, StepError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        let decoded = match (first, after) {
            (b'%', [high, low, ..]) => {
                let digit = |byte: u8| char::from(byte).to_digit(16);
                digit(*high).zip(digit(*low)).map(|(high, low)| (high * 16 + low) as u8)
            }
            _ => None,
        };
        if decoded.is_some() {
            rest = &after[2..];
        }
        bytes.push(decoded.unwrap_or(*first));
    }
    String::from_utf8(bytes).map_err(|_| StepError::Form)
}

fn jwt_claim(token: &str, claim: &str) -> Option<String> {
    let mut parts = token.split('.');
    let (_, Some(body), Some(_), None) = (parts.next()?, parts.next(), parts.next(), parts.next()) else {
        return None;
    };
    let json = Zeroizing::new(Base64UrlUnpadded::decode_vec(body).ok()?);
    match Codec::Json.decode(&json).ok()?.data.get(claim)? {
        Node::Text(text) => Some(text.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(words: &[&str]) -> Vec<Step> {
        words.iter().map(|word| Step::named(word).unwrap()).collect()
    }

    #[test]
    fn run_takes_the_steps_of_a_signed_cookie() {
        let signed = steps(&["url-decode", "after s:", "before-last ."]);
        assert_eq!(run(&signed, "s%3Aab.c.SIG%2B", None).unwrap().as_str(), "ab.c");
        assert_eq!(run(&signed, "ab.SIG", None), Err(StepError::Form));
        let hashed = steps(&["append-secret", "sha256-hex"]);
        let expected = hex::encode(Sha256::digest(b"tokenkey"));
        assert_eq!(run(&hashed, "token", Some("key")).unwrap().as_str(), expected);
        assert_eq!(run(&hashed, "token", None), Err(StepError::SecretMissing));
    }

    #[test]
    fn run_reads_the_claim_of_a_jwt() {
        let body = Base64UrlUnpadded::encode_string(br#"{"session":"abc"}"#);
        let claim = steps(&["jwt-claim session"]);
        assert_eq!(run(&claim, &format!("e30.{body}.sig"), None).unwrap().as_str(), "abc");
        assert_eq!(run(&claim, &body, None), Err(StepError::Form));
    }

    #[test]
    fn url_decode_keeps_what_is_no_escape() {
        for (text, expected) in [("a%2", "a%2"), ("%zz%41", "%zzA"), ("%", "%"), ("a+b", "a+b")] {
            assert_eq!(url_decode(text).as_deref(), Ok(expected), "{text}");
        }
        assert_eq!(url_decode("%ff"), Err(StepError::Form));
    }

    #[test]
    fn named_knows_every_name_and_no_other() {
        for name in Step::NAMES {
            assert!(Step::named(name).is_some(), "{name}");
        }
        for name in ["", "after", "int 3", "eval", "jwt-claim "] {
            assert!(Step::named(name).is_none(), "{name}");
        }
    }
}
