# Secrets on web1.
{ config, ... }:

{
  # site.yml:6 A person (assumed: the hash of the password is put into `/run/secrets/ada-password`)
  sops.secrets.ada-password.neededForUsers = true;

  # site.yml:8 Environment (assumed: the content of `/etc/shop.env` is put into `/run/secrets/shop.env`)
  sops.templates."shop.env" = {
    content = ''
      DB_HOST=db.example.org
      DB_PASSWORD=${config.sops.placeholder.shop_db_password}
    '';
    restartUnits = [ "shop.service" ];
  };

  # site.yml:10 Configuration (assumed: the content of `/etc/shop/shop.conf` is put into
  # `/run/secrets/shop.conf`)
  sops.templates."shop.conf" = {
    content = ''
      listen = 8080
      db_password = ${config.sops.placeholder.shop_db_password}
    '';
    owner = "shop";
    mode = "0400";
  };

  # site.yml:16 Backup (assumed: `/run/secrets/backup_password` holds the secret of the command; the programs
  # that `/opt/shop/bin/backup` calls are among the system's packages)
  sops.secrets.backup_password = {
    owner = "shop";
    restartUnits = [ "backup.service" ];
  };

  # site.yml:18 Load the schema (assumed: `/run/secrets/shop_db_password` holds the secret of the command)
  sops.secrets.shop_db_password.restartUnits = [ "setup-load-the-schema.service" ];

  # site.yml:6 A person (assumed: the hash of the password is put into `/run/secrets/ada-password`)
  sops.defaultSopsFile = ../secrets/secrets.yaml;
  sops.age.sshKeyPaths = [ "/etc/ssh/ssh_host_ed25519_key" ];
}
