# What is left to a person: what is the same on web1, web2.
{ ... }:

{
  # MANUAL site.yml:27 An include that is missing: the file of tasks `tasks/missing.yml` is not in the input.
  #   tasks/missing.yml
}
