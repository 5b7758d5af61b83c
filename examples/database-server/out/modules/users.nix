# Users on db1.example.org.
{ ... }:

{
  # site.yml:24 Operators
  users.users.carol = {
    isNormalUser = true;
    group = "carol";
    # Assumed: the group `sudo` is `wheel` on NixOS.
    extraGroups = [ "wheel" ];
  };
  users.groups.carol = { };
  users.users.dave = {
    isNormalUser = true;
    group = "dave";
    # Assumed: the group `sudo` is `wheel` on NixOS.
    extraGroups = [ "wheel" ];
  };
  users.groups.dave = { };
}
