//! `acpi-event`: a file of /etc/acpi/events, as an attribute of `services.acpid.handlers`.
//!
//! Manual: acpid(8). The module makes a script of the action and gives it the event as its first argument.

use serde_json::{Value, json};

use super::{Function, key_values};

pub(super) static FUNCTION: Function = Function {
    name: "acpi-event",
    call,
};

fn call(value: &Value) -> Option<Value> {
    let fields = (key_values::FUNCTION.call)(value)?;
    let fields = fields.as_object()?;
    let event = fields.get("event")?.as_str()?;
    let action = fields.get("action")?.as_str()?;
    if fields.len() != 2 {
        return None;
    }
    let mut script = String::new();
    let mut rest = action;
    while let Some((before, behind)) = rest.split_once('%') {
        script.push_str(before);
        let c = behind.chars().next()?;
        match c {
            'e' => script.push_str("$1"),
            '%' => script.push('%'),
            _ => return None,
        }
        rest = &behind[c.len_utf8()..];
    }
    script.push_str(rest);
    Some(json!({ "event": event, "action": script }))
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn the_event_is_an_argument() {
        check(
            &FUNCTION,
            "# x\nevent=button/power.*\naction=/etc/acpi/off.sh %e\n",
            Some(json!({"event": "button/power.*", "action": "/etc/acpi/off.sh $1"})),
        );
        check(&FUNCTION, "event=a\n", None);
        check(&FUNCTION, "event=a\naction=b %i\n", None);
    }
}
