//! What NixOS knows of file systems by itself.

/// File systems that are never checked at the start, so that a `0` in the last field of fstab says nothing
/// (nixos/modules/tasks/filesystems.nix, `fsToSkipCheck` and the kinds beside it).
pub const UNCHECKED_FILE_SYSTEMS: [&str; 21] = [
    "none",
    "auto",
    "overlay",
    "iso9660",
    "bindfs",
    "udf",
    "btrfs",
    "zfs",
    "tmpfs",
    "bcachefs",
    "nfs",
    "nfs4",
    "nilfs2",
    "vboxsf",
    "squashfs",
    "glusterfs",
    "apfs",
    "9p",
    "cifs",
    "prl_fs",
    "vmhgfs",
];
