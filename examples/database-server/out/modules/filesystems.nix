# Filesystems on db1.example.org.
{ ... }:

{
  # site.yml:47 Data disk
  fileSystems."/srv/postgresql" = {
    device = "/dev/disk/by-label/pgdata";
    fsType = "ext4";
    options = [
      "noatime"
      "nodiratime"
    ];
    noCheck = true;
  };
}
