# Service `site`, on example.
{ ... }:

{
  # MANUAL site/Dockerfile:4 RUN, :7 RUN: the stage `pages` installs dependencies with `npm`.
  #   Package the application: pkgs.buildNpmPackage { pname; version; src; npmDepsHash = lib.fakeHash; }; and
  #     give what it makes to the service as its source.

  # site/Dockerfile:11 COPY (assumed: `pages:/pages/dist`, which a stage builds, is put into `/srv/site`)
  systemd.tmpfiles.rules = [ "d /srv/site 0755 root root - -" ];

  # site/Dockerfile:9 FROM, :10 COPY, :12 EXPOSE, :13 CMD
  services.nginx = {
    # Assumed: the release that nixpkgs has does as well as that of `nginx:1.27-alpine`.
    enable = true;
    # Assumed: it may answer over IPv6 as well.
    virtualHosts."site.example.org" = {
      root = "/srv/site";
      locations."/".tryFiles = "$uri /index.html";
    };
  };
}
