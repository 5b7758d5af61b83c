# Boot on till.
{ ... }:

{
  # etc/modprobe.d/till.conf:1
  boot.blacklistedKernelModules = [ "pcspkr" ];

  # etc/modprobe.d/till.conf:2
  boot.extraModprobeConfig = ''
    options snd_hda_intel power_save=1
  '';

  # etc/modules-load.d/till.conf:2
  boot.kernelModules = [ "w1-gpio" ];

  # etc/sysctl.d/60-till.conf:2, :3
  boot.kernel.sysctl = {
    "vm.swappiness" = 10;
    "net.ipv4.ip_forward" = 1;
  };
}
