# shop: captured root, Debian 12.
{ lib, ... }:

{
  imports = [
    ../../modules/services.nix
  ]
  ++ lib.filter builtins.pathExists [
    ./hardware-configuration.nix
    ./local.nix
  ];

  # etc/hostname:1
  networking.hostName = "shop";

  system.stateVersion = "26.05";
}
