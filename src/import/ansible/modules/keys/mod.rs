//! Keys, requests and certificates that the machine makes for itself: `openssl_*`, `x509_certificate`, `openssh_keypair`, `java_*`.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/community/crypto/index.html>
//!
//! Each is a step of openssl, ssh-keygen or keytool that runs while the file is not there. What is there already is
//! left as it is: whether it is of the wanted kind, only the machine could say.

mod certificate;
mod java;

pub(super) use certificate::{CERTIFICATE, PKCS12, REQUEST};
pub(super) use java::{CERTIFICATE as JAVA_CERTIFICATE, KEYSTORE as JAVA_KEYSTORE};

use super::fetched::{attributes, blur};
use super::kept::{Kept, keep, line_of, push_quoted, texts};
use super::paths::{Wishes, absolute, wishes};
use super::{Kind, Module, Run};
use crate::account::Code;
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::value::Value;
use crate::import::state::Key;
use crate::model::Text;

pub(super) const PRIVATE_KEY: Module = Module {
    names: &["openssl_privatekey"],
    collection: "community.crypto",
    becomes: "A oneshot unit that makes the key while it is not there.",
    kind: Kind::Changes,
    run: run_private_key,
};

pub(super) const PUBLIC_KEY: Module = Module {
    names: &["openssl_publickey"],
    run: run_public_key,
    ..PRIVATE_KEY
};

pub(super) const PARAMETERS: Module = Module {
    names: &["openssl_dhparam"],
    becomes: "A oneshot unit that makes the parameters while they are not there.",
    run: run_parameters,
    ..PRIVATE_KEY
};

pub(super) const SSH_KEY: Module = Module {
    names: &["openssh_keypair"],
    becomes: "A oneshot unit that makes the key while it is not there; nothing for the keys that sshd of NixOS makes.",
    run: run_ssh_key,
    ..PRIVATE_KEY
};

/// How the modules go about it, and what they make anew where something else is there.
const WAYS: [&str; 9] = [
    "backup",
    "backend",
    "force",
    "format_mismatch",
    "ignore_timestamps",
    "private_key_format",
    "regenerate",
    "return_content",
    "select_crypto_backend",
];

/// A file that is made where it is not there.
struct Made {
    path: String,
    wishes: Wishes,
    /// Only its owner may read it.
    is_private: bool,
}

/// Takes what all of the modules have; `None` where the file is to be gone.
fn made(
    params: &mut Params,
    names: &[&str],
    run: &mut Run<'_, '_>,
) -> Result<Option<Made>, Refusal> {
    params.pass_over(&WAYS);
    let path = params.required(names)?;
    let path = absolute(run, &path)?;
    let wishes = wishes(params)?;
    if params.choice(&["state"], &["absent", "present"], "present")? == "absent" {
        params.rest();
        run.remove(&Key::Path(path.clone()), &format!("`{path}`"));
        return Ok(None);
    }
    Ok(Some(Made {
        path,
        wishes,
        is_private: false,
    }))
}

/// Takes a passphrase: whatever it is, none of its characters goes further.
fn passphrase(params: &mut Params, name: &str, path: &str) -> Result<Option<Text>, Refusal> {
    params.secret(name, &format!("the passphrase of {path}"))
}

impl Made {
    /// Keeps the lines that make the file.
    fn keep(
        &self,
        lines: &[Vec<Text>],
        environment: Vec<(String, Text)>,
        run: &mut Run<'_, '_>,
    ) -> Result<(), Refusal> {
        let mut script = Text::new();
        if self.is_private {
            script.push_str("umask 077\n");
        }
        for (at, line) in lines.iter().enumerate() {
            if at > 0 {
                script.push_str("\n");
            }
            script.push(&line_of(line));
        }
        attributes(&mut script, &self.path, &self.wishes);
        let mut kept = Kept::script(script).creating(&self.path);
        kept.environment = environment;
        keep(kept, run)?;
        blur(run, &self.path);
        run.returns_changed(vec![("filename", Value::str(&self.path))]);
        Ok(())
    }
}

fn run_private_key(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    const KINDS: [&str; 7] = ["DSA", "ECC", "Ed25519", "Ed448", "RSA", "X25519", "X448"];
    let kind = params.choice(&["type"], &KINDS, "RSA")?;
    let size = params.number(&["size"])?.unwrap_or(4096).to_string();
    let curve = params.string(&["curve"])?;
    let format = params.string(&["format"])?;
    params.pass_over(&["cipher"]);
    let Some(made) = made(params, &["path"], run)? else {
        params.rest();
        return Ok(());
    };
    let secret = passphrase(params, "passphrase", &made.path)?;
    let path = made.path.as_str();
    let mut words = match kind.as_str() {
        "RSA" if format.as_deref() != Some("pkcs8") => texts(["openssl", "genrsa", "-traditional"]),
        "RSA" => texts(["openssl", "genrsa"]),
        "DSA" => texts(["openssl", "dsaparam", "-genkey", "-noout"]),
        "ECC" => {
            let Some(curve) = curve else {
                return params.required(&["curve"]).map(|_| ());
            };
            // The name that openssl has for it.
            let curve = match curve.as_str() {
                "secp256r1" => "prime256v1",
                "secp192r1" => "prime192v1",
                other => other,
            };
            texts(["openssl", "ecparam", "-genkey", "-noout", "-name", curve])
        }
        other => texts(["openssl", "genpkey", "-algorithm", other]),
    };
    if secret.is_some() {
        if matches!(kind.as_str(), "DSA" | "ECC") {
            let reason = format!("`{path}` is a key of the kind {kind} with a passphrase");
            return Err(Refusal::new(Code::CannotState, reason)
                .cure("make it by hand, once, and keep it below /run/secrets"));
        }
        words.extend(texts(["-aes256", "-passout", "env:PASSPHRASE"]));
    }
    words.extend(texts(["-out", path]));
    if matches!(kind.as_str(), "RSA" | "DSA") {
        words.push(Text::from(size));
    }
    let environment = secret.map(|it| ("PASSPHRASE".to_owned(), it));
    let made = Made {
        is_private: true,
        ..made
    };
    made.keep(&[words], environment.into_iter().collect(), run)
}

fn run_public_key(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let format = params.choice(&["format"], &["OpenSSH", "PEM"], "PEM")?;
    let Some(made) = made(params, &["path"], run)? else {
        params.rest();
        return Ok(());
    };
    let key = own_file(params, &["privatekey_path"], "privatekey_content", run)?;
    let secret = passphrase(params, "privatekey_passphrase", &key)?;
    if format == "OpenSSH" {
        if secret.is_some() {
            let reason = format!("`{key}` has a passphrase");
            return Err(
                Refusal::new(Code::CannotState, reason).cure("make the public key by hand, once")
            );
        }
        let mut script = line_of(&texts(["ssh-keygen", "-y", "-f", key.as_str()]));
        script.push_str(" >");
        push_quoted(&mut script, &Text::from(made.path.as_str()));
        attributes(&mut script, &made.path, &made.wishes);
        keep(Kept::script(script).creating(&made.path), run)?;
        blur(run, &made.path);
        return Ok(());
    }
    let mut words = texts(["openssl", "pkey", "-in", key.as_str(), "-pubout"]);
    if secret.is_some() {
        words.extend(texts(["-passin", "env:PASSPHRASE"]));
    }
    words.extend(texts(["-out", made.path.as_str()]));
    let environment = secret.map(|it| ("PASSPHRASE".to_owned(), it));
    made.keep(&[words], environment.into_iter().collect(), run)
}

/// Takes the path of a file of the machine; what is given as a text instead would be in the store.
fn own_file(
    params: &mut Params,
    names: &[&str],
    text: &str,
    run: &Run<'_, '_>,
) -> Result<String, Refusal> {
    if params.value(&[text]).is_some() {
        let reason = format!("`{text}` is given as a text, and no file");
        return Err(Refusal::new(Code::ValueSecret, reason)
            .cure("put it into a file below /run/secrets, and name that"));
    }
    let path = params.required(names)?;
    absolute(run, &path)
}

fn run_parameters(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let size = params.number(&["size"])?.unwrap_or(4096).to_string();
    let Some(made) = made(params, &["path"], run)? else {
        params.rest();
        return Ok(());
    };
    let words = texts([
        "openssl",
        "dhparam",
        "-out",
        made.path.as_str(),
        size.as_str(),
    ]);
    made.keep(&[words], Vec::new(), run)
}

fn run_ssh_key(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    const KINDS: [&str; 5] = ["dsa", "ecdsa", "ed25519", "rsa", "rsa1"];
    let kind = params.choice(&["type"], &KINDS, "rsa")?;
    let size = params.number(&["size"])?;
    let comment = params.string(&["comment"])?.unwrap_or_default();
    let Some(made) = made(params, &["path"], run)? else {
        params.rest();
        return Ok(());
    };
    let secret = passphrase(params, "passphrase", &made.path)?;
    let path = made.path.as_str();
    // services.openssh.hostKeys: sshd of NixOS makes these two before it starts.
    let is_hosts = match path {
        "/etc/ssh/ssh_host_rsa_key" => kind == "rsa" && size.unwrap_or(4096) == 4096,
        "/etc/ssh/ssh_host_ed25519_key" => kind == "ed25519",
        _ => false,
    };
    if is_hosts {
        run.already(format!(
            "sshd of NixOS makes `{path}` before it first starts (services.openssh.hostKeys)"
        ));
        return Ok(());
    }
    let mut words = texts(["ssh-keygen", "-q", "-t", kind.as_str()]);
    let usual = if kind == "rsa" { Some(4096) } else { None };
    if let Some(size) = size.or(usual) {
        words.extend(texts(["-b", size.to_string().as_str()]));
    }
    words.extend(texts(["-C", comment.as_str(), "-N"]));
    words.push(secret.unwrap_or_default());
    words.extend(texts(["-f", path]));
    made.keep(&[words], Vec::new(), run)
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn keys_are_made_where_they_are_not_there() {
        check(
            "- openssl_privatekey: {path: /srv/k.pem, size: 2048, owner: www}",
            &[
                r#"{"step":{"name":"openssl privatekey","command":{"script":{"shell":"/bin/sh","text":"umask 077\nopenssl genrsa -traditional -out /srv/k.pem 2048\nchown www /srv/k.pem"}},"environment":[],"creates":"/srv/k.pem","after":[]}}"#,
            ],
        );
        check(
            "- openssl_privatekey: {path: /srv/k.pem, type: ECC, curve: secp256r1}",
            &[
                r#"{"step":{"name":"openssl privatekey","command":{"script":{"shell":"/bin/sh","text":"umask 077\nopenssl ecparam -genkey -noout -name prime256v1 -out /srv/k.pem"}},"environment":[],"creates":"/srv/k.pem","after":[]}}"#,
            ],
        );
        check(
            "- openssl_privatekey: {path: /srv/k.pem, type: Ed25519, passphrase: hunter2}",
            &[
                r#"{"step":{"name":"openssl privatekey","command":{"script":{"shell":"/bin/sh","text":"umask 077\nopenssl genpkey -algorithm Ed25519 -aes256 -passout env:PASSPHRASE -out /srv/k.pem"}},"environment":[["PASSPHRASE",[{"secret":"the passphrase of /srv/k.pem"}]]],"creates":"/srv/k.pem","after":[]}}"#,
            ],
        );
        check(
            "- openssl_publickey: {path: /srv/k.pub, privatekey_path: /srv/k.pem, format: OpenSSH}",
            &[
                r#"{"step":{"name":"openssl publickey","command":{"script":{"shell":"/bin/sh","text":"ssh-keygen -y -f /srv/k.pem > /srv/k.pub"}},"environment":[],"creates":"/srv/k.pub","after":[]}}"#,
            ],
        );
        check(
            "- openssl_dhparam: {path: /srv/dh.pem, mode: '0640'}",
            &[
                r#"{"step":{"name":"openssl dhparam","command":{"script":{"shell":"/bin/sh","text":"openssl dhparam -out /srv/dh.pem 4096\nchmod 0640 /srv/dh.pem"}},"environment":[],"creates":"/srv/dh.pem","after":[]}}"#,
            ],
        );
    }

    #[test]
    fn sshd_makes_its_own_keys() {
        check(
            "- openssh_keypair: {path: /etc/ssh/ssh_host_ed25519_key, type: ed25519}",
            &[
                "not-needed: sshd of NixOS makes `/etc/ssh/ssh_host_ed25519_key` before it first starts (services.openssh.hostKeys)",
            ],
        );
        check(
            "- openssh_keypair: {path: /srv/k/id_rsa}",
            &[
                r#"{"step":{"name":"openssh keypair","command":{"script":{"shell":"/bin/sh","text":"ssh-keygen -q -t rsa -b 4096 -C '' -N '' -f /srv/k/id_rsa"}},"environment":[],"creates":"/srv/k/id_rsa","after":[]}}"#,
            ],
        );
        check(
            "- openssh_keypair: {path: /srv/k/id_rsa, state: absent}",
            &["not-needed: `/srv/k/id_rsa` was never there: a new machine does not have it"],
        );
    }
}
