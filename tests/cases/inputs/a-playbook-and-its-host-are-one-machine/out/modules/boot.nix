# Boot on till.
{ ... }:

{
  # play/site.yml:3 Less swapping, :5 No routing, root/etc/sysctl.d/60-till.conf:1, :3
  boot.kernel.sysctl = {
    "vm.swappiness" = 10;
    "net.ipv4.ip_forward" = 0;
    "kernel.panic" = 5;
  };
  # MANUAL root/etc/sysctl.d/60-till.conf:2: another input sets this differently, and the first one stands.
  #   boot.kernel.sysctl."net.ipv4.ip_forward" = 1;
}
