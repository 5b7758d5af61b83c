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

  # shop/Dockerfile:5 CMD
  services.shop.enable = true;

  system.stateVersion = "26.05";
}
