# Users on web1.
{ ... }:

{
  # site.yml:14 Account
  users.users.shop = {
    isSystemUser = true;
    group = "shop";
  };
  users.groups.shop = { };
}
