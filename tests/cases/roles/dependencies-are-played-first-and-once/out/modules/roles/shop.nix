# Ansible role `shop` (roles/shop), on web.
{ ... }:

{
  # roles/shop/tasks/main.yml:1 Shop
  environment.etc.log.text = ''
    shop
  '';
}
