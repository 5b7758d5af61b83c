# web1: named by the plays.
{ lib, ... }:

{
  imports = [
    ../../modules/files.nix
    ../../modules/packages.nix
    ../../modules/ssh.nix
  ]
  ++ lib.filter builtins.pathExists [
    ./hardware-configuration.nix
    ./local.nix
  ];

  # site.yml:3 apt (assumed: nobody looks for the page that the distribution's nginx shows)
  services.nginx.enable = true;

  # site.yml:4 copy
  services.phpfpm.pools.www = {
    user = "nginx";
    settings = {
      listen = "/run/php/shop.sock";
      "listen.owner" = "nginx";
      pm = "ondemand";
    };
  };

  system.stateVersion = "26.05";
}
