# in: captured root.
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

  system.stateVersion = "26.05";
}
