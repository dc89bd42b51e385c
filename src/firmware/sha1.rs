//! SHA-1 (RFC 3174), because that is what was published about these archives. It tells a download from a damaged
//! one; against forgery it proves nothing.

/// The digest of `bytes`.
pub(super) fn digest(bytes: &[u8]) -> [u8; 20] {
    let mut state = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];
    let (blocks, rest) = bytes.as_chunks::<64>();
    for block in blocks {
        absorb(&mut state, block);
    }
    let mut tail = rest.to_vec();
    tail.push(0x80);
    tail.resize((tail.len() + 8).next_multiple_of(64) - 8, 0);
    tail.extend((bytes.len() as u64).wrapping_mul(8).to_be_bytes());
    for block in tail.as_chunks::<64>().0 {
        absorb(&mut state, block);
    }
    let mut digest = [0; 20];
    for (octet, value) in digest.iter_mut().zip(state.iter().flat_map(|word| word.to_be_bytes())) {
        *octet = value;
    }
    digest
}

fn absorb(state: &mut [u32; 5], block: &[u8; 64]) {
    let mut words: Vec<u32> = block.as_chunks::<4>().0.iter().map(|word| u32::from_be_bytes(*word)).collect();
    for _ in 16..80 {
        let back = |n: usize| words.len().checked_sub(n).and_then(|at| words.get(at)).copied().unwrap_or(0);
        words.push((back(3) ^ back(8) ^ back(14) ^ back(16)).rotate_left(1));
    }
    let mut v = *state;
    for (round, word) in words.into_iter().enumerate() {
        let [first, second, third, fourth, fifth] = v;
        let (mixed, constant) = match round / 20 {
            0 => ((second & third) | (!second & fourth), 0x5a82_7999),
            1 => (second ^ third ^ fourth, 0x6ed9_eba1),
            2 => ((second & third) | (second & fourth) | (third & fourth), 0x8f1b_bcdc),
            _ => (second ^ third ^ fourth, 0xca62_c1d6_u32),
        };
        let sum = first.rotate_left(5).wrapping_add(mixed).wrapping_add(fifth);
        v = [sum.wrapping_add(constant).wrapping_add(word), first, second.rotate_left(30), third, fourth];
    }
    for (word, add) in state.iter_mut().zip(v) {
        *word = word.wrapping_add(add);
    }
}

#[cfg(test)]
mod tests {
    use super::digest;
    use crate::firmware::shelf::hex;

    #[test]
    fn published_vectors() {
        assert_eq!(hex(&digest(b"")), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
        assert_eq!(hex(&digest(b"abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(hex(&digest(&b"a".repeat(1_000_000))), "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
    }
}
