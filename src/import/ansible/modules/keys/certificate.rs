//! `openssl_csr`, `x509_certificate`, `openssl_pkcs12`: requests, certificates, and both in one file.

use super::{PRIVATE_KEY, made, own_file, passphrase};
use crate::account::Code;
use crate::import::ansible::modules::kept::texts;
use crate::import::ansible::modules::paths::absolute;
use crate::import::ansible::modules::{Module, Run};
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::value::Value;
use crate::model::Text;

pub(in crate::import::ansible::modules) const REQUEST: Module = Module {
    names: &["openssl_csr"],
    becomes: "A oneshot unit that makes the request while it is not there.",
    run: run_request,
    ..PRIVATE_KEY
};

pub(in crate::import::ansible::modules) const CERTIFICATE: Module = Module {
    names: &["x509_certificate", "openssl_certificate"],
    becomes: "A oneshot unit that signs the certificate while it is not there; from Let's Encrypt, left to you: security.acme.",
    run: run_certificate,
    ..PRIVATE_KEY
};

pub(in crate::import::ansible::modules) const PKCS12: Module = Module {
    names: &["openssl_pkcs12"],
    becomes: "A oneshot unit that puts both into one file while it is not there.",
    run: run_pkcs12,
    ..PRIVATE_KEY
};

/// The parts of a subject, in the order in which openssl shows them.
const SUBJECT: [(&[&str], &str); 7] = [
    (&["country_name", "C", "countryName"], "C"),
    (
        &["state_or_province_name", "ST", "stateOrProvinceName"],
        "ST",
    ),
    (&["locality_name", "L", "localityName"], "L"),
    (&["organization_name", "O", "organizationName"], "O"),
    (
        &["organizational_unit_name", "OU", "organizationalUnitName"],
        "OU",
    ),
    (&["common_name", "CN", "commonName"], "CN"),
    (&["email_address", "E", "emailAddress"], "emailAddress"),
];

fn run_request(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&["version"]);
    let Some(made) = made(params, &["path"], run)? else {
        params.rest();
        return Ok(());
    };
    let key = own_file(params, &["privatekey_path"], "privatekey_content", run)?;
    let secret = passphrase(params, "privatekey_passphrase", &key)?;
    let (subject, common_name) = subject(params)?;
    let digest = params.string(&["digest"])?;
    let names = params.list(&["subject_alt_name", "subjectAltName"])?;
    let takes_name = params
        .flag(&["use_common_name_for_san", "useCommonNameForSAN"])?
        .unwrap_or(true);
    let names = match (names, common_name) {
        (None, Some(name)) if takes_name => vec![format!("DNS:{name}")],
        (names, _) => names.unwrap_or_default(),
    };
    let mut words = texts(["openssl", "req", "-new", "-key", key.as_str()]);
    if secret.is_some() {
        words.extend(texts(["-passin", "env:PASSPHRASE"]));
    }
    let digest = format!("-{}", digest.as_deref().unwrap_or("sha256"));
    words.extend(texts([digest.as_str(), "-utf8", "-subj", subject.as_str()]));
    let extensions = [
        (
            "subjectAltName",
            &["subject_alt_name_critical", "subjectAltName_critical"][..],
            names,
        ),
        (
            "keyUsage",
            &["key_usage_critical", "keyUsage_critical"],
            params.list(&["key_usage", "keyUsage"])?.unwrap_or_default(),
        ),
        (
            "extendedKeyUsage",
            &[
                "extended_key_usage_critical",
                "extKeyUsage_critical",
                "extendedKeyUsage_critical",
            ],
            params
                .list(&["extended_key_usage", "extKeyUsage", "extendedKeyUsage"])?
                .unwrap_or_default(),
        ),
        (
            "basicConstraints",
            &["basic_constraints_critical", "basicConstraints_critical"],
            params
                .list(&["basic_constraints", "basicConstraints"])?
                .unwrap_or_default(),
        ),
    ];
    for (name, critical, values) in extensions {
        let is_critical = params.flag(critical)?.unwrap_or(false);
        if values.is_empty() {
            continue;
        }
        let critical = if is_critical { "critical," } else { "" };
        let extension = format!("{name}={critical}{}", values.join(","));
        words.extend(texts(["-addext", extension.as_str()]));
    }
    if params
        .flag(&["ocsp_must_staple", "ocspMustStaple"])?
        .unwrap_or(false)
    {
        words.extend(texts(["-addext", "tlsfeature=status_request"]));
    }
    if params
        .flag(&["create_subject_key_identifier"])?
        .unwrap_or(false)
    {
        words.extend(texts(["-addext", "subjectKeyIdentifier=hash"]));
    }
    words.extend(texts(["-out", made.path.as_str()]));
    let environment = secret.map(|it| ("PASSPHRASE".to_owned(), it));
    made.keep(&[words], environment.into_iter().collect(), run)
}

/// Takes the subject as openssl takes it, and its common name.
fn subject(params: &mut Params) -> Result<(String, Option<String>), Refusal> {
    let mut parts = Vec::new();
    let mut common_name = None;
    for (names, short) in SUBJECT {
        if let Some(value) = params.string(names)? {
            if short == "CN" {
                common_name = Some(value.clone());
            }
            parts.push((short.to_owned(), value));
        }
    }
    let ordered = match params.value(&["subject_ordered"]) {
        Some(Value::List(items)) => items.iter().cloned().collect(),
        _ => Vec::new(),
    };
    for given in params.value(&["subject"]).into_iter().chain(ordered) {
        let Value::Dict(fields) = given else {
            continue;
        };
        for (name, value) in fields.iter() {
            let values: Vec<Value> = match value {
                Value::List(items) => items.iter().cloned().collect(),
                other => vec![other.clone()],
            };
            for value in values {
                let text = value.to_text();
                let Some(value) = text.plain() else {
                    return Err(text.worst_hole().map_or_else(
                        || params.bad("subject", "", "names and their values"),
                        Refusal::hole,
                    ));
                };
                let name = name.to_string();
                if matches!(name.as_str(), "CN" | "commonName") {
                    common_name = Some(value.to_owned());
                }
                parts.push((name, value.to_owned()));
            }
        }
    }
    let mut text = String::new();
    for (name, value) in &parts {
        let value = value.replace('\\', "\\\\").replace('/', "\\/");
        text.push_str(&format!("/{name}={value}"));
    }
    if text.is_empty() {
        text.push('/');
    }
    Ok((text, common_name))
}

fn run_certificate(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let provider = params.string(&["provider"])?.unwrap_or_default();
    let Some(made) = made(params, &["path"], run)? else {
        params.rest();
        return Ok(());
    };
    let path = made.path.clone();
    let mut words = texts(["openssl"]);
    let (way, secret) = match provider.as_str() {
        "selfsigned" => {
            let key = own_file(params, &["privatekey_path"], "privatekey_content", run)?;
            let secret = passphrase(params, "privatekey_passphrase", &key)?;
            match request(params, run)? {
                Some(request) => {
                    words.extend(texts(["x509", "-req", "-in", request.as_str()]));
                    words.extend(texts([
                        "-copy_extensions",
                        "copy",
                        "-signkey",
                        key.as_str(),
                    ]));
                }
                None => {
                    words.extend(texts(["req", "-x509", "-new", "-subj", "/"]));
                    words.extend(texts(["-key", key.as_str()]));
                }
            }
            ("selfsigned", secret)
        }
        "ownca" => {
            let Some(request) = request(params, run)? else {
                return params.required(&["csr_path"]).map(|_| ());
            };
            let ours = own_file(params, &["ownca_path"], "ownca_content", run)?;
            let names = ["ownca_privatekey_path"];
            let key = own_file(params, &names, "ownca_privatekey_content", run)?;
            let secret = passphrase(params, "ownca_privatekey_passphrase", &key)?;
            words.extend(texts(["x509", "-req", "-in", request.as_str()]));
            words.extend(texts(["-copy_extensions", "copy", "-CA", ours.as_str()]));
            words.extend(texts(["-CAkey", key.as_str(), "-CAcreateserial"]));
            ("ownca", secret)
        }
        "assertonly" => {
            params.rest();
            run.probe("it only looks at a certificate");
            return Ok(());
        }
        other => {
            params.rest();
            let reason = format!("`{path}` is a certificate of `{other}`");
            return Err(Refusal::new(Code::CannotState, reason).cure(
                "security.acme.certs.\"<domain>\" fetches and renews it; the programs read it below /var/lib/acme",
            ));
        }
    };
    if secret.is_some() {
        words.extend(texts(["-passin", "env:PASSPHRASE"]));
    }
    let digest = params.string(&[&format!("{way}_digest")])?;
    words.push(Text::from(format!(
        "-{}",
        digest.as_deref().unwrap_or("sha256")
    )));
    let until = params.string(&[&format!("{way}_not_after"), &format!("{way}_notAfter")])?;
    words.extend(lasts(until.as_deref().unwrap_or("+3650d"), params)?);
    params.pass_over(&[
        &format!("{way}_not_before"),
        &format!("{way}_notBefore"),
        &format!("{way}_version"),
        &format!("{way}_create_subject_key_identifier"),
        &format!("{way}_create_authority_key_identifier"),
        "privatekey_path",
    ]);
    words.extend(texts(["-out", path.as_str()]));
    let environment = secret.map(|it| ("PASSPHRASE".to_owned(), it));
    made.keep(&[words], environment.into_iter().collect(), run)
}

fn request(params: &mut Params, run: &Run<'_, '_>) -> Result<Option<String>, Refusal> {
    let path = params.string(&["csr_path"])?;
    if path.is_none() && params.value(&["csr_content"]).is_some() {
        let reason = "the request is given as a text, which an earlier task made";
        return Err(Refusal::new(Code::ValueUnknown, reason)
            .cure("write the request to a file, and name that"));
    }
    path.map(|it| absolute(run, &it)).transpose()
}

/// How long a certificate lasts: `+3650d`, `+10w`, or a time.
fn lasts(until: &str, params: &Params) -> Result<Vec<Text>, Refusal> {
    let bad = || params.bad("not_after", until, "a time such as `+3650d`");
    let Some(relative) = until.strip_prefix('+') else {
        let is_time = until.ends_with('Z')
            && until
                .trim_end_matches('Z')
                .bytes()
                .all(|c| c.is_ascii_digit());
        return is_time
            .then(|| texts(["-not_after", until]))
            .ok_or_else(bad);
    };
    let (digits, unit) = relative.split_at(relative.len().saturating_sub(1));
    let number: i64 = digits.parse().map_err(|_| bad())?;
    let days = match unit {
        "d" => number,
        "w" => number * 7,
        _ => return Err(bad()),
    };
    Ok(texts(["-days", days.to_string().as_str()]))
}

fn run_pkcs12(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&[
        "encryption_level",
        "iter_size",
        "maciter_size",
        "other_certificates_parse_all",
    ]);
    let action = params.choice(&["action"], &["export", "parse"], "export")?;
    let Some(made) = made(params, &["path"], run)? else {
        params.rest();
        return Ok(());
    };
    let secret = passphrase(params, "passphrase", &made.path)?;
    let mut environment = Vec::new();
    let mut words = texts(["openssl", "pkcs12"]);
    let way = |name: &str| match secret {
        Some(_) => texts([name, "env:PASSPHRASE"]),
        None => texts([name, "pass:"]),
    };
    if action == "parse" {
        let source = params.required(&["src"])?;
        let source = absolute(run, &source)?;
        words.extend(texts(["-in", source.as_str(), "-nodes"]));
        words.extend(way("-passin"));
    } else {
        let certificate = params.string(&["certificate_path"])?;
        let key = params.string(&["privatekey_path"])?;
        let name = params.string(&["friendly_name", "name"])?;
        let others = params.list(&["other_certificates", "ca_certificates"])?;
        let inner = passphrase(
            params,
            "privatekey_passphrase",
            key.as_deref().unwrap_or_default(),
        )?;
        words.push(Text::from("-export"));
        match (&key, certificate) {
            (Some(key), certificate) => {
                words.extend(texts(["-inkey", &absolute(run, key)?]));
                if let Some(it) = certificate {
                    words.extend(texts(["-in", &absolute(run, &it)?]));
                }
            }
            (None, Some(it)) => words.extend(texts(["-nokeys", "-in", &absolute(run, &it)?])),
            (None, None) => return params.required(&["certificate_path"]).map(|_| ()),
        }
        for other in others.unwrap_or_default() {
            words.extend(texts(["-certfile", &absolute(run, &other)?]));
        }
        words.extend(name.iter().flat_map(|it| texts(["-name", it])));
        if let Some(inner) = inner {
            words.extend(texts(["-passin", "env:KEY_PASSPHRASE"]));
            environment.push(("KEY_PASSPHRASE".to_owned(), inner));
        }
        words.extend(way("-passout"));
    }
    words.extend(texts(["-out", made.path.as_str()]));
    environment.extend(secret.map(|it| ("PASSPHRASE".to_owned(), it)));
    let made = super::Made {
        is_private: true,
        ..made
    };
    made.keep(&[words], environment, run)
}

#[cfg(test)]
mod tests {
    use crate::import::ansible::modules::tests::check;

    #[test]
    fn a_request_has_its_subject_and_names() {
        check(
            "- openssl_csr: {path: /srv/a.csr, privatekey_path: /srv/a.pem, common_name: a.example.org, O: 'A/B', key_usage: [digitalSignature]}",
            &[
                r#"{"step":{"name":"openssl csr","command":{"script":{"shell":"/bin/sh","text":"openssl req -new -key /srv/a.pem -sha256 -utf8 -subj '/O=A\\/B/CN=a.example.org' -addext subjectAltName=DNS:a.example.org -addext keyUsage=digitalSignature -out /srv/a.csr"}},"environment":[],"creates":"/srv/a.csr","after":[]}}"#,
            ],
        );
    }

    #[test]
    fn certificates_are_signed_by_a_key_of_the_machine() {
        check(
            "- x509_certificate: {path: /srv/a.crt, privatekey_path: /srv/a.pem, csr_path: /srv/a.csr, provider: selfsigned}",
            &[
                r#"{"step":{"name":"x509 certificate","command":{"script":{"shell":"/bin/sh","text":"openssl x509 -req -in /srv/a.csr -copy_extensions copy -signkey /srv/a.pem -sha256 -days 3650 -out /srv/a.crt"}},"environment":[],"creates":"/srv/a.crt","after":[]}}"#,
            ],
        );
        check(
            "- openssl_certificate: {path: /srv/a.crt, csr_path: /srv/a.csr, provider: ownca, ownca_path: /srv/ca.crt, ownca_privatekey_path: /srv/ca.pem, ownca_not_after: +52w}",
            &[
                r#"{"step":{"name":"openssl certificate","command":{"script":{"shell":"/bin/sh","text":"openssl x509 -req -in /srv/a.csr -copy_extensions copy -CA /srv/ca.crt -CAkey /srv/ca.pem -CAcreateserial -sha256 -days 364 -out /srv/a.crt"}},"environment":[],"creates":"/srv/a.crt","after":[]}}"#,
            ],
        );
        check(
            "- x509_certificate: {path: /srv/a.crt, provider: acme, csr_path: /srv/a.csr}",
            &["manual: `/srv/a.crt` is a certificate of `acme`"],
        );
    }
}
