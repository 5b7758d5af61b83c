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

  # MANUAL site.yml:18 What is made of it nobody gives: its content holds `shop_name`, which the source does not
  #   set, which is known only on the machine.
  #   Write /etc/shop-loud.conf with its real content.

  # MANUAL site.yml:22 What is decided by it nobody knows: its condition cannot be evaluated: `shop_is_test` has
  #   no value.
  #   dest: /etc/shop-test.conf
  #   content: test=yes
}
