//! The time zone of the person at the terminal: that of `TZ`, or else of the system. The clock does not belong here.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::Read as _;
use std::sync::LazyLock;

use tz::TimeZone;
use tz::timezone::{LocalTimeType, TimeZoneSettings};

use sessionctl_core::model::time::{Timestamp, Zone};

/// When clocks change in a zone that `TZ` names with a summer time and without its rule: POSIX leaves it open, and this
/// is what the C library takes.
const USUAL_RULE: &str = ",M3.2.0,M11.1.0";
/// The largest files of time zones are a few KiB long.
const MAX_FILE_BYTES: u64 = 1024 * 1024;

/// A header of version 3 and a data block with one type of time and no times, so that the block is the same in both of
/// its sizes (RFC 8536 §3).
const EMPTY_TZIF_BLOCK: &[u8] = b"TZif3\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\
      \0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\x04\
      \0\0\0\0\0\0UTC\0";

/// 2026 and 2090.
const YEARS: [i64; 2] = [1_768_478_400, 3_787_000_000];

/// How zones are found: as the C library does, in files and by the rules of POSIX.
const SETTINGS: TimeZoneSettings<'static> =
    TimeZoneSettings::new(TimeZoneSettings::DEFAULT_DIRECTORIES, |path| {
        // What is no file may never end.
        if !fs::metadata(path)?.is_file() {
            return Err(std::io::Error::from(std::io::ErrorKind::InvalidInput).into());
        }
        let mut bytes = Vec::new();
        File::open(path)?.take(MAX_FILE_BYTES).read_to_end(&mut bytes)?;
        Ok(bytes)
    });

/// The zone, or the value of `TZ` that names none.
static LOCAL: LazyLock<Result<TimeZone, OsString>> =
    LazyLock::new(|| find(std::env::var_os("TZ").as_deref()));

fn find(variable: Option<&OsStr>) -> Result<TimeZone, OsString> {
    let Some(name) = variable else {
        let local = SETTINGS.parse_local().unwrap_or_else(|_| TimeZone::utc());
        return if answers(&local) { Ok(local) } else { Err(OsString::from(":/etc/localtime")) };
    };
    if name.is_empty() {
        return Ok(TimeZone::utc());
    }
    let parse = |text: &str| {
        let with_rule = || SETTINGS.parse_posix_tz(&format!("{text}{USUAL_RULE}")).ok();
        SETTINGS.parse_posix_tz(text).ok().or_else(with_rule).or_else(|| with_extended_hours(text))
    };
    name.to_str().and_then(parse).filter(answers).ok_or_else(|| name.to_owned())
}

/// The zone of a rule whose clocks change at an hour below 0 or above 24, as those of Greenland do. POSIX has no such
/// hours, and the C library and the last line of a file of version 3 do (RFC 8536 §3.3.1).
fn with_extended_hours(rule: &str) -> Option<TimeZone> {
    let file = [EMPTY_TZIF_BLOCK, EMPTY_TZIF_BLOCK, b"\n", rule.as_bytes(), b"\n"].concat();
    TimeZone::from_tz_data(&file).ok()
}

/// Whether a zone knows the time of today and of later years: a file that counts leap seconds (`right/…`) may end
/// before.
fn answers(zone: &TimeZone) -> bool {
    YEARS.iter().all(|at| zone.find_local_time_type(*at).is_ok())
}

/// Returns the time zone of the person at the terminal.
#[must_use]
pub fn zone() -> Zone {
    match &*LOCAL {
        Ok(_) => Zone::Lookup(|at| LOCAL.as_ref().map_or(0, |zone| offset(zone, at))),
        Err(_) => Zone::Unknown,
    }
}

/// The value of `TZ` where it names no zone that is known here.
#[must_use]
pub fn unknown_name() -> Option<String> {
    LOCAL.as_ref().err().map(|name| name.to_string_lossy().into_owned())
}

fn offset(zone: &TimeZone, at: Timestamp) -> i32 {
    zone.find_local_time_type(at.unix()).map_or(0, LocalTimeType::ut_offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-01-15 and 2026-07-15, both at noon in UTC.
    const WINTER: i64 = 1_768_478_400;
    const SUMMER: i64 = 1_784_116_800;

    fn offsets(name: &str) -> Option<[i32; 2]> {
        let zone = find(Some(OsStr::new(name))).ok()?;
        Some([WINTER, SUMMER].map(|at| offset(&zone, Timestamp::from_unix(at)) / 60))
    }

    #[test]
    fn find_reads_what_posix_allows() {
        for (name, minutes) in [
            ("", [0, 0]),
            ("UTC0", [0, 0]),
            ("<+0330>-3:30", [210, 210]),
            ("CET-1CEST", [60, 120]),
            ("EST5EDT", [-300, -240]),
            ("CET-1CEST,M3.5.0,M10.5.0/3", [60, 120]),
            ("NZST-12NZDT,M9.5.0,M4.1.0/3", [780, 720]),
            ("EST5EDT,M3.2.0/26,M11.1.0/-1", [-300, -240]),
            ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", [-120, -60]),
            ("EST5EDT,59/167,300/-167", [-300, -240]),
        ] {
            assert_eq!(offsets(name), Some(minutes), "{name}");
        }
    }

    #[test]
    fn find_changes_clocks_at_extended_hours() {
        let zone = find(Some(OsStr::new("EST5EDT,M3.2.0/26,M11.1.0/-1"))).unwrap();
        let hours = |at: i64| offset(&zone, Timestamp::from_unix(at)) / 3_600;
        // Monday, 2026-03-09 at 02:00, and Saturday, 2026-10-31 at 23:00.
        for (change, before, after) in [(1773039600, -5, -4), (1793502000, -4, -5)] {
            assert_eq!((hours(change - 1), hours(change)), (before, after), "{change}");
        }
    }

    #[test]
    fn find_knows_no_other_name() {
        for name in [
            "Europe/Berln",
            "CET-1CEST,",
            "x",
            "EST5EDT,M3.2.0/168,M11.1.0",
            "EST5EDT,M3.2.0/26,M11.1.0/-1\nUTC0",
            "UTC-25",
            "/dev/zero",
            ":/dev/null",
            "/etc/passwd",
            "+1",
            "../../etc/passwd",
            // Of those that Debian has, some count leap seconds, and none is taken for UTC.
            "right/Europe/Berlin",
        ] {
            assert_eq!(offsets(name), None, "{name}");
        }
        use std::os::unix::ffi::OsStrExt as _;
        assert!(find(Some(OsStr::from_bytes(b"\xff"))).is_err());
    }
}
