# tiny: captured root, Alpine 3.20.1.
{ lib, ... }:

{
  imports = [
    ../../modules/boot.nix
  ]
  ++ lib.filter builtins.pathExists [
    ./hardware-configuration.nix
    ./local.nix
  ];

  # etc/hostname:1
  networking.hostName = "tiny";

  system.stateVersion = "26.05";
}
