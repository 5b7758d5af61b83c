# Boot on till.
{ ... }:

{
  # root/etc/sysctl.d/60-till.conf:1, :2, :3, play/site.yml:3 Less swapping
  boot.kernel.sysctl = {
    "vm.swappiness" = 10;
    "net.ipv4.ip_forward" = 1;
    "kernel.panic" = 5;
  };
}
