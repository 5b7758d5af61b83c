# Files on web1.
{ ... }:

let
  values = import ../values.nix;
in
{
  # site.yml:3 where the shop is (assumed: values.nix says what `shop_port` is; the content of `/etc/shop.conf`
  # is put into `/run/secrets/shop.conf`)
  environment.etc."shop.conf".source = "/run/secrets/shop.conf";

  # site.yml:10 its folder (assumed: values.nix says what `shop_path` is; `shop_path` is a whole path)
  systemd.tmpfiles.rules = [ "d ${values.shop_path} - - - -" ];

  # site.yml:12 what needs a password (assumed: the secret `vault_mail_token`, which may stand in the vault
  # group_vars/all/vault.yml is not empty)
  environment.etc."shop.on".text = ''
    on
  '';
}
