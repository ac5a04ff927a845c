//! Payload codecs, token steps and layout files of other programs: they return on any bytes, within their limits.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sessionctl_foreign::codec::Codec;
use sessionctl_foreign::layout::Layout;
use sessionctl_foreign::step::{Signature, Step};

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, rest)) = bytes.split_first() else { return };
    let index = usize::from(*choice);
    if let Some(codec) = Codec::NAMES.get(index).and_then(|name| Codec::named(name)) {
        let _ = codec.decode(rest);
        return;
    }
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let (text, secret) = text.split_once('\0').unwrap_or((text, "secret"));
    let steps = index - Codec::NAMES.len();
    if let Some(step) = Step::NAMES.get(steps).and_then(|name| Step::named(name)) {
        let _ = step.take(text, Some(secret));
    } else if index == 255 {
        let _ = Signature::RailsSigned.check(text, secret);
    } else {
        let _ = Layout::parse(text);
    }
});
