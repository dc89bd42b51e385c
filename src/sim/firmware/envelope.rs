//! The signed envelope around a file.

use super::noise::Noise;

/// A payload in a signed envelope that carries `name`.
#[must_use]
pub fn sign(name: &str, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![1, 0, 2, 1, 2, 2, 0, 2, 0, 0];
    bytes.extend([3, 0, 91]);
    field(&mut bytes, 4, b"CN=someSigner;OU=someOrgUnit;O=someOrg\0");
    field(&mut bytes, 5, &[0x12, 0x34, 0x56, 0x78, 0x90, 0xab, 0xcd, 0xef]);
    field(&mut bytes, 6, b"CN=someCA;OU=someOrgUnit;O=someOrg\0");
    bytes.extend([7, 0, 15, 8, 0, 1, 1, 9, 0, 8, 10, 0, 1, 0, 11, 0, 1, 2]);
    let mut signature = Noise::new(name, payload.len() as u64);
    field(&mut bytes, 12, &signature.bytes(256));
    field(&mut bytes, 14, &[name.as_bytes(), &[0]].concat());
    let len = bytes.len().next_multiple_of(4);
    bytes.resize(len, 13);
    let stated = u16::try_from(len).unwrap_or(u16::MAX).to_be_bytes();
    bytes.splice(8..10, stated);
    bytes.extend(payload);
    bytes
}

fn field(bytes: &mut Vec<u8>, tag: u8, value: &[u8]) {
    bytes.push(tag);
    bytes.extend(u16::try_from(value.len()).unwrap_or(u16::MAX).to_be_bytes());
    bytes.extend(value);
}

/// Length of the envelope that [`sign`] puts around a file of this name.
pub(super) fn envelope_len(name: &str) -> usize {
    (384 + name.len() + 1).next_multiple_of(4)
}
