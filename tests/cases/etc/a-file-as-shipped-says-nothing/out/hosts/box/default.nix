# box: captured root, Debian 12.
{ lib, ... }:

{
  imports = [
    ../../modules/boot.nix
    ../../modules/files.nix
  ]
  ++ lib.filter builtins.pathExists [
    ./hardware-configuration.nix
    ./local.nix
  ];

  # etc/hostname:1
  networking.hostName = "box";

  system.stateVersion = "26.05";
}
