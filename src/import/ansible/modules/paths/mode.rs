//! Permissions: octal digits, or symbols over what is there, as chmod(1) and Ansible's `mode` take them.

use crate::account::Code;
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::value::Value;
use crate::import::permissions::symbolic;
use crate::model::Mode;

/// What permissions are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::import::ansible::modules) enum Of {
    File,
    Folder,
}

/// Permissions as a task gives them.
#[derive(Clone, Debug)]
pub(in crate::import::ansible::modules) enum Asked {
    Bits(Mode),
    /// Symbols over what is there.
    Symbols(String),
}

impl Asked {
    /// Returns the permissions of something that has `base` so far.
    pub(in crate::import::ansible::modules) fn over(&self, base: Mode, of: Of) -> Mode {
        match self {
            Asked::Bits(mode) => *mode,
            Asked::Symbols(text) => symbols(text, base, of).map_or(base, |(mode, _)| mode),
        }
    }

    /// Returns the permissions where they do not hang on what was there.
    pub(in crate::import::ansible::modules) fn whole(&self, of: Of) -> Option<Mode> {
        match self {
            Asked::Bits(mode) => Some(*mode),
            Asked::Symbols(text) => {
                let (mode, said) = symbols(text, Mode(0), of)?;
                (said == 0o777).then_some(mode)
            }
        }
    }
}

fn symbols(text: &str, base: Mode, of: Of) -> Option<(Mode, u32)> {
    // A folder may be executed by somebody: `X` is `x` there.
    let text = match of {
        Of::Folder => text.replace('X', "x"),
        Of::File => text.to_owned(),
    };
    symbolic(&text, base.0).map(|(bits, said)| (Mode(bits), said))
}

/// Takes permissions.
pub(in crate::import::ansible::modules) fn take(
    params: &mut Params,
    name: &str,
) -> Result<Option<Asked>, Refusal> {
    let value = match params.value(&[name]) {
        None => return Ok(None),
        // YAML 1.1 reads `0644` as octal; `644` is no octal number there, and Ansible takes its bits as they are.
        Some(Value::Int(bits)) => {
            let mode = u32::try_from(bits).map(|bits| Asked::Bits(Mode(bits & 0o7777)));
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
            .map(|bits| Some(Asked::Bits(Mode(bits & 0o7777))))
            .map_err(|_| params.bad(name, text, "octal digits"));
    }
    match symbolic(text, 0) {
        None => Err(params.bad(name, text, "a mode")),
        Some(_) => Ok(Some(Asked::Symbols(text.to_owned()))),
    }
}

/// Says that permissions are known only on the machine.
pub(in crate::import::ansible::modules) fn not_known(asked: &Asked) -> Refusal {
    let text = match asked {
        Asked::Bits(mode) => mode.octal(),
        Asked::Symbols(text) => text.clone(),
    };
    let reason = format!("`{text}` changes permissions that are known only on the machine");
    Refusal::new(Code::ValueUnknown, reason).cure("give all of the mode, in digits")
}
