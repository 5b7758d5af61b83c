# Files on web1.
{ ... }:

{
  # site.yml:3 tunnels
  environment.etc."tunnels/tun-north.conf".text = "blue moon 4";
  environment.etc."tunnels/tun-south.conf".text = "red sun 9";

  # site.yml:12 a link of each, :15 what they say
  systemd.tmpfiles.rules = [
    "L+ /srv/tun-north - - - - /etc/tunnels/tun-north.conf"
    "L+ /srv/tun-south - - - - /etc/tunnels/tun-south.conf"
    # Assumed: the content of `/srv/tun-north.words` is put into `/run/secrets/tun-north.words`.
    "L+ /srv/tun-north.words - - - - /run/secrets/tun-north.words"
    # Assumed: the content of `/srv/tun-south.words` is put into `/run/secrets/tun-south.words`.
    "L+ /srv/tun-south.words - - - - /run/secrets/tun-south.words"
  ];
}
