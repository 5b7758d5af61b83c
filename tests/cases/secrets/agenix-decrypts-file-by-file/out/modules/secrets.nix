# Secrets on web1.
{ ... }:

{
  # site.yml:6 A person
  age.secrets.ada-password.file = ../secrets/ada-password.age;

  # site.yml:8 Environment
  age.secrets."shop.env".file = ../secrets/shop.env.age;

  # site.yml:10 Configuration
  age.secrets."shop.conf" = {
    file = ../secrets/shop.conf.age;
    owner = "shop";
    mode = "0400";
  };

  # site.yml:16 Backup
  age.secrets.backup_password = {
    file = ../secrets/backup_password.age;
    owner = "shop";
  };

  # site.yml:18 Load the schema
  age.secrets.shop_db_password.file = ../secrets/shop_db_password.age;

  # site.yml:6 A person
  age.identityPaths = [ "/etc/ssh/ssh_host_ed25519_key" ];
}
