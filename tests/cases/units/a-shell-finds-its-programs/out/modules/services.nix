# Services on vault.
{ pkgs, ... }:

{
  # site.yml:15 Units
  systemd.services.copy-photos = {
    path = with pkgs; [
      jq # assumed: a program of its command is in `jq`
      rsync # assumed: a program of `/usr/local/bin/copy-photos` is in `rsync`
      curl # assumed: a program of `/usr/local/bin/copy-photos` is in `curl`
      git # assumed: a program of its command is in `git`
    ];
    serviceConfig = {
      Type = "oneshot";
      ExecStartPre = "/bin/sh -c 'jq . /srv/photos/index.json > /dev/null && sleep 1'";
      ExecStart = "/usr/local/bin/copy-photos";
      # Assumed: `/opt/photos/after.sh` runs nothing by name that is not in the unit's `path`. Assumed: the
      # program `/opt/photos/after.sh` is there.
      ExecStartPost = [
        "${pkgs.util-linux}/bin/flock -n /run/photos.lock git -C /srv/photos gc"
        "/opt/photos/after.sh"
      ];
    };
  };
  systemd.services.pictures = {
    path = [
      "/opt/pictures" # assumed: the programs of its PATH are in the system's packages
      "/run/wrappers"
      "/run/current-system/sw"
    ];
    # Assumed: the program `/opt/pictures/bin/pictures` is there.
    serviceConfig.ExecStart = "/opt/pictures/bin/pictures";
  };
}
