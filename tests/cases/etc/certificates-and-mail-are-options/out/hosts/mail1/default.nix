# mail1: captured root, Debian 12.
{ lib, ... }:

{
  imports = [
    ../../modules/files.nix
    ../../modules/packages.nix
    ../../modules/security.nix
    ../../modules/services.nix
  ]
  ++ lib.filter builtins.pathExists [
    ./hardware-configuration.nix
    ./local.nix
  ];

  # etc/hostname:1
  networking.hostName = "mail1";

  system.stateVersion = "26.05";
}
