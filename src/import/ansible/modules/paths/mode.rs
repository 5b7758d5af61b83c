//! Permissions: octal digits, or symbols over what is there, as chmod(1) and Ansible's `mode` take them.

use crate::account::Code;
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::value::Value;
use crate::import::permissions::symbolic;
use crate::model::Mode;

pub(super) fn take(params: &mut Params, base: Option<Mode>) -> Result<Option<Mode>, Refusal> {
    take_named(params, "mode", base)
}

pub(super) fn take_named(
    params: &mut Params,
    name: &str,
    base: Option<Mode>,
) -> Result<Option<Mode>, Refusal> {
    let value = match params.value(&[name]) {
        None => return Ok(None),
        // YAML 1.1 reads `0644` as octal; `644` is no octal number there, and Ansible takes its bits as they are.
        Some(Value::Int(bits)) => {
            let mode = u32::try_from(bits).map(|bits| Mode(bits & 0o7777));
            return mode
                .map(Some)
                .map_err(|_| params.bad(name, &bits.to_string(), "a mode"));
        }
        Some(Value::Unknown(hole)) => return Err(Refusal::hole(&hole)),
        Some(value) => value.to_text(),
    };
    if let Some(hole) = value.worst_hole() {
        return Err(Refusal::hole(hole));
    }
    let text = value.to_string();
    let text = text.trim();
    // The caller knows the file that `preserve` is about.
    if text.is_empty() || text == "preserve" {
        return Ok(None);
    }
    let octal = text.strip_prefix("0o").unwrap_or(text);
    if octal.bytes().all(|byte| byte.is_ascii_digit()) {
        return u32::from_str_radix(octal, 8)
            .map(|bits| Some(Mode(bits & 0o7777)))
            .map_err(|_| params.bad(name, text, "octal digits"));
    }
    match symbolic(text, base.map_or(0, |it| it.0)) {
        None => Err(params.bad(name, text, "a mode")),
        Some((bits, said)) if base.is_some() || said == 0o777 => Ok(Some(Mode(bits))),
        Some(_) => {
            let reason = format!("`{text}` changes permissions that are known only on the machine");
            Err(Refusal::new(Code::ValueUnknown, reason).cure("give all of the mode, in digits"))
        }
    }
}
