# till: named by the plays; captured root, Debian 12.
{ lib, ... }:

{
  imports = [
    ../../modules/boot.nix
    ../../modules/ssh.nix
    ../../modules/users.nix
  ]
  ++ lib.filter builtins.pathExists [
    ./hardware-configuration.nix
    ./local.nix
  ];

  # root/etc/hostname:1
  networking.hostName = "till";

  system.stateVersion = "26.05";
}
