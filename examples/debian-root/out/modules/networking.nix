# Networking on till.
{ ... }:

{
  # etc/hosts:2, :5
  networking.hosts = {
    "127.0.1.1" = [
      "till.example.org"
      "till"
    ];
    "192.0.2.21" = [
      "depot.example.org"
      "depot"
    ];
  };

  # etc/resolv.conf:2
  networking.search = [ "example.org" ];

  # etc/resolv.conf:3, :4
  networking.nameservers = [
    "192.0.2.1"
    "192.0.2.2"
  ];
}
