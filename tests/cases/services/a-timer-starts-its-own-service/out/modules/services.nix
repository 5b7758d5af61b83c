# Services on depot.
{ pkgs, ... }:

{
  # site.yml:5 Unit of …
  systemd.services.sweep.serviceConfig = {
    Type = "oneshot";
    RuntimeDirectory = "sweep";
    ExecStart = "${pkgs.findutils}/bin/find /var/run/sweep -mtime +3 -delete";
  };

  # site.yml:13 Timer of …, :23 Timer is on
  systemd.timers.sweep = {
    wantedBy = [ "timers.target" ];
    timerConfig.OnCalendar = "daily";
  };
}
