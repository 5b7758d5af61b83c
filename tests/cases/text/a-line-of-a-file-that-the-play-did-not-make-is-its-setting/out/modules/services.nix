# Services on web1.
{ ... }:

{
  # site.yml:3 Host of mail, :7 Addresses of mail again (assumed: what else stands in `/etc/postfix/main.cf` is
  # as NixOS has it; mail may go out encrypted where the other side can, as NixOS has it)
  services.postfix.settings.main = {
    # Assumed: `services.postfix` stays off, as the source only edits its files.
    myhostname = "a.example.org";
    inet_interfaces = "loopback-only";
  };

  # site.yml:9 Domain of Grafana (assumed: what else stands in `/etc/grafana/grafana.ini` is as NixOS has it)
  services.grafana.settings.server = {
    # Assumed: `services.grafana` stays off, as the source only edits its files.
    domain = "mon.example.org";
    http_addr = "";
  };

  # site.yml:11 Flags of the exporter (assumed: what else stands in `/etc/default/prometheus-node-exporter` is
  # as NixOS has it)
  services.prometheus.exporters.node = {
    # Assumed: `services.prometheus.exporters.node` stays off, as the source only edits its files.
    listenAddress = "127.0.0.1";
    port = 9100;
  };

  # site.yml:13 Journal (assumed: what else stands in `/etc/systemd/journald.conf` is as NixOS has it)
  services.journald.storage = "volatile";

  # site.yml:15 Version of nginx (assumed: what else stands in `/etc/nginx/nginx.conf` is as NixOS has it;
  # `services.nginx` stays off, as the source only edits its files)
  services.nginx.serverTokens = false;

  # site.yml:17 Limits of MariaDB (assumed: what else stands in `/etc/mysql/my.cnf` is as NixOS has it)
  services.mysql.settings = {
    # Assumed: `services.mysql` stays off, as the source only edits its files.
    client.port = 3307;
    mysqld.max_connections = 200;
  };
}
