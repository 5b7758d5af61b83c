# Services on web1.
{ ... }:

{
  # site.yml:3 Clock
  services.chrony = {
    # Assumed: `services.chrony` is to be on, since it is configured and nothing here says that it is off.
    enable = true;
    extraFlags = [ "-x" ];
  };
}
