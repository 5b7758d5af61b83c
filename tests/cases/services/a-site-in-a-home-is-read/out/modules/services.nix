# Services on web1.
{ ... }:

{
  # site.yml:3 apt, :5 copy
  services.nginx = {
    enable = true;
    upstreams.app.servers."127.0.0.1:3000" = { };
    # Assumed: it may answer over IPv6 as well. Assumed: only who asks for an upgrade gets `Connection: upgrade`
    # passed on. Assumed: X-Forwarded-Host and X-Forwarded-Server may be passed on, too.
    virtualHosts."shop.example.org" = {
      root = "/home/shop/public";
      locations."/" = {
        proxyPass = "http://app";
        proxyWebsockets = true;
        recommendedProxySettings = true;
      };
    };
  };

  # site.yml:5 copy. What it serves lies below /home, which the module hides from it.
  systemd.services.nginx.serviceConfig.ProtectHome = "read-only";
}
