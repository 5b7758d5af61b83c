# example: shop/Dockerfile.
{ lib, ... }:

{
  imports = [
    ../../modules/services/shop.nix
  ]
  ++ lib.filter builtins.pathExists [
    ./hardware-configuration.nix
    ./local.nix
  ];

  system.stateVersion = "26.05";
}
