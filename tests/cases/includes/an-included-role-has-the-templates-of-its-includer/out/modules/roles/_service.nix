# Ansible role `_service` (roles/_service), on web1.
{ ... }:

{
  # roles/_service/tasks/main.yml:1 Configuration
  environment.etc."shop.conf".text = ''
    listen shop
  '';
}
