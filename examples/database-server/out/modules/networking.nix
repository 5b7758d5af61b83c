# Networking on db1.example.org.
{ ... }:

{
  # site.yml:55 Other hosts
  networking.hosts = {
    "198.51.100.5" = [
      "db1.example.org"
      "db1"
    ];
    "198.51.100.6" = [
      "db2.example.org"
      "db2"
    ];
  };
}
