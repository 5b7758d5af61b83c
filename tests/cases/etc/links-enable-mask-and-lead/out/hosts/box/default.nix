# box: captured root.
{ lib, ... }:

{
  imports = [
    ../../modules/files.nix
    ../../modules/hardware.nix
    ../../modules/locale.nix
    ../../modules/services.nix
    ../../modules/users.nix
  ]
  ++ lib.filter builtins.pathExists [
    ./hardware-configuration.nix
    ./local.nix
  ];

  # etc/hostname:1
  networking.hostName = "box";

  system.stateVersion = "26.05";
}
