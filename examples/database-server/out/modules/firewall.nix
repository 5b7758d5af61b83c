# Firewall on db1.example.org.
{ ... }:

{
  # site.yml:137 Firewall on
  networking.firewall.enable = true;
  # MANUAL site.yml:124 PostgreSQL from the office: the rule holds only from 198.51.100.0/24, and an open port
  #   of NixOS is open to everybody.
  #   networking.firewall.extraInputRules (nftables) or extraCommands (iptables) take rules.
  #   rule: allow
  #   from_ip: 198.51.100.0/24
  #   port: 5432
  #   proto: tcp
}
