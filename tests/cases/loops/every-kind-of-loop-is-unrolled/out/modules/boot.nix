# Boot on web.
{ ... }:

{
  # site.yml:11 Dictionary
  boot.kernel.sysctl = {
    "kernel.panic" = 10;
    "kernel.sysrq" = 0;
  };
}
