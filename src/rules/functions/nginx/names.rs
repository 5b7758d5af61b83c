//! Names of one word that nginx has to resolve when it starts: those of containers in a network of their own, mostly.

use crate::syntax::nginx::Directive;

/// Directives whose first word is where requests are passed to.
const PASSES: [&str; 6] = [
    "fastcgi_pass",
    "grpc_pass",
    "memcached_pass",
    "proxy_pass",
    "scgi_pass",
    "uwsgi_pass",
];

/// Says which names the machine has to know; none where there are none.
pub(super) fn claim(list: &[Directive]) -> Option<String> {
    let mut names: Vec<&str> = Vec::new();
    find(list, false, &mut names);
    let shown: Vec<String> = names.iter().map(|it| format!("`{it}`")).collect();
    let (last, others) = shown.split_last()?;
    Some(match others {
        [] => format!("{last} is a name that the machine resolves (networking.hosts)"),
        others => format!(
            "{} and {last} are names that the machine resolves (networking.hosts)",
            others.join(", ")
        ),
    })
}

fn find<'d>(list: &'d [Directive], in_upstream: bool, names: &mut Vec<&'d str>) {
    for directive in list {
        let is_upstream = directive.name == "upstream";
        find(directive.inner().unwrap_or_default(), is_upstream, names);
        let is_place = PASSES.contains(&directive.name.as_str())
            || (in_upstream && directive.name == "server");
        let name = directive.words.first().filter(|_| is_place);
        if let Some(name) = name.and_then(|it| of(&it.value, in_upstream))
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
}

/// Returns the name of one word in an address. Without a port it may be that of an upstream in another file.
fn of(address: &str, in_upstream: bool) -> Option<&str> {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let place = rest.split('/').next().unwrap_or_default();
    let (name, port) = match place.split_once(':') {
        Some((name, port)) => (name, Some(port)),
        None => (place, None),
    };
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let is_name = !matches!(name, "" | "localhost" | "unix")
        && name.chars().all(is_word)
        && name.contains(|c: char| c.is_ascii_alphabetic());
    (is_name && (in_upstream || port.is_some())).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::claim;
    use crate::syntax::nginx;

    fn check(text: &str, expected: &str) {
        let list = nginx::read(text).unwrap();
        assert_eq!(claim(&list).unwrap_or_default(), expected, "{text}");
    }

    #[test]
    fn names_of_one_word_have_to_be_known() {
        check(
            "upstream a { server web1:5000; server web2; server 10.0.0.1; }",
            "`web1` and `web2` are names that the machine resolves (networking.hosts)",
        );
        check(
            "location / { proxy_pass http://app:8000/x; }",
            "`app` is a name that the machine resolves (networking.hosts)",
        );
    }

    #[test]
    fn others_are_known_anyway() {
        for text in [
            "proxy_pass http://a;",
            "proxy_pass http://localhost:80;",
            "proxy_pass http://127.0.0.1:80;",
            "proxy_pass http://$x:80;",
            "proxy_pass http://app.example.org:80;",
            "fastcgi_pass unix:/run/x;",
            "server { listen 80; }",
        ] {
            check(text, "");
        }
    }
}
