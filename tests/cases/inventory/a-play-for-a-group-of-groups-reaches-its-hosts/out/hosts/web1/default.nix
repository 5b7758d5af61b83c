# web1: inventory `inventory.yml`, groups site, web.
{ lib, ... }:

{
  imports = [
    ../../modules/packages.nix
    ../../modules/ssh.nix
  ]
  ++ lib.filter builtins.pathExists [
    ./hardware-configuration.nix
    ./local.nix
  ];

  networking.hostName = "web1";

  system.stateVersion = "26.05";
}
