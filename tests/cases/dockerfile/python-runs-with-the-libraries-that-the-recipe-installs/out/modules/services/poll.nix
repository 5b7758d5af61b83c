# Service `poll`, from poll/Dockerfile.
{
  config,
  lib,
  pkgs,
  ...
}:

let
  cfg = config.services.poll;
  python = pkgs.python312.withPackages (ps: [
    ps.flask
    ps.gunicorn
    ps.requests
  ]);
in
{
  options.services.poll = {
    enable = lib.mkEnableOption "poll";

    # poll/Dockerfile:3 COPY, :5 COPY
    source = lib.mkOption {
      type = lib.types.path;
      default = "/srv/poll";
      description = "Folder with the application, built; its image has it in `/app`.";
    };
  };

  config = lib.mkIf cfg.enable {
    systemd.services.poll = {
      description = "poll";
      wantedBy = [ "multi-user.target" ];
      after = [ "network.target" ];
      # poll/Dockerfile:1 FROM, :4 RUN (assumed: the libraries of Python have the versions of nixpkgs)
      path = [ python ];
      # poll/Dockerfile:2 WORKDIR, :6 USER, :7 CMD
      serviceConfig = {
        # Assumed: the user `65532` of the image is `poll` here.
        User = "poll";
        Group = "poll";
        WorkingDirectory = "${cfg.source}";
        ExecStart = "${python}/bin/gunicorn poll:app --bind 0.0.0.0:8000";
        Restart = "on-failure";
      };
    };

    # poll/Dockerfile:6 USER
    users.users.poll = {
      isSystemUser = true;
      group = "poll";
    };
    users.groups.poll = { };
  };
}
