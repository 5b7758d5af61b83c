# box: captured root.
{ lib, ... }:

{
  imports = [
    ../../modules/boot.nix
    ../../modules/ssh.nix
  ]
  ++ lib.filter builtins.pathExists [
    ./hardware-configuration.nix
    ./local.nix
  ];

  # etc/hostname:1
  networking.hostName = "box";

  system.stateVersion = "26.05";
}
