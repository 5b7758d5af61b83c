# Users on web.
{ ... }:

let
  values = import ../values.nix;
in
{
  # site.yml:9 User of the shop (assumed: values.nix says what `shop_user` is)
  users.users.${values.shop_user} = {
    isNormalUser = true;
    group = values.shop_user;
  };
  users.groups.${values.shop_user} = { };
}
