# Users on web1.
{ config, ... }:

{
  # site.yml:4 The shop's user
  users.users.shop = {
    isSystemUser = true;
    group = "shop";
    home = "/home/shop";
    createHome = true;
  };
  users.groups.shop = { };

  # site.yml:6 A person (assumed: the hash of the password is put into `/run/agenix/ada-password`)
  users.users.ada = {
    isNormalUser = true;
    group = "ada";
    hashedPasswordFile = config.age.secrets.ada-password.path;
  };
  users.groups.ada = { };
}
