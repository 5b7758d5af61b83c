# web: named by the plays.
{ lib, ... }:

{
  imports = [
    ../../modules/files.nix
    ../../modules/ssh.nix
    ../../modules/users.nix
  ]
  ++ lib.filter builtins.pathExists [
    ./hardware-configuration.nix
    ./local.nix
  ];

  system.stateVersion = "26.05";
}
