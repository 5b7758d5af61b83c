# till: captured root, Debian 12.
{ lib, ... }:

{
  imports = [
    ../../modules/boot.nix
    ../../modules/files.nix
    ../../modules/filesystems.nix
    ../../modules/locale.nix
    ../../modules/networking.nix
    ../../modules/security.nix
    ../../modules/services.nix
    ../../modules/ssh.nix
    ../../modules/system.nix
    ../../modules/users.nix
  ]
  ++ lib.filter builtins.pathExists [
    ./hardware-configuration.nix
    ./local.nix
  ];

  # etc/hostname:1
  networking.hostName = "till";

  system.stateVersion = "26.05";
}
