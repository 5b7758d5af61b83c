# web: named by the plays.
{ lib, ... }:

{
  imports = [
    ../../modules/ssh.nix
    ../../modules/roles/b.nix
    ../../modules/roles/a.nix
  ]
  ++ lib.filter builtins.pathExists [
    ./hardware-configuration.nix
    ./local.nix
  ];

  system.stateVersion = "26.05";
}
