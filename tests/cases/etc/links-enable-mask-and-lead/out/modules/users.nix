# Users on box.
{ ... }:

{
  # etc/systemd/system/shop.service.d/10-user.conf:1, etc/systemd/system/shop.service.d/20-user.conf:1 (assumed:
  # `shop` is an account of the system alone)
  users.users.shop = {
    isSystemUser = true;
    group = "shop";
  };
  users.groups.shop = { };
}
