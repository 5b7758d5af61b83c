//! `uri`: requests over HTTP. One that only reads is a look; one that sends something is a step that asks with curl.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/uri_module.html>

use super::{Kind, Module, Run, command};
use crate::account::Code;
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::results;
use crate::import::ansible::value::Value;
use crate::model::{Command, Condition, Text};

pub(super) const MODULE: Module = Module {
    names: &["uri"],
    collection: "ansible.builtin",
    becomes: "Nothing for a request that only reads. One that sends something is a oneshot unit that sends it once, \
              after the services that the source had started.",
    kind: Kind::Changes,
    run,
};

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let url = params.text(&["url"])?.unwrap_or_default();
    let method = params
        .string(&["method"])?
        .unwrap_or_else(|| "GET".to_owned())
        .to_ascii_uppercase();
    let dest = params.string(&["dest"])?;
    if let Some(dest) = dest {
        params.rest();
        let reason = format!("it keeps in `{dest}` what {url} answers when Ansible runs");
        return Err(Refusal::new(Code::ValueUnknown, reason)
            .cure("pkgs.fetchurl takes it at build time, where the answer is always the same"));
    }
    if matches!(method.as_str(), "GET" | "HEAD" | "OPTIONS") {
        params.rest();
        run.probe("it only asks, and changes nothing on the machine");
        return Ok(());
    }
    if let Some(why) = only_asks(&url, run) {
        params.rest();
        run.probe(why);
        return Ok(());
    }
    // What it registers is an answer of the service, which nobody knows here.
    run.returns = Some(results::unknown(run.task));
    if run.guard != Condition::True && run.check.is_none() {
        params.rest();
        let reason = format!("it sends a request ({method} {url}) to a running service");
        return Err(Refusal::new(Code::CannotState, reason)
            .cure("do it once by hand, or as a oneshot unit after the service"));
    }
    let words = words(&method, url, params)?;
    command::keep(Command::Words(words), params, run)
}

/// Says why a request that sends something changes nothing: its task says so, or it only asks for a token.
fn only_asks(url: &Text, run: &Run<'_, '_>) -> Option<&'static str> {
    let keywords = &run.task.keywords;
    let unchanged = keywords.changed_when.as_ref().and_then(|it| it.text());
    keywords.register.as_ref()?;
    if matches!(unchanged, Some("false" | "False" | "no")) {
        return Some("the source says that it changes nothing");
    }
    let url = url.to_string();
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let last = path.trim_end_matches('/').rsplit('/').next()?;
    let is_login = matches!(last, "auth" | "login" | "token" | "tokens");
    is_login.then_some("it only asks for a token, for the requests that come after it")
}

/// Returns the words with which curl sends the request.
fn words(method: &str, url: Text, params: &mut Params) -> Result<Vec<Text>, Refusal> {
    let plain = |words: &[&str]| -> Vec<Text> { words.iter().map(|it| Text::from(*it)).collect() };
    let mut all = plain(&["curl", "--silent", "--show-error"]);
    let accepted = params.list(&["status_code"])?.unwrap_or_default();
    let is_error = |code: &String| code.parse().is_ok_and(|code: u32| code >= 400);
    if !accepted.iter().any(is_error) {
        all.extend(plain(&["--fail"]));
    }
    // A service that was started a moment ago may not listen yet.
    all.extend(plain(&["--retry", "5", "--retry-connrefused"]));
    if params.flag(&["validate_certs"])? == Some(false) {
        all.extend(plain(&["--insecure"]));
    }
    let follows = params.value(&["follow_redirects"]);
    if follows.is_some_and(|it| matches!(it.as_str(), Some("all" | "yes" | "urllib2"))) {
        all.extend(plain(&["--location"]));
    }
    all.extend(plain(&["--request", method]));
    let user = params.text(&["url_username", "user"])?;
    let password = params.text(&["url_password", "password"])?;
    if let Some(user) = user {
        let mut pair = user;
        pair.push_str(":");
        if let Some(password) = &password {
            pair.push(password);
        }
        all.extend(plain(&["--user"]));
        all.push(pair);
    }
    let mut headers = params.pairs(&["headers"])?;
    let format = params.choice(
        &["body_format"],
        &["form-multipart", "form-urlencoded", "json", "raw"],
        "raw",
    )?;
    let says_type = headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    if format == "json" && !says_type {
        headers.push(("Content-Type".to_owned(), Text::from("application/json")));
    }
    for (name, value) in headers {
        let mut header = Text::from(format!("{name}: ").as_str());
        header.push(&value);
        all.extend(plain(&["--header"]));
        all.push(header);
    }
    all.extend(body(&format, params)?);
    if let Some(socket) = params.string(&["unix_socket"])? {
        all.extend(plain(&["--unix-socket", &socket]));
    }
    // How the answer is kept, and how the module goes about it.
    params.pass_over(&[
        "return_content",
        "force",
        "force_basic_auth",
        "timeout",
        "use_proxy",
        "http_agent",
        "use_gssapi",
        "use_netrc",
        "unredirected_headers",
        "decompress",
        "ciphers",
        "remote_src",
    ]);
    all.push(url);
    Ok(all)
}

/// Returns the words with which curl sends the body.
fn body(format: &str, params: &mut Params) -> Result<Vec<Text>, Refusal> {
    if let Some(source) = params.string(&["src"])? {
        let reason = format!("the body of the request is the file `{source}`");
        return Err(Refusal::new(Code::CannotState, reason)
            .cure("do it once by hand, or as a oneshot unit after the service"));
    }
    let Some(value) = params.value(&["body"]) else {
        return Ok(Vec::new());
    };
    if let Value::Unknown(hole) = &value {
        return Err(Refusal::hole(hole));
    }
    if let (Value::Dict(pairs), "form-urlencoded") = (&value, format) {
        let mut all = Vec::new();
        for (name, value) in pairs.iter() {
            let mut pair = Text::from(format!("{name}=").as_str());
            pair.push(&value.to_text());
            all.push(Text::from("--data-urlencode"));
            all.push(pair);
        }
        return Ok(all);
    }
    if format == "form-multipart" {
        return Err(Refusal::new(
            Code::CannotState,
            "the request sends a form of several parts",
        )
        .cure("do it once by hand, or as a oneshot unit after the service"));
    }
    let text = match &value {
        Value::List(_) | Value::Dict(_) => value.to_json(),
        _ => value.to_text(),
    };
    Ok(vec![Text::from("--data-raw"), text])
}
