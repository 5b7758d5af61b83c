# db: named by the plays.
{ lib, ... }:

{
  imports = [
    ../../modules/services.nix
  ]
  ++ lib.filter builtins.pathExists [
    ./hardware-configuration.nix
    ./local.nix
  ];

  system.stateVersion = "26.05";
}
