# Users on web1.
{ ... }:

{
  # site.yml:4 user
  users.users.shop = {
    isNormalUser = true;
    uid = 1005;
    group = "shop";
    # Assumed: `nginx` reads `/home/shop/public`, so the home of `shop` is open to it: NixOS's own mode is 0700.
    homeMode = "755";
  };
  users.groups.shop = { };
}
