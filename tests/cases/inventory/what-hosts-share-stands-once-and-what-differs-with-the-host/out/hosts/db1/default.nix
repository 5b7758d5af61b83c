# db1: inventory `hosts`, groups db.
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

  networking.hostName = "db1";

  system.stateVersion = "26.05";
}
