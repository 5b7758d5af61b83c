# Containers on web1.
{ ... }:

{
  # site.yml:27 Load the schema (assumed: the daemon of Docker is to run, since this talks to it)
  virtualisation.docker.enable = true;
}
