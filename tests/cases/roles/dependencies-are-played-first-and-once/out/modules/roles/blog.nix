# Ansible role `blog` (roles/blog), on web.
{ ... }:

{
  # roles/blog/tasks/main.yml:1 Blog
  environment.etc.blog.text = ''
    blog
  '';
}
