# web2: inventory `hosts`, groups web.
{ lib, ... }:

{
  imports = [
    ../../modules/roles/shop.nix
  ]
  ++ lib.filter builtins.pathExists [
    ./hardware-configuration.nix
    ./local.nix
  ];

  networking.hostName = "web2";

  # roles/shop/tasks/main.yml:31 Site, :38 Enable site
  services.nginx.appendHttpConfig = ''
    # Ansible managed
    server {
        listen 80;
        server_name shop.example.org;
        root /srv/shop/public;
        location / {
            proxy_pass http://127.0.0.1:8000;
        }
        location /static/ { expires 7d; }
    }
  '';

  # roles/shop/tasks/main.yml:53 Unit
  systemd.services.shop.environment.PORT = "8000";

  system.stateVersion = "26.05";
}
