# Users on db1.example.org.
{ ... }:

{
  # site.yml:24 Operators (assumed: the group `sudo` is `wheel` on NixOS)
  users.users.carol = {
    isNormalUser = true;
    group = "carol";
    extraGroups = [ "wheel" ];
  };
  users.groups.carol = { };
  users.users.dave = {
    isNormalUser = true;
    group = "dave";
    extraGroups = [ "wheel" ];
  };
  users.groups.dave = { };
}
