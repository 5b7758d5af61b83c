# web1: named by the plays.
{ lib, ... }:

{
  imports = [
    ../../modules/locale.nix
    ../../modules/services.nix
    ../../modules/ssh.nix
  ]
  ++ lib.filter builtins.pathExists [
    ./hardware-configuration.nix
    ./local.nix
  ];

  system.stateVersion = "26.05";
}
