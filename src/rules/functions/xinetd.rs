//! `xinetd`: the services of a file of xinetd.d, as elements of `services.xinetd.services`.
//!
//! Manual: xinetd.conf(5). What has no option goes to `extraConfig`. A service that is switched off has no answer.

use serde_json::{Value, json};

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "xinetd",
    call,
};

fn call(value: &Value) -> Option<Value> {
    let mut services: Vec<Value> = Vec::new();
    let mut is_inside = false;
    for line in value.as_str()?.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match (is_inside, line) {
            (false, "{") => is_inside = !services.is_empty(),
            (true, "}") => is_inside = false,
            (false, _) => {
                let name = line.strip_prefix("service")?.trim();
                services.push(json!({ "name": name }));
            }
            (true, _) => attribute(line, services.last_mut()?)?,
        }
    }
    let whole = services.iter().all(|it| it.get("server").is_some());
    (whole && !is_inside && !services.is_empty()).then(|| services.into())
}

fn attribute(line: &str, service: &mut Value) -> Option<()> {
    let (name, value) = line.split_once('=')?;
    let (name, value) = (name.trim(), value.trim());
    let is_datagram = service.get("protocol").is_some_and(|it| it == "udp");
    match name {
        "disable" if value == "no" => {}
        "disable" => return None,
        "server" | "user" | "flags" | "protocol" => service[name] = value.into(),
        "server_args" => service["serverArgs"] = value.into(),
        "port" => service[name] = value.parse::<u16>().ok()?.into(),
        "type" if value == "UNLISTED" => service["unlisted"] = true.into(),
        // They follow from the protocol.
        "socket_type" if value == "dgram" => service["protocol"] = "udp".into(),
        "socket_type" if value == "stream" && !is_datagram => {}
        "wait" if (value == "yes") == is_datagram => {}
        "socket_type" | "wait" => return None,
        _ => {
            let before = service.get("extraConfig").and_then(Value::as_str);
            let text = format!("{}{line}\n", before.unwrap_or_default());
            service["extraConfig"] = text.into();
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn what_has_no_option_is_extra() {
        check(
            &FUNCTION,
            "service shop\n{\n\tdisable = no\n\tserver = /opt/shop\n\tport = 9898\n\tsocket_type = stream\n\tprotocol = tcp\n\tuser = shop\n\twait = no\n\tnice = -18\n}\n",
            Some(json!([{
                "name": "shop", "server": "/opt/shop", "port": 9898, "protocol": "tcp", "user": "shop",
                "extraConfig": "nice = -18\n",
            }])),
        );
        check(&FUNCTION, "service x\n{\n  disable = yes\n}\n", None);
        check(&FUNCTION, "service x\n{\n  id = y\n}\n", None);
    }
}
