# web1: named by the plays.
{ lib, ... }:

{
  imports = [
    ../../modules/ssh.nix
    ../../modules/roles/_service.nix
  ]
  ++ lib.filter builtins.pathExists [
    ./hardware-configuration.nix
    ./local.nix
  ];

  system.stateVersion = "26.05";
}
