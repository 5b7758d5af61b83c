# Networking on till.
{ ... }:

{
  # etc/network/interfaces:4, :5, :6
  networking.interfaces.eth0.ipv4.addresses = [
    {
      address = "192.0.2.5";
      prefixLength = 24;
    }
  ];

  # etc/network/interfaces:4
  networking.useDHCP = false;

  # etc/network/interfaces:7
  networking.defaultGateway = {
    address = "192.0.2.1";
    interface = "eth0";
  };

  # etc/network/interfaces:8
  networking.nameservers = [ "192.0.2.53" ];

  # MANUAL etc/network/interfaces:9: a line cannot be stated: a command is no configuration;
  #   networking.localCommands runs one.
  #       post-up /usr/local/sbin/tell

  # etc/network/interfaces:11
  networking.interfaces.eth1.useDHCP = false;

  # etc/network/interfaces:13
  networking.interfaces.br0.useDHCP = true;

  # etc/network/interfaces:14
  networking.bridges.br0.interfaces = [ "eth1" ];

  # etc/systemd/network/10-lan.link:1, :4
  systemd.network.links."10-lan" = {
    matchConfig.MACAddress = "02:00:00:00:00:01";
    linkConfig.Name = "eth0";
  };
}
