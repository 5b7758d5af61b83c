# Boot on box.
{ ... }:

{
  # etc/sysctl.conf:1, etc/sysctl.d/90-own.conf:2
  boot.kernel.sysctl = {
    "vm.swappiness" = 10;
    "vm.overcommit_memory" = 1;
  };
}
