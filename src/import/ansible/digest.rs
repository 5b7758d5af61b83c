//! Fingerprints and base64 of bytes, as filters and modules give them.

use blake2::{Blake2b512, Blake2s256};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512, Sha512_224, Sha512_256};
use sha3::{Sha3_224, Sha3_256, Sha3_384, Sha3_512};

/// Returns the fingerprint of the given name, in hexadecimal digits.
pub(super) fn digest(algorithm: &str, bytes: &[u8]) -> Option<String> {
    Some(match algorithm {
        "md5" => hex(&Md5::digest(bytes)),
        "sha1" => hex(&Sha1::digest(bytes)),
        "sha224" => hex(&Sha224::digest(bytes)),
        "sha256" => hex(&Sha256::digest(bytes)),
        "sha384" => hex(&Sha384::digest(bytes)),
        "sha512" => hex(&Sha512::digest(bytes)),
        "sha512_224" => hex(&Sha512_224::digest(bytes)),
        "sha512_256" => hex(&Sha512_256::digest(bytes)),
        "sha3_224" => hex(&Sha3_224::digest(bytes)),
        "sha3_256" => hex(&Sha3_256::digest(bytes)),
        "sha3_384" => hex(&Sha3_384::digest(bytes)),
        "sha3_512" => hex(&Sha3_512::digest(bytes)),
        "blake2b" => hex(&Blake2b512::digest(bytes)),
        "blake2s" => hex(&Blake2s256::digest(bytes)),
        _ => return None,
    })
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The 64 characters; those of addresses where `url` is set.
pub(super) fn alphabet(url: bool) -> &'static [u8; 64] {
    if url {
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    } else {
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    }
}

pub(super) fn base64(bytes: &[u8], url: bool) -> String {
    let alphabet = alphabet(url);
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let mut group = [0u8; 3];
        for (to, from) in group.iter_mut().zip(chunk) {
            *to = *from;
        }
        let bits = u32::from_be_bytes([0, group[0], group[1], group[2]]);
        for at in 0..4 {
            if at <= chunk.len() {
                let index = (bits >> (18 - 6 * at)) & 63;
                out.push(char::from(alphabet[index as usize]));
            } else {
                out.push('=');
            }
        }
    }
    out
}
