//! `java_keystore` and `java_cert`: what keytool keeps.

use super::{PRIVATE_KEY, made, own_file, passphrase};
use crate::account::Code;
use crate::import::ansible::modules::kept::{Kept, keep, texts};
use crate::import::ansible::modules::paths::absolute;
use crate::import::ansible::modules::{Module, Run};
use crate::import::ansible::params::{Params, Refusal};

pub(in crate::import::ansible::modules) const KEYSTORE: Module = Module {
    names: &["java_keystore"],
    collection: "community.general",
    becomes: "A oneshot unit that makes the store while it is not there.",
    run: run_keystore,
    ..PRIVATE_KEY
};

pub(in crate::import::ansible::modules) const CERTIFICATE: Module = Module {
    names: &["java_cert"],
    collection: "community.general",
    becomes: "A oneshot unit that takes the certificate into the store, once.",
    run: run_certificate,
    ..PRIVATE_KEY
};

fn run_keystore(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&["ssl_backend"]);
    let name = params.required(&["name"])?;
    let kind = params.string(&["keystore_type"])?;
    let Some(made) = made(params, &["dest"], run)? else {
        return Ok(());
    };
    let certificate = own_file(params, &["certificate_path"], "certificate", run)?;
    let key = own_file(params, &["private_key_path"], "private_key", run)?;
    let secret = passphrase(params, "password", &made.path)?;
    let inner = passphrase(params, "private_key_passphrase", &key)?;
    let Some(secret) = secret else {
        return params.required(&["password"]).map(|_| ());
    };
    let is_java = kind.as_deref() == Some("jks");
    let bundle = match is_java {
        true => format!("{}.p12", made.path),
        false => made.path.clone(),
    };
    let mut words = texts(["openssl", "pkcs12", "-export", "-name", name.as_str()]);
    words.extend(texts(["-in", certificate.as_str(), "-inkey", key.as_str()]));
    let mut environment = vec![("PASSPHRASE".to_owned(), secret)];
    if let Some(inner) = inner {
        words.extend(texts(["-passin", "env:KEY_PASSPHRASE"]));
        environment.push(("KEY_PASSPHRASE".to_owned(), inner));
    }
    words.extend(texts([
        "-passout",
        "env:PASSPHRASE",
        "-out",
        bundle.as_str(),
    ]));
    let mut lines = vec![words];
    if is_java {
        let mut words = texts(["keytool", "-importkeystore", "-noprompt"]);
        words.extend(texts([
            "-srcstoretype",
            "pkcs12",
            "-srckeystore",
            bundle.as_str(),
        ]));
        words.extend(texts([
            "-srcstorepass:env",
            "PASSPHRASE",
            "-deststoretype",
            "jks",
        ]));
        words.extend(texts(["-destkeystore", made.path.as_str()]));
        words.extend(texts(["-deststorepass:env", "PASSPHRASE"]));
        lines.push(words);
        lines.push(texts(["rm", bundle.as_str()]));
    }
    let made = super::Made {
        is_private: true,
        ..made
    };
    made.keep(&lines, environment, run)
}

fn run_certificate(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&["executable", "keystore_create"]);
    super::wishes(params)?;
    let path = params.string(&["cert_path"])?;
    let store = params.string(&["keystore_path"])?;
    let name = params.string(&["cert_alias"])?;
    let kind = params.string(&["keystore_type"])?;
    let trusts = params.flag(&["trust_cacert"])?.unwrap_or(false);
    let state = params.choice(&["state"], &["absent", "present"], "present")?;
    let bundle = params.string(&["pkcs12_path"])?;
    let store = store.map(|it| absolute(run, &it)).transpose()?;
    let Some(store) = store else {
        params.rest();
        let reason = "it is for the store of a package of Java, which lies in the Nix store";
        return Err(Refusal::new(Code::CannotState, reason).cure(
            "security.pki.certificateFiles has it for the machine; point Java to a store of its own by -Djavax.net.ssl.trustStore",
        ));
    };
    if state == "absent" {
        params.rest();
        run.already(format!("a new `{store}` has no such certificate"));
        return Ok(());
    }
    let secret = passphrase(params, "keystore_pass", &store)?;
    let (Some(path), Some(secret), None) = (path, secret, bundle) else {
        params.rest();
        let reason = "the certificate is taken from elsewhere while Ansible runs";
        return Err(Refusal::new(Code::CannotState, reason)
            .cure("put it into a file, and take that into the store by keytool -importcert"));
    };
    params.rest();
    let path = absolute(run, &path)?;
    let mut words = texts([
        "keytool",
        "-importcert",
        "-noprompt",
        "-file",
        path.as_str(),
    ]);
    words.extend(texts([
        "-keystore",
        store.as_str(),
        "-storepass:env",
        "PASSPHRASE",
    ]));
    words.extend(name.iter().flat_map(|it| texts(["-alias", it])));
    words.extend(kind.iter().flat_map(|it| texts(["-storetype", it])));
    if trusts {
        words.extend(texts(["-trustcacerts"]));
    }
    let mut kept = Kept::words(words);
    kept.environment = vec![("PASSPHRASE".to_owned(), secret)];
    keep(kept, run)
}

#[cfg(test)]
mod tests {
    use crate::import::ansible::modules::tests::check;

    #[test]
    fn a_store_has_a_password_that_goes_nowhere() {
        check(
            "- java_keystore: {name: a, dest: /srv/a.jks, keystore_type: jks, password: hunter2, certificate_path: /srv/a.crt, private_key_path: /srv/a.pem}",
            &[
                r#"{"step":{"name":"java keystore","command":{"script":{"shell":"/bin/sh","text":"umask 077\nopenssl pkcs12 -export -name a -in /srv/a.crt -inkey /srv/a.pem -passout env:PASSPHRASE -out /srv/a.jks.p12\nkeytool -importkeystore -noprompt -srcstoretype pkcs12 -srckeystore /srv/a.jks.p12 -srcstorepass:env PASSPHRASE -deststoretype jks -destkeystore /srv/a.jks -deststorepass:env PASSPHRASE\nrm /srv/a.jks.p12"}},"environment":[["PASSPHRASE",[{"secret":"the passphrase of /srv/a.jks"}]]],"creates":"/srv/a.jks","after":[]}}"#,
            ],
        );
        check(
            "- java_cert: {cert_path: /srv/a.crt, cert_alias: a, keystore_path: /srv/a.jks, keystore_pass: hunter2}",
            &[
                r#"{"step":{"name":"java cert","command":{"words":["keytool","-importcert","-noprompt","-file","/srv/a.crt","-keystore","/srv/a.jks","-storepass:env","PASSPHRASE","-alias","a"]},"environment":[["PASSPHRASE",[{"secret":"the passphrase of /srv/a.jks"}]]],"after":[]}}"#,
            ],
        );
    }
}
