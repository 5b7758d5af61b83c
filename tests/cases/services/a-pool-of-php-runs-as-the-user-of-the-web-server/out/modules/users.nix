# Users on app1.
{ ... }:

{
  # site.yml:15 copy (assumed: `worker` is an account of the system alone)
  users.users.worker = {
    isSystemUser = true;
    group = "worker";
  };
  users.groups.worker = { };
}
