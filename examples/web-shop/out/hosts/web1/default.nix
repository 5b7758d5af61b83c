# web1: inventory `hosts`, groups web.
{ lib, ... }:

{
  imports = [
    ../../modules/roles/shop.nix
  ]
  ++ lib.filter builtins.pathExists [
    ./hardware-configuration.nix
    ./local.nix
  ];

  networking.hostName = "web1";

  # roles/shop/tasks/main.yml:31 Site, :38 Enable site (assumed: it may answer over IPv6 as well)
  services.nginx.virtualHosts."shop.example.org".locations."/".proxyPass = "http://127.0.0.1:8001";

  # roles/shop/tasks/main.yml:53 Unit
  systemd.services.shop.environment.PORT = "8001";

  system.stateVersion = "26.05";
}
