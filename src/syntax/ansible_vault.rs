//! Ansible's vaults: texts that a password opens, format 1.1 and 1.2, AES-256 in counter mode behind an HMAC.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/vault_guide/vault_encrypting_content.html#format-of-files-encrypted-with-ansible-vault>;
//! follows `VaultAES256` of `ansible/parsing/vault`.
//!
//! Left out: format 1.0 and the cipher `AES`, which Ansible no longer opens either.

use aes::Aes256;
use ctr::Ctr128BE;
use ctr::cipher::{KeyIvInit, StreamCipher};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// What every vault begins with.
const MARK: &str = "$ANSIBLE_VAULT";
const ROUNDS: u32 = 10_000;
/// The key of the cipher, the key of the HMAC, and where the counter begins.
const KEY: usize = 32;
const COUNTER: usize = 16;

/// Why a vault does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// It is no vault that can be read: what is wrong with it.
    Format(&'static str),
    /// The password is another one.
    Password,
}

/// Tells whether a text is a vault.
pub fn is_vault(text: &str) -> bool {
    text.trim_start().starts_with(MARK)
}

/// Opens a vault.
///
/// # Errors
/// The password is wrong, or the text is no vault that can be read.
pub fn open(text: &str, password: &[u8]) -> Result<Vec<u8>, Problem> {
    let mut lines = text.trim().lines().map(str::trim);
    let mut head = lines.next().unwrap_or_default().split(';').map(str::trim);
    if head.next() != Some(MARK) {
        return Err(Problem::Format("it does not begin as a vault does"));
    }
    if !matches!(head.next(), Some("1.1" | "1.2")) {
        return Err(Problem::Format("its format is neither 1.1 nor 1.2"));
    }
    if head.next() != Some("AES256") {
        return Err(Problem::Format("its cipher is not AES256"));
    }
    let damaged = Problem::Format("it is damaged");
    let body: String = lines.collect();
    let inner = hexadecimal(body.as_bytes()).ok_or(damaged)?;
    let mut parts = inner.splitn(3, |it| *it == b'\n').map(hexadecimal);
    let mut part = || parts.next().flatten().ok_or(damaged);
    let (salt, mac, mut content) = (part()?, part()?, part()?);
    let mut keys = [0; 2 * KEY + COUNTER];
    pbkdf2::pbkdf2_hmac::<Sha256>(password, &salt, ROUNDS, &mut keys);
    let (cipher_key, rest) = keys.split_at(KEY);
    let (mac_key, counter) = rest.split_at(KEY);
    let mut check = Hmac::<Sha256>::new_from_slice(mac_key).map_err(|_| damaged)?;
    check.update(&content);
    check.verify_slice(&mac).map_err(|_| Problem::Password)?;
    let mut cipher =
        Ctr128BE::<Aes256>::new_from_slices(cipher_key, counter).map_err(|_| damaged)?;
    cipher.apply_keystream(&mut content);
    // PKCS#7: the last byte says how many were added.
    let added = usize::from(content.last().copied().ok_or(damaged)?);
    if !(1..=COUNTER).contains(&added) || added > content.len() {
        return Err(damaged);
    }
    content.truncate(content.len() - added);
    Ok(content)
}

fn hexadecimal(text: &[u8]) -> Option<Vec<u8>> {
    let digit = |it: u8| {
        char::from(it)
            .to_digit(16)
            .and_then(|it| u8::try_from(it).ok())
    };
    let mut bytes = Vec::with_capacity(text.len() / 2);
    for pair in text.chunks(2) {
        let [high, low] = pair else { return None };
        bytes.push(digit(*high)? << 4 | digit(*low)?);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::{Problem, is_vault, open};

    /// What ansible-vault of ansible-core 2.19.14 made of `s3cret é` and of an empty text, with the password `pw1`.
    const TEXT: &str = "$ANSIBLE_VAULT;1.1;AES256\n\
        38323630356439303031383933623935623033643363646632326236613035323135653938353634\n\
        3062373835613761366363616335333136333464353930640a326534353038346164396564323636\n\
        64626438663561396461356162393764656266643832353434393934306330353065633365353762\n\
        6665623338663065310a663564343836326137646134613538303238353039656336343635303466\n\
        6238";
    const EMPTY: &str = "$ANSIBLE_VAULT;1.1;AES256\n\
        62313536303230336337303462656432393632663932313764663362353539343563663034373462\n\
        6136346462616633383234313038306434623634343362630a313636353562366130343531643933\n\
        63383632333835346434306365646464633630616634343136303834663761616135346337663161\n\
        6235633965353064330a306239306431633737636237313761353162323430323166353237353234\n\
        3362";

    #[test]
    fn vaults_of_ansible_open() {
        assert!(is_vault(TEXT));
        assert_eq!(open(TEXT, b"pw1").unwrap(), "s3cret é\n".as_bytes());
        assert_eq!(open(EMPTY, b"pw1").unwrap(), b"");
        assert_eq!(open(TEXT, b"pw2"), Err(Problem::Password));
    }

    #[test]
    fn what_is_no_vault_is_said() {
        let check = |text: &str| {
            assert!(
                matches!(open(text, b"pw1"), Err(Problem::Format(_))),
                "{text}"
            )
        };
        check("");
        check("$ANSIBLE_VAULT;1.0;AES\n00");
        check("$ANSIBLE_VAULT;1.1;AES\n00");
        check("$ANSIBLE_VAULT;1.1;AES256\n");
        check("$ANSIBLE_VAULT;1.1;AES256\nzz");
        check("$ANSIBLE_VAULT;1.1;AES256\n3030");
    }
}
