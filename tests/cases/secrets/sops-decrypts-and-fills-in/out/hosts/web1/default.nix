# web1: inventory `hosts`.
{ lib, ... }:

{
  imports = [
    ../../modules/files.nix
    ../../modules/secrets.nix
    ../../modules/services.nix
    ../../modules/ssh.nix
    ../../modules/users.nix
  ]
  ++ lib.filter builtins.pathExists [
    ./hardware-configuration.nix
    ./local.nix
  ];

  networking.hostName = "web1";

  system.stateVersion = "26.05";
}
