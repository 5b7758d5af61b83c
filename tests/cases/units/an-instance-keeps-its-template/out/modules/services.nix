# Services on depot.
{ pkgs, ... }:

{
  # etc/systemd/system/dev-sdb2.swap:1, :3, :6, etc/systemd/system/srv-data.mount.d/slow.conf:1
  systemd.units = {
    "dev-sdb2.swap" = {
      text = ''
        [Unit]
        Description=Never used

        [Swap]
        What=/dev/sdb2
        Priority=5
      '';
      requiredBy = [ "swap.target" ];
    };
    "srv-data.mount" = {
      overrideStrategy = "asDropin";
      text = ''
        [Mount]
        TimeoutSec=5min
      '';
    };
  };

  # etc/systemd/system/logs.service:1, :3, :5, etc/systemd/system/log.service
  systemd.services.logs = {
    description = "Logs";
    aliases = [ "log.service" ];
    serviceConfig.ExecStart = "${pkgs.coreutils}/bin/sleep infinity";
  };

  # etc/systemd/system/service.d/patience.conf:1
  systemd.packages = [
    (pkgs.writeTextDir "lib/systemd/system/service.d/from-source.conf" ''
      [Service]
      TimeoutStopSec=20
    '')
  ];

  # etc/systemd/system/worker@.service:1, :4, :7
  systemd.services."worker@" = {
    description = "Worker %i";
    # Assumed: a program of its command is in `git`.
    path = [ pkgs.git ];
    serviceConfig.ExecStart = "/bin/sh -c 'git fetch origin %i'";
  };

  # etc/systemd/system/worker@red.service.d/red.conf:1
  systemd.services."worker@red" = {
    overrideStrategy = "asDropin";
    enableDefaultPath = false;
    environment.COLOUR = "red";
    serviceConfig.Nice = 5;
  };

  # etc/systemd/system/multi-user.target.wants/worker@red.service
  systemd.targets.multi-user.wants = [ "worker@red.service" ];
}
