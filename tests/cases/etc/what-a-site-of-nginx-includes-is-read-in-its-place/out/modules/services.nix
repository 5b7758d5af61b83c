# Services on shop.
{ config, ... }:

{
  # etc/nginx/sites-enabled/shop, etc/nginx/snippets/tls.conf
  services.nginx = {
    # Assumed: `services.nginx` is to be on, since it is configured and nothing here says that it is off.
    enable = true;
    # Assumed: it may answer over IPv6 as well.
    virtualHosts."shop.example.org" = {
      onlySSL = true;
      sslCertificate = "/etc/ssl/shop.pem";
      sslCertificateKey = "/etc/ssl/shop.key";
      root = "/srv/shop";
      locations = {
        "/".tryFiles = "$uri /index.php";
        "~ \\.php$" = {
          extraConfig = ''
            include ${config.services.nginx.package}/conf/fastcgi_params;
            fastcgi_pass unix:/run/php/shop.sock;
          '';
          priority = 1010;
        };
        "~ /\\.ht" = {
          extraConfig = ''
            deny all;
          '';
          priority = 1020;
        };
      };
      extraConfig = ''
        add_header Strict-Transport-Security "max-age=63072000" always;
      '';
    };
  };
}
