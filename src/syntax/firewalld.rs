//! firewalld: the services that it knows by name, its zones, and rich rules.
//!
//! Manuals: firewalld.richlanguage(5), firewalld.service(5), firewalld.zone(5). The files are XML of the plainest kind:
//! elements with attributes, whose text means nothing.

use super::firewalld_services::SERVICES;

/// A zone, or a service, which has ports alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Zone {
    /// `default`, `ACCEPT`, `DROP` or `%%REJECT%%`.
    pub target: String,
    pub interfaces: Vec<String>,
    /// Addresses.
    pub sources: Vec<String>,
    pub services: Vec<String>,
    /// As `22/tcp` and `1000-2000/udp`.
    pub ports: Vec<String>,
    /// Rich rules, as they are written in tasks.
    pub rules: Vec<String>,
    /// Ports that lead elsewhere.
    pub forwards: Vec<Forward>,
    /// What goes out gets the address of the machine.
    pub masquerades: bool,
    /// Protocols that are let in as a whole.
    pub protocols: Vec<String>,
    /// Ports that packets come from, as `67/udp`.
    pub source_ports: Vec<String>,
    /// Kinds of ICMP that are refused.
    pub icmp_blocks: Vec<String>,
    /// What else it has, for people.
    pub others: Vec<String>,
}

/// A port that leads elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forward {
    /// A port, or a range of ports with `-`.
    pub port: String,
    pub protocol: String,
    /// The same where there is none.
    pub to_port: Option<String>,
    /// This machine where there is none.
    pub to_address: Option<String>,
}

impl Forward {
    /// Writes it as rules in the words of iptables-save, which are for what `from` says: an interface, or a source.
    pub fn rules(&self, family: &str, from: &str) -> Vec<String> {
        let (protocol, port) = (&self.protocol, self.port.replace('-', ":"));
        let of = format!("{family}-t nat -A PREROUTING {from}-p {protocol} --dport {port}");
        match (&self.to_address, &self.to_port) {
            (Some(address), to_port) => {
                let to_port = to_port.as_ref().map(|it| format!(":{it}"));
                let to = format!("{address}{}", to_port.unwrap_or_default());
                vec![format!("{of} -j DNAT --to-destination {to}")]
            }
            // What is led to a port of this machine comes in there, and what is sent there by itself does not.
            (None, Some(to_port)) => {
                let own = to_port.replace('-', ":");
                vec![
                    format!("{of} -j REDIRECT --to-ports {to_port}"),
                    format!(
                        "{family}-A INPUT {from}-p {protocol} --dport {own} -m conntrack --ctstate DNAT -j ACCEPT"
                    ),
                ]
            }
            (None, None) => Vec::new(),
        }
    }
}

/// Reads the file of a zone or of a service.
///
/// # Errors
/// What is no XML.
pub fn zone(text: &str) -> Result<Zone, String> {
    let mut zone = Zone::default();
    let mut rule: Option<String> = None;
    let mut rest = text;
    while let Some((_, behind)) = rest.split_once('<') {
        if let Some(comment) = behind.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let (tag, after) = behind.split_once('>').ok_or("a tag is not closed")?;
        rest = after;
        if tag.starts_with(['?', '!']) {
            continue;
        }
        if let Some(name) = tag.strip_prefix('/') {
            if name.trim() == "rule" {
                zone.rules.extend(rule.take());
            }
            continue;
        }
        let words = words(tag.trim_end_matches('/'));
        let (name, attributes) = words.split_first().ok_or("a tag has no name")?;
        let attribute = |wanted: &str| {
            let own = attributes.iter().filter_map(|it| it.split_once('='));
            let found = own.clone().find(|(name, _)| *name == wanted);
            found.map(|(_, value)| value.to_owned())
        };
        if let Some(rule) = &mut rule {
            rule.push_str(&format!(" {name}"));
            let invert = attribute("invert").unwrap_or_default();
            if matches!(invert.as_str(), "True" | "true" | "yes") {
                rule.push_str(" not");
            }
            let others = attributes.iter().filter_map(|it| it.split_once('='));
            for (key, value) in others.filter(|(key, _)| *key != "invert") {
                rule.push_str(&format!(" {key}=\"{value}\""));
            }
            continue;
        }
        match name.as_str() {
            "zone" => zone.target = attribute("target").unwrap_or_else(|| "default".to_owned()),
            "service" if attribute("name").is_some() => zone.services.extend(attribute("name")),
            "service" | "short" | "description" | "forward" | "version" => {}
            "interface" => zone.interfaces.extend(attribute("name")),
            "source" => match attribute("address") {
                Some(address) => zone.sources.push(address),
                None => zone.others.push("a source that is no address".to_owned()),
            },
            "port" => {
                let port = attribute("port").unwrap_or_default();
                let protocol = attribute("protocol").unwrap_or_default();
                zone.ports.push(format!("{port}/{protocol}"));
            }
            "protocol" => zone.protocols.extend(attribute("value")),
            "masquerade" => zone.masquerades = true,
            "icmp-block" => zone.icmp_blocks.extend(attribute("name")),
            "source-port" => {
                let port = attribute("port").unwrap_or_default();
                let protocol = attribute("protocol").unwrap_or_default();
                zone.source_ports.push(format!("{port}/{protocol}"));
            }
            "forward-port" => zone.forwards.push(Forward {
                port: attribute("port").unwrap_or_default(),
                protocol: attribute("protocol").unwrap_or_default(),
                to_port: attribute("to-port"),
                to_address: attribute("to-addr"),
            }),
            "rule" => {
                let family = attribute("family");
                let family = family.map(|it| format!(" family=\"{it}\""));
                rule = Some(format!("rule{}", family.unwrap_or_default()));
            }
            other => zone.others.push(format!("`{other}`")),
        }
    }
    Ok(zone)
}

/// Reads a rich rule that accepts or refuses packets, as rules in the words of iptables-save; `interface` is that of the
/// zone it is in.
///
/// # Errors
/// What such rules cannot say.
pub fn rich_rule(text: &str, interface: Option<&str>) -> Result<Vec<String>, String> {
    let mut words = words(text).into_iter().peekable();
    if words.next().as_deref() != Some("rule") {
        return Err(format!("`{text}` is no rich rule"));
    }
    let mut family = "";
    let mut from = String::new();
    let mut ports: Vec<String> = Vec::new();
    let mut target = None;
    let mut limit = String::new();
    let mut forward: Option<Forward> = None;
    let mut masquerades = false;
    while let Some(word) = words.next() {
        let (name, value) = word.split_once('=').unwrap_or((&word, ""));
        match (name, value) {
            ("family", "ipv4") => family = "-4 ",
            ("family", "ipv6") => family = "-6 ",
            ("source" | "destination", "") => {
                let option = if name == "source" { "-s" } else { "-d" };
                let is_not = words.next_if(|it| it.eq_ignore_ascii_case("not")).is_some();
                let sign = if is_not { "! " } else { "" };
                let address = words.next().unwrap_or_default();
                let Some(address) = address.strip_prefix("address=") else {
                    return Err(format!("the rich rule asks for `{address}`"));
                };
                from.push_str(&format!("{sign}{option} {address} "));
            }
            ("service", "") => {
                let service = attribute(&mut words, "name")?;
                let found = SERVICES.iter().find(|(name, _)| *name == service);
                let Some((_, own)) = found else {
                    return Err(format!(
                        "the ports of firewalld's service `{service}` are not known here"
                    ));
                };
                for port in own.split(' ') {
                    let (port, protocol) = port.split_once('/').unwrap_or((port, "tcp"));
                    ports.push(format!("-p {protocol} --dport {port} "));
                }
            }
            ("port", "") => {
                let (port, protocol) = port_of(&mut words)?;
                ports.push(format!("-p {protocol} --dport {port} "));
            }
            ("icmp-type", "") => {
                let kind = attribute(&mut words, "name")?;
                ports.push(format!("-p icmp --icmp-type {kind} "));
                family = "-4 ";
            }
            ("source-port", "") => {
                let (port, protocol) = port_of(&mut words)?;
                ports.push(format!("-p {protocol} --sport {port} "));
            }
            ("forward-port", "") => {
                let mut own = Forward::default();
                while let Some((key, value)) = words
                    .next_if(|it| it.contains('='))
                    .as_deref()
                    .and_then(|it| it.split_once('='))
                {
                    match key {
                        "port" => value.clone_into(&mut own.port),
                        "protocol" => value.clone_into(&mut own.protocol),
                        "to-port" => own.to_port = Some(value.to_owned()),
                        "to-addr" => own.to_address = Some(value.to_owned()),
                        _ => return Err(format!("the rich rule has `{key}`")),
                    }
                }
                forward = Some(own);
            }
            ("masquerade", "") => masquerades = true,
            ("limit", "") if target.is_some() => {
                let value = attribute(&mut words, "value")?;
                limit = format!("-m limit --limit {value} ");
            }
            ("protocol", "") => {
                let protocol = attribute(&mut words, "value")?;
                ports.push(format!("-p {protocol} "));
            }
            // What is logged is the firewall's own affair.
            ("log" | "audit", "") => {
                while words.next_if(|it| it.contains('=')).is_some() {}
                if words.next_if(|it| it == "limit").is_some() {
                    words.next();
                }
            }
            ("accept", "") => target = Some("ACCEPT"),
            ("drop", "") => target = Some("DROP"),
            ("reject", "") => target = Some("REJECT"),
            ("type", _) if target == Some("REJECT") => {}
            _ => return Err(format!("the rich rule has `{word}`")),
        }
    }
    let on = interface.map_or_else(String::new, |name| format!("-i {name} "));
    if family.is_empty() && !from.is_empty() {
        family = if from.contains(':') { "-6 " } else { "-4 " };
    }
    if let Some(forward) = forward {
        let rules = forward.rules(family, &format!("{on}{from}"));
        return if rules.is_empty() {
            Err("the rich rule leads a port nowhere".to_owned())
        } else {
            Ok(rules)
        };
    }
    if masquerades {
        let out = interface.map_or_else(|| "! -o lo ".to_owned(), |name| format!("-o {name} "));
        return Ok(vec![format!(
            "{family}-t nat -A POSTROUTING {out}{from}-j MASQUERADE"
        )]);
    }
    let Some(target) = target else {
        return Err("the rich rule neither accepts nor refuses".to_owned());
    };
    if from.is_empty() && ports.is_empty() {
        return Err("the rich rule is about all packets".to_owned());
    }
    if ports.is_empty() {
        ports.push(String::new());
    }
    let rules = ports
        .iter()
        .map(|port| format!("{family}-A INPUT {on}{from}{port}{limit}-j {target}"));
    Ok(rules.collect())
}

/// Reads the port and the protocol behind `port` and `source-port`.
fn port_of(
    words: &mut std::iter::Peekable<impl Iterator<Item = String>>,
) -> Result<(String, String), String> {
    let (mut port, mut protocol) = (String::new(), String::new());
    while let Some(word) =
        words.next_if(|it| it.starts_with("port=") || it.starts_with("protocol="))
    {
        match word.split_once('=') {
            Some(("port", value)) => port = value.replace('-', ":"),
            Some((_, value)) => protocol = value.to_owned(),
            None => {}
        }
    }
    if port.is_empty() || !matches!(protocol.as_str(), "tcp" | "udp") {
        return Err("the rich rule names no port of TCP or UDP".to_owned());
    }
    Ok((port, protocol))
}

fn attribute(words: &mut impl Iterator<Item = String>, name: &str) -> Result<String, String> {
    let word = words.next().unwrap_or_default();
    match word.split_once('=') {
        Some((own, value)) if own == name => Ok(value.to_owned()),
        _ => Err(format!("the rich rule lacks `{name}`")),
    }
}

/// Splits at blanks; quotes around a value are taken away.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    for c in text.chars() {
        match c {
            _ if quote == Some(c) => quote = None,
            '"' | '\'' if quote.is_none() => quote = Some(c),
            _ if quote.is_none() && c.is_whitespace() => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            _ => word.push(c),
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::rich_rule;

    fn check(text: &str, expected: &[&str]) {
        let found = rich_rule(text, None).unwrap_or_else(|why| vec![format!("! {why}")]);
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn rich_rules_are_rules_of_a_filter() {
        check(
            "rule family=\"ipv4\" source address=\"192.0.2.0/24\" port port=\"9100\" protocol=\"tcp\" accept",
            &["-4 -A INPUT -s 192.0.2.0/24 -p tcp --dport 9100 -j ACCEPT"],
        );
        check(
            "rule source not address=2001:db8::/32 service name=dns log prefix=x level=info reject type='x'",
            &[
                "-6 -A INPUT ! -s 2001:db8::/32 -p tcp --dport 53 -j REJECT",
                "-6 -A INPUT ! -s 2001:db8::/32 -p udp --dport 53 -j REJECT",
            ],
        );
        check(
            "rule family=ipv4 source address=192.0.2.1 drop",
            &["-4 -A INPUT -s 192.0.2.1 -j DROP"],
        );
    }

    #[test]
    fn rich_rules_lead_ports_elsewhere() {
        check(
            "rule family=ipv6 source address=fd00::/80 masquerade",
            &["-6 -t nat -A POSTROUTING ! -o lo -s fd00::/80 -j MASQUERADE"],
        );
        check(
            "rule family=ipv4 forward-port port=80 protocol=tcp to-port=8080 to-addr=10.0.0.2",
            &["-4 -t nat -A PREROUTING -p tcp --dport 80 -j DNAT --to-destination 10.0.0.2:8080"],
        );
        check(
            "rule family=ipv4 forward-port port=80 protocol=tcp to-port=8080",
            &[
                "-4 -t nat -A PREROUTING -p tcp --dport 80 -j REDIRECT --to-ports 8080",
                "-4 -A INPUT -p tcp --dport 8080 -m conntrack --ctstate DNAT -j ACCEPT",
            ],
        );
        check(
            "rule family=ipv4 service name=ssh accept limit value=10/m",
            &["-4 -A INPUT -p tcp --dport 22 -m limit --limit 10/m -j ACCEPT"],
        );
    }

    #[test]
    fn what_they_cannot_say_is_said() {
        check(
            "rule family=ipv6 source address=fd00::/80 mark set=1",
            &["! the rich rule has `mark`"],
        );
        check("rule accept", &["! the rich rule is about all packets"]);
    }
}
