# Services on shop.
{ ... }:

{
  # site.yml:4 Units, :27 Shop
  systemd.services.shop = {
    wantedBy = [ "multi-user.target" ];
    serviceConfig = {
      User = "www-data";
      # Assumed: the program `/opt/shop/bin/shop` is there.
      ExecStart = "/opt/shop/bin/shop --upload /tmp/shop --sound /dev/snd";
      ProtectSystem = "strict";
      NoNewPrivileges = false;
      # Added by --harden.
      ProtectHome = true;
      ProtectKernelTunables = true;
      ProtectKernelModules = true;
      ProtectKernelLogs = true;
      ProtectControlGroups = true;
      ProtectClock = true;
      ProtectHostname = true;
      RestrictSUIDSGID = true;
      RestrictRealtime = true;
      RestrictNamespaces = true;
      LockPersonality = true;
    };
  };

  # site.yml:4 Units
  systemd.services.setup.serviceConfig = {
    Type = "oneshot";
    # Assumed: the program `/opt/shop/bin/setup` is there.
    ExecStart = "/opt/shop/bin/setup";
  };

  # MANUAL site.yml:21 Another's unit: `nginx.service` is the unit of `services.nginx.enable`, which nothing
  #   here switches on.
  #   Switch that on, then state the drop-in below `systemd.services.nginx`.
  #   Where the unit is there:
  #   systemd.services.nginx.serviceConfig.Nice = -5;
}
