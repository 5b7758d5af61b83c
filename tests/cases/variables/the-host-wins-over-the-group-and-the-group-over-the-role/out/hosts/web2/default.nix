# web2: inventory `hosts`, groups web.
{ lib, ... }:

{
  imports = [
    ../../modules/ssh.nix
  ]
  ++ lib.filter builtins.pathExists [
    ./hardware-configuration.nix
    ./local.nix
  ];

  networking.hostName = "web2";

  # roles/shop/tasks/main.yml:1 Colour
  environment.etc.colour.text = ''
    of the group, of all, of the role
  '';

  system.stateVersion = "26.05";
}
