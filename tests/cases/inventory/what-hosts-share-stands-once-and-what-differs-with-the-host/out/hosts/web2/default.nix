# web2: inventory `hosts`, groups web.
{ lib, ... }:

{
  imports = [
    ../../modules/packages.nix
    ../../modules/ssh.nix
  ]
  ++ lib.filter builtins.pathExists [
    ./hardware-configuration.nix
    ./local.nix
  ];

  networking.hostName = "web2";

  # site.yml:5 Different
  environment.etc.port.text = "8002";

  system.stateVersion = "26.05";
}
