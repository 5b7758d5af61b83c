# Security on web1.
{ ... }:

{
  # MANUAL site.yml:7 Who may be root: NixOS writes the configuration of PAM itself.
  #   Say it in security.pam.services.<name>, for its rules see security.pam.services.<name>.rules; the line is
  #     `auth required pam_wheel.so`
}
