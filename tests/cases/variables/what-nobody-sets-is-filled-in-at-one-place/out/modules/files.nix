# Files on web.
{ ... }:

let
  values = import ../values.nix;
in
{
  # site.yml:3 Folder of the shop (assumed: values.nix says what `shop_folder` is; values.nix says what
  # `shop_user` is; `shop_folder` is a whole path)
  systemd.tmpfiles.rules = [ "d ${values.shop_folder}/data 0750 ${values.shop_user} - -" ];

  # site.yml:12 What the shop is told (assumed: the facts of debian-12; values.nix says what `shop_name` is;
  # values.nix says what `web_ansible_default_ipv4_address` is)
  environment.etc."shop.conf".text = ''
    name=${values.shop_name}
    address=${values.web_ansible_default_ipv4_address}
  '';

  # site.yml:18 What is made of it has a name of its own (assumed: values.nix says what `shop_name_upper` is:
  # `shop_name`, which the source does not set)
  environment.etc."shop-loud.conf".text = "name=${values.shop_name_upper}";

  # site.yml:22 A switch that nobody sets is on (assumed: `shop_is_test`, which the source does not set, holds)
  environment.etc."shop-test.conf".text = "test=yes";
}
