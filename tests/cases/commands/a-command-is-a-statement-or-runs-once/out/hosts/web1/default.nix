# web1: named by the plays.
{ lib, ... }:

{
  imports = [
    ../../modules/containers.nix
    ../../modules/files.nix
    ../../modules/filesystems.nix
    ../../modules/firewall.nix
    ../../modules/packages.nix
    ../../modules/services.nix
    ../../modules/ssh.nix
    ../../modules/users.nix
  ]
  ++ lib.filter builtins.pathExists [
    ./hardware-configuration.nix
    ./local.nix
  ];

  system.stateVersion = "26.05";
}
