# Secrets on web1.
{ ... }:

{
  # site.yml:6 A person (assumed: the hash of the password is put into `/run/secrets/ada-password`)
  age.secrets.ada-password.file = ../secrets/ada-password.age;

  # site.yml:8 Environment (assumed: the content of `/etc/shop.env` is put into `/run/secrets/shop.env`)
  age.secrets."shop.env".file = ../secrets/shop.env.age;

  # site.yml:10 Configuration (assumed: the content of `/etc/shop/shop.conf` is put into
  # `/run/secrets/shop.conf`)
  age.secrets."shop.conf" = {
    file = ../secrets/shop.conf.age;
    owner = "shop";
    mode = "0400";
  };

  # site.yml:16 Backup (assumed: `/run/secrets/backup_password` holds the secret of the command; the programs
  # that `/opt/shop/bin/backup` calls are among the system's packages)
  age.secrets.backup_password = {
    file = ../secrets/backup_password.age;
    owner = "shop";
  };

  # site.yml:18 Load the schema (assumed: `/run/secrets/shop_db_password` holds the secret of the command)
  age.secrets.shop_db_password.file = ../secrets/shop_db_password.age;

  # site.yml:6 A person (assumed: the hash of the password is put into `/run/secrets/ada-password`)
  age.identityPaths = [ "/etc/ssh/ssh_host_ed25519_key" ];
}
