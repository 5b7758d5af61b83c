# Firewall on db1.example.org.
{ ... }:

{
  # site.yml:124 PostgreSQL from the office, :137 Firewall on
  networking.firewall = {
    enable = true;
    extraCommands = ''
      iptables -A nixos-fw -p tcp -s 198.51.100.0/24 --dport 5432 -j nixos-fw-accept
    '';
  };
}
