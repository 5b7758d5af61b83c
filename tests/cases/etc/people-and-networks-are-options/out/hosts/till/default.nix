# till: captured root.
{ lib, ... }:

{
  imports = [
    ../../modules/boot.nix
    ../../modules/locale.nix
    ../../modules/networking.nix
    ../../modules/services.nix
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
