# till: named by the plays; captured root, Debian 12; Dockerfile.
{ lib, ... }:

{
  imports = [
    ../../modules/boot.nix
    ../../modules/ssh.nix
    ../../modules/users.nix
    ../../modules/services/clock.nix
  ]
  ++ lib.filter builtins.pathExists [
    ./hardware-configuration.nix
    ./local.nix
  ];

  # root/etc/hostname:1
  networking.hostName = "till";

  # clock/Dockerfile:2 CMD
  services.clock.enable = true;

  system.stateVersion = "26.05";
}
