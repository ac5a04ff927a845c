//! Dates in cookies. The reader is our own: the `httpdate` crate refuses two of the forms that user agents accept
//! (RFC 6265bis §5.1.1).

use chrono::{DateTime, NaiveDate};

use crate::UnixSeconds;

/// IMF-fixdate, `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7), the one form a server may write.
pub(super) fn imf_fixdate(at: UnixSeconds) -> String {
    DateTime::from_timestamp(at, 0).unwrap_or_default().format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// Reads a cookie's date by the steps of RFC 6265bis §5.1.1, which accept the day, month, year and time in any order.
/// A date before 1970 is read as 1970: both are in the past.
pub(super) fn parse_cookie_date(text: &str) -> Option<UnixSeconds> {
    let (mut time, mut day, mut month, mut year) = (None, None, None, None);
    for word in text.as_bytes().split(|b| is_delimiter(*b)).filter(|word| !word.is_empty()) {
        if time.is_none() && read_time(word).is_some() {
            time = read_time(word);
        } else if day.is_none() && leading_number(word, 1, 2).is_some() {
            day = leading_number(word, 1, 2);
        } else if month.is_none() && read_month(word).is_some() {
            month = read_month(word);
        } else if year.is_none() {
            year = leading_number(word, 2, 4);
        }
    }
    let year = match year? {
        year @ 70..=99 => year + 1900,
        year @ 0..=69 => year + 2000,
        year => year,
    };
    let (hour, minute, second) = time?;
    if year < 1601 {
        return None;
    }
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month?, day?)?;
    Some(date.and_hms_opt(hour, minute, second)?.and_utc().timestamp().max(0))
}

fn is_delimiter(byte: u8) -> bool {
    matches!(byte, 0x09 | 0x20..=0x2F | 0x3B..=0x40 | 0x5B..=0x60 | 0x7B..=0x7E)
}

/// The number of `min` to `max` digits at the beginning of `word`. More digits are no match.
fn leading_number(word: &[u8], min: usize, max: usize) -> Option<u32> {
    let digits = word.iter().take_while(|b| b.is_ascii_digit()).count();
    (min..=max)
        .contains(&digits)
        .then(|| word[..digits].iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0')))
}

fn read_time(word: &[u8]) -> Option<(u32, u32, u32)> {
    let mut fields = word.splitn(3, |b| *b == b':');
    let mut whole = || fields.next().filter(|f| f.iter().all(u8::is_ascii_digit));
    let (hour, minute) = (leading_number(whole()?, 1, 2)?, leading_number(whole()?, 1, 2)?);
    Some((hour, minute, leading_number(fields.next()?, 1, 2)?))
}

fn read_month(word: &[u8]) -> Option<u32> {
    let name = word.get(..3)?.to_ascii_lowercase();
    let months = b"janfebmaraprmayjunjulaugsepoctnovdec";
    (1..).zip(months.chunks(3)).find(|(_, month)| **month == *name).map(|(number, _)| number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn date_is_read_in_every_form_in_use() {
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            "8:49:37 6 november 94 trailing",
            "1994x, 6th Nov; 08:49:37.123",
        ] {
            let read = parse_cookie_date(text);
            // The day is the first word with one or two digits, so a year of four may come before it.
            assert_eq!(read, Some(784_111_777), "{text}");
        }
        assert_eq!(parse_cookie_date("1 Jan 1601 00:00:00"), Some(0));
    }

    #[test]
    fn text_that_is_no_date_is_refused() {
        for text in [
            "",
            "0",
            "never",
            "Sun, 06 Nov 1994",
            "06 Nov 1994 24:00:00",
            "06 Nov 1994 08:60:00",
            "06 Nov 1994 08:49:60",
            "31 Feb 2026 00:00:00",
            "0 Jan 2026 00:00:00",
            "1 Jan 1600 00:00:00",
            "1 Jan 20261 00:00:00",
            "1 Jnn 2026 00:00:00",
            "1 Jan 2026 00:00",
            "123 Jan 2026 00:00:00",
        ] {
            assert_eq!(parse_cookie_date(text), None, "{text}");
        }
    }

    #[test]
    fn written_date_is_read_back() {
        for unix in [0, 784_111_777, 951_782_400, crate::MAX_UNIX_SECONDS] {
            assert_eq!(parse_cookie_date(&imf_fixdate(unix)), Some(unix));
        }
        assert_eq!(imf_fixdate(784_111_777), "Sun, 06 Nov 1994 08:49:37 GMT");
    }
}
