# depot: captured root.
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
  networking.hostName = "depot";

  system.stateVersion = "26.05";
}
