# Files on web.
{ ... }:

{
  # site.yml:4 Token (assumed: the content of `/etc/token` is put into `/run/secrets/token`)
  environment.etc.token.source = "/run/secrets/token";
}
