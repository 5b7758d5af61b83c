//! Files that a module of NixOS writes from options which no rule can set: they depend on other files of the machine,
//! or hold a secret that has to stay outside of the store.

use super::statement::Lowered;
use super::{
    connection, dovecot, named, opendkim, openvpn, packet_filter, periodic, quadlet, ssh_config,
    unbound, wireguard, wpa_supplicant,
};
use crate::model::{File, Machine};

/// Lowers such a file; `None` for any other.
pub(super) fn lower(file: &File, machine: &Machine) -> Option<Lowered> {
    packet_filter::lower(file, machine)
        .or_else(|| wireguard::lower(file, machine))
        .or_else(|| wpa_supplicant::lower(file, machine))
        .or_else(|| connection::lower(file))
        .or_else(|| openvpn::lower(file, machine))
        .or_else(|| ssh_config::lower(file, machine))
        .or_else(|| named::lower(file, machine))
        .or_else(|| unbound::lower(file, machine))
        .or_else(|| dovecot::lower(file, machine))
        .or_else(|| opendkim::lower(file, machine))
        .or_else(|| quadlet::lower(file, machine))
        .or_else(|| periodic::lower(file, machine))
}
