# Services on web1.
{ config, pkgs, ... }:

{
  # site.yml:8 Environment, :12 Unit, :14 Start
  systemd.services.shop = {
    description = "The shop";
    wantedBy = [ "multi-user.target" ];
    serviceConfig = {
      User = "shop";
      # Assumed: the content of `/etc/shop.env` is put into `/run/secrets/rendered/shop.env`.
      EnvironmentFile = config.sops.templates."shop.env".path;
      # Assumed: the program `/opt/shop/bin/serve` is there.
      ExecStart = "/opt/shop/bin/serve --config /etc/shop/shop.conf";
    };
  };

  # site.yml:16 Backup (assumed: `/run/secrets/backup_password` holds the secret of the command; the programs
  # that `/opt/shop/bin/backup` calls are among the system's packages). Cron: 0 3 * * *.
  systemd.services.backup = {
    path = [ "/run/current-system/sw" ];
    startAt = "*-*-* 03:00:00";
    script = ''
      /opt/shop/bin/backup -p "$(cat ${config.sops.secrets.backup_password.path})"
    '';
    serviceConfig = {
      Type = "oneshot";
      User = "shop";
    };
  };

  # site.yml:18 Load the schema (assumed: `/run/secrets/shop_db_password` holds the secret of the command).
  # Runtime: a command cannot be stated as configuration; it runs once, which
  # `/var/lib/ops2nix/steps/setup-load-the-schema` marks.
  systemd.services.setup-load-the-schema = {
    description = "Load the schema";
    wantedBy = [ "multi-user.target" ];
    after = [ "shop.service" ];
    unitConfig.ConditionPathExists = "!/var/lib/ops2nix/steps/setup-load-the-schema";
    script = ''
      /opt/shop/bin/load --password "$(cat ${config.sops.secrets.shop_db_password.path})" > /var/log/load.log
    '';
    serviceConfig = {
      Type = "oneshot";
      RemainAfterExit = true;
      ExecStartPost = "+${pkgs.coreutils}/bin/install -D /dev/null /var/lib/ops2nix/steps/setup-load-the-schema";
    };
  };
}
