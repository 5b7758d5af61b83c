# Filesystems on till.
{ lib, ... }:

{
  # etc/fstab:2
  fileSystems."/" = {
    device = lib.mkDefault "/dev/disk/by-uuid/0a3c1d52-5e0f-4f0a-9a27-6f0c4f0c7b11";
    fsType = lib.mkDefault "ext4";
    options = lib.mkDefault [ "errors=remount-ro" ];
  };

  # etc/fstab:3
  fileSystems."/boot/efi" = {
    device = lib.mkDefault "/dev/disk/by-uuid/4C2A-90F1";
    fsType = lib.mkDefault "vfat";
    options = lib.mkDefault [ "umask=0077" ];
  };

  # etc/fstab:4
  swapDevices = [ { device = "/dev/disk/by-uuid/7d9d6a7e-13a3-4a53-8f0e-0d7d3d9d2a55"; } ];

  # etc/fstab:5
  fileSystems."/srv/backup" = {
    device = "depot.example.org:/srv/backup";
    fsType = "nfs";
    options = [
      "_netdev"
      "nofail"
      "x-systemd.automount"
    ];
  };
}
