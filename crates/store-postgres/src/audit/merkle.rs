//! The Merkle tree over the events of a seal (RFC 6962 §2.1). Leaves and nodes are hashed with different prefixes, so
//! that no node can be passed off as an event.

use sha2::{Digest as _, Sha256};

const LEAF: [u8; 1] = [0];
const NODE: [u8; 1] = [1];

/// The root over leaves in their order; for none, the hash of nothing.
pub(crate) fn root(leaves: &[[u8; 32]]) -> [u8; 32] {
    match leaves {
        [] => Sha256::digest([]).into(),
        [leaf] => Sha256::new().chain_update(LEAF).chain_update(leaf).finalize().into(),
        _ => {
            // The largest power of two that is smaller than the number of leaves.
            let left = leaves.len().next_power_of_two() / 2;
            let (left, right) = leaves.split_at(left);
            Sha256::new()
                .chain_update(NODE)
                .chain_update(root(left))
                .chain_update(root(right))
                .finalize()
                .into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_is_that_of_the_tree_of_rfc_6962() {
        let leaf = |byte: u8| [byte; 32];
        let hash = |parts: &[&[u8]]| -> [u8; 32] {
            let mut hash = Sha256::new();
            parts.iter().for_each(|part| hash.update(part));
            hash.finalize().into()
        };
        let [a, b, c] = [1, 2, 3].map(|byte| hash(&[&[0], &leaf(byte)]));
        assert_eq!(root(&[leaf(1)]), a);
        assert_eq!(root(&[leaf(1), leaf(2)]), hash(&[&[1], &a, &b]));
        let left = hash(&[&[1], &a, &b]);
        assert_eq!(root(&[leaf(1), leaf(2), leaf(3)]), hash(&[&[1], &left, &c]));
        assert_ne!(root(&[leaf(2), leaf(1)]), root(&[leaf(1), leaf(2)]));
    }
}
