//! Every codec and every step, on bytes of any kind: they return, and what they return is bounded.

use proptest::prelude::*;
use sessionctl_foreign::codec::{Codec, MAX_DEPTH, MAX_NODES, Node};
use sessionctl_foreign::layout::Layout;
use sessionctl_foreign::step::{Signature, Step};

fn size(node: &Node) -> (usize, usize) {
    let inner: Vec<(usize, usize)> = match node {
        Node::List(all) => all.iter().map(size).collect(),
        Node::Map(all) => all.iter().map(|(_, node)| size(node)).collect(),
        _ => Vec::new(),
    };
    let depth = inner.iter().map(|(_, depth)| *depth).max().unwrap_or(0);
    (1 + inner.iter().map(|(count, _)| count).sum::<usize>(), 1 + depth)
}

fn decode_with_all(bytes: &[u8]) {
    for name in Codec::NAMES {
        if let Ok(payload) = Codec::named(name).unwrap().decode(bytes) {
            let (count, depth) = size(&payload.data);
            assert!(count <= 2 * MAX_NODES && depth <= MAX_DEPTH + 1, "{name}: {count} {depth}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn codecs_return_on_any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
        decode_with_all(&bytes);
        // Behind the first bytes of a format the decoder comes further.
        for head in [b"\x80\x04".as_slice(), b"\x04\x08{", b"\x93\x01\x81", b"a:2:{"] {
            decode_with_all(&[head, &bytes].concat());
        }
    }

    #[test]
    fn steps_return_on_any_text(text in "\\PC{0,200}", secret in "\\PC{0,40}") {
        for name in Step::NAMES {
            let step = Step::named(name).unwrap();
            let _ = step.take(&text, Some(&secret));
            let _ = step.take(&text, None);
        }
        for name in Signature::NAMES.iter().filter(|name| **name != "rails-signed") {
            prop_assert!(!Signature::named(name).unwrap().check(&text, &secret));
        }
    }

    #[test]
    fn layouts_return_on_any_text(text in "\\PC{0,300}") {
        let _ = Layout::parse(&text);
    }
}
