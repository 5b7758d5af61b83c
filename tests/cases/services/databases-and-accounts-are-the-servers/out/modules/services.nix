# Services on db.
{ pkgs, ... }:

{
  # site.yml:6 install the server, :8 the shop's role, :14 the shop's database, :17 the archive
  services.postgresql = {
    enable = true;
    package = pkgs.postgresql_15;
    # Assumed: `/run/secrets/postgresql-shop` holds the password.
    ensureUsers = [
      {
        name = "shop";
        ensureDBOwnership = true;
        ensureClauses = {
          createdb = true;
          superuser = false;
        };
      }
    ];
    ensureDatabases = [
      "shop"
      "archive"
    ];
  };
  # MANUAL site.yml:20 its data: `state: restore` moves data, which is no state of the machine.
  #   On the first start: services.postgresql.initialScript = ./x.sql; else load it by hand.
  #   name: archive
  #   state: restore
  #   target: /srv/archive.sql

  # site.yml:8 the shop's role (assumed: `/run/secrets/postgresql-shop` holds the password)
  systemd.services.postgresql-password-shop = {
    description = "Password of the role shop";
    wantedBy = [ "multi-user.target" ];
    requires = [ "postgresql-setup.service" ];
    after = [ "postgresql-setup.service" ];
    path = [ pkgs.postgresql ];
    script = ''
      psql -v ON_ERROR_STOP=1 <<'EOF'
      \set password `cat /run/secrets/postgresql-shop`
      ALTER ROLE "shop" PASSWORD :'password';
      EOF
    '';
    serviceConfig = {
      Type = "oneshot";
      RemainAfterExit = true;
      User = "postgres";
    };
  };

  # site.yml:17 the archive
  systemd.services.postgresql-owner-archive = {
    description = "Owner of the database archive";
    wantedBy = [ "multi-user.target" ];
    requires = [ "postgresql-setup.service" ];
    after = [ "postgresql-setup.service" ];
    path = [ pkgs.postgresql ];
    script = ''
      psql -tAc 'ALTER DATABASE "archive" OWNER TO "shop"'
    '';
    serviceConfig = {
      Type = "oneshot";
      RemainAfterExit = true;
      User = "postgres";
    };
  };
}
