# example: site/Dockerfile.
{ lib, ... }:

{
  imports = [
    ../../modules/services/site.nix
  ]
  ++ lib.filter builtins.pathExists [
    ./hardware-configuration.nix
    ./local.nix
  ];

  system.stateVersion = "26.05";
}
