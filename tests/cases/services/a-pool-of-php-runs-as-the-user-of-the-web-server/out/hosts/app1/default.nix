# app1: named by the plays.
{ lib, ... }:

{
  imports = [
    ../../modules/packages.nix
    ../../modules/ssh.nix
    ../../modules/users.nix
  ]
  ++ lib.filter builtins.pathExists [
    ./hardware-configuration.nix
    ./local.nix
  ];

  # site.yml:15 copy
  services.phpfpm.pools.app = {
    user = "worker";
    settings = {
      listen = 9000;
      pm = "ondemand";
    };
  };

  system.stateVersion = "26.05";
}
