# Boot on db1.example.org.
{ ... }:

{
  # site.yml:41 Kernel parameters
  boot.kernel.sysctl = {
    "vm.swappiness" = 1;
    "vm.overcommit_memory" = 2;
    "kernel.shmmax" = 8589934592;
  };
}
