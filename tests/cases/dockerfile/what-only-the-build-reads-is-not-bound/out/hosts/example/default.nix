# example: store/Dockerfile.
{ lib, ... }:

{
  imports = [
    ../../modules/services/store.nix
  ]
  ++ lib.filter builtins.pathExists [
    ./hardware-configuration.nix
    ./local.nix
  ];

  # store/Dockerfile:15 CMD
  services.store.enable = true;

  system.stateVersion = "26.05";
}
