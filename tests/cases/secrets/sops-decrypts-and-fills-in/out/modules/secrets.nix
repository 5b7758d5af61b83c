# Secrets on web1.
{ config, ... }:

{
  # site.yml:6 A person
  sops.secrets.ada-password.neededForUsers = true;

  # site.yml:8 Environment
  sops.templates."shop.env" = {
    content = ''
      DB_HOST=db.example.org
      DB_PASSWORD=${config.sops.placeholder.shop_db_password}
    '';
    restartUnits = [ "shop.service" ];
  };

  # site.yml:10 Configuration
  sops.templates."shop.conf" = {
    content = ''
      listen = 8080
      db_password = ${config.sops.placeholder.shop_db_password}
    '';
    owner = "shop";
    mode = "0400";
  };

  # site.yml:16 Backup
  sops.secrets.backup_password.owner = "shop";

  # site.yml:18 Load the schema
  sops.secrets.shop_db_password.restartUnits = [ "setup-load-the-schema.service" ];

  # site.yml:6 A person
  sops.defaultSopsFile = ../secrets/secrets.yaml;
  sops.age.sshKeyPaths = [ "/etc/ssh/ssh_host_ed25519_key" ];
}
