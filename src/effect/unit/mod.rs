//! Units of systemd: the texts that NixOS writes from `systemd.*`, and what two units mean beside each other.
//!
//! Read in nixpkgs: nixos/lib/systemd-lib.nix (`attrsToSection`, `unitConfig`, `serviceConfig`, `stage2ServiceConfig`,
//! `mountConfig`, `serviceToUnit` and its like), nixos/lib/systemd-unit-options.nix (`serviceOptions.config` for scripts,
//! `unitOption` for how values join) and nixos/modules/system/boot/systemd.nix (`systemd.units`, `startAt`).

mod meaning;
mod written;

pub use meaning::{Difference, Meaning, Noise, compare, meaning};
pub use written::{Unit, Units, units};
