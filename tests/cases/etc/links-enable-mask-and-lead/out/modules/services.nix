# Services on box.
{ ... }:

{
  systemd.services.shop = {
    # etc/systemd/system/shop.service:1, :4, :7
    description = "The shop";
    # etc/systemd/system/multi-user.target.wants/shop.service
    wantedBy = [ "multi-user.target" ];
    serviceConfig = {
      # etc/systemd/system/shop.service.d/10-user.conf:1, etc/systemd/system/shop.service.d/20-user.conf:1
      # (assumed: the user `till` is there)
      User = "till";
      # etc/systemd/system/shop.service:1, :4, :7 (assumed: the program `/opt/shop/run` is there)
      ExecStart = "/opt/shop/run";
      # etc/systemd/system/shop.service.d/10-user.conf:1, etc/systemd/system/shop.service.d/20-user.conf:1
      Nice = 5;
    };
  };

  # etc/systemd/system/multi-user.target.wants/nginx.service (assumed: nobody looks for the page that the
  # distribution's nginx shows)
  services.nginx.enable = true;
}
