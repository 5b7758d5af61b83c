# Users on till.
{ ... }:

{
  # root/etc/passwd:2, play/site.yml:7 Ada, root/etc/group:2 (assumed: the hash of the password is put into
  # `/run/secrets/ada-password`)
  users.users.ada = {
    isNormalUser = true;
    uid = 1000;
    group = "ada";
    extraGroups = [ "adm" ];
    hashedPasswordFile = "/run/secrets/ada-password";
  };

  # root/etc/group:3
  users.groups.ada.gid = 1000;
}
