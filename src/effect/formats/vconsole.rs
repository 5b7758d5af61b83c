//! `vconsole`: vconsole.conf as nixos/modules/config/console.nix writes it from `console`.

use serde_json::Value;

use super::{Format, locale, plain};

pub(super) static FORMAT: Format = Format {
    name: "vconsole",
    write,
    tree: locale::tree,
};

fn write(value: &Value) -> Option<String> {
    let map = value.get("keyMap").map_or("us".to_owned(), plain);
    let font = value.get("font").filter(|it| !it.is_null());
    let font = font.map(|it| format!("FONT={}\n", plain(it)));
    Some(format!("KEYMAP={map}\n{}", font.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn the_keymap_is_always_said() {
        check(&FORMAT, &json!({"font": "x"}), "FONT=x\nKEYMAP=us\n");
    }
}
