# in: captured root, Debian 12.
{ lib, ... }:

{
  imports = [
    ../../modules/files.nix
    ../../modules/packages.nix
    ../../modules/security.nix
    ../../modules/services.nix
  ]
  ++ lib.filter builtins.pathExists [
    ./hardware-configuration.nix
    ./local.nix
  ];

  system.stateVersion = "26.05";
}
