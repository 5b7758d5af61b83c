# Services on vault.
{ pkgs, ... }:

{
  # site.yml:15 Units
  systemd.services.copy-photos = {
    # Assumed: a program of its command is in `jq`. Assumed: a program of `/usr/local/bin/copy-photos` is in
    # `rsync`. Assumed: a program of `/usr/local/bin/copy-photos` is in `curl`. Assumed: a program of its
    # command is in `git`.
    path = with pkgs; [
      jq
      rsync
      curl
      git
    ];
    serviceConfig = {
      Type = "oneshot";
      ExecStartPre = "/bin/sh -c 'jq . /srv/photos/index.json > /dev/null && sleep 1'";
      ExecStart = "/usr/local/bin/copy-photos";
      # Assumed: `/usr/bin/flock` is taken from `pkgs.util-linux`. Assumed: `/opt/photos/after.sh` runs nothing
      # by name that is not in the unit's `path`. Assumed: the program `/opt/photos/after.sh` is there.
      ExecStartPost = [
        "${pkgs.util-linux}/bin/flock -n /run/photos.lock git -C /srv/photos gc"
        "/opt/photos/after.sh"
      ];
    };
  };
  systemd.services.pictures = {
    # Assumed: the programs of its PATH are in the system's packages.
    path = [
      "/opt/pictures"
      "/run/wrappers"
      "/run/current-system/sw"
    ];
    # Assumed: the program `/opt/pictures/bin/pictures` is there.
    serviceConfig.ExecStart = "/opt/pictures/bin/pictures";
  };
}
