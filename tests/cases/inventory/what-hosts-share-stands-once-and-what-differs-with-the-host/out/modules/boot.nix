# Boot on db1.
{ ... }:

{
  # site.yml:9 Only the database
  boot.kernel.sysctl."kernel.panic" = 10;
}
