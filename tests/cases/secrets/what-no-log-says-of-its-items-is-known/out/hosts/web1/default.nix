# web1: inventory `hosts`, groups web.
{ lib, ... }:

{
  imports = [
    ../../modules/files.nix
    ../../modules/ssh.nix
  ]
  ++ lib.filter builtins.pathExists [
    ./hardware-configuration.nix
    ./local.nix
  ];

  networking.hostName = "web1";

  system.stateVersion = "26.05";
}
