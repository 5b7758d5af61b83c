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

  # shop/Dockerfile:3 ENV, :4 ENV
  services.shop.environmentFile = "/run/secrets/shop.env";
  # MANUAL shop/Dockerfile:12 CMD: the command holds a secret (the value of the option db-password), which must
  #   not reach the store.
  #   services.shop = {
  #     enable = true;
  #     command = "…";
  #   };

  system.stateVersion = "26.05";
}
