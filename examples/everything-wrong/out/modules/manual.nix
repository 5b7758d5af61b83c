# What is left to a person: what is the same on web1, web2.
{ ... }:

{
  # MANUAL site.yml:1: the role `nowhere` is not in the input.
  #   Put it below roles/, as `ansible-galaxy install -p roles` does.

  # MANUAL site.yml:27 An include that is missing: the file of tasks `tasks/missing.yml` is not in the input.
  #   tasks/missing.yml

  # MANUAL site.yml:33 Two modules at once: a task has one module, and this one has `apt`, `service`.

  # MANUAL site.yml:39 No module at all: the task names no module.

  # MANUAL site.yml:42 task: a task is a mapping.
}
