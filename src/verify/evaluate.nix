# Evaluates a NixOS host in any nixpkgs, and returns what it would have, as data.
#
#   nix-instantiate --eval --strict --json evaluate.nix --arg nixpkgs DIR --arg entry HOST/default.nix --arg query QUERY.json
#
# QUERY.json says which options and packages the modules name, as lists of names, and which folder is theirs:
# { "folder": "/x/out", "options": [ [ "services" "nginx" "enable" ] ], "packages": [ [ "git" ] ] }.
# An option that this nixpkgs has not is declared, so that it means nothing; a package that it has not is an empty one;
# both are named under `missing`. `extra` is a module that comes besides.
{
  nixpkgs,
  entry,
  query,
  extra ? { },
}:
let
  asked = builtins.fromJSON (builtins.readFile query);

  original = import (nixpkgs + "/lib");

  # Functions that our modules use and that came to nixpkgs later than some nixpkgs that people have.
  functions = rec {
    escapeC = list: original.replaceStrings list (map (c: "\\x${codes.${c}}") list);
    getExe =
      package:
      "${original.getBin package}/bin/${package.meta.mainProgram or package.pname or package.name}";
    getExe' = package: name: "${original.getBin package}/bin/${name}";
  };
  # The characters that our modules ask to be escaped.
  codes = {
    "\t" = "09";
    "\n" = "0a";
    "\r" = "0d";
    " " = "20";
    "\"" = "22";
    "$" = "24";
    "%" = "25";
    "'" = "27";
    "\\" = "5c";
  };
  missingFunctions = original.filter (name: !(original ? ${name})) (builtins.attrNames functions);
  added = original.genAttrs missingFunctions (name: functions.${name});
  lib = original.extend (_: previous: added // { strings = previous.strings // added; });

  evalConfig =
    modules:
    import (nixpkgs + "/nixos/lib/eval-config.nix") {
      inherit lib modules;
      system = "x86_64-linux";
    };

  # What a module of a machine's hardware would say.
  machine =
    { lib, ... }:
    {
      boot.loader.grub.device = lib.mkDefault "nodev";
      fileSystems."/" = lib.mkDefault {
        device = "/dev/disk/by-label/nixos";
        fsType = "ext4";
      };
      nixpkgs.config.allowUnfree = true;
      nixpkgs.config.allowBroken = true;
      nixpkgs.config.allowInsecurePredicate = _: true;
    };

  # Takes any value, and joins sets and lists as most options do.
  any = lib.mkOptionType {
    name = "any";
    description = "any value";
    check = _: true;
    merge =
      _: definitions:
      let
        values = map (it: it.value) definitions;
        isPlainSet = it: builtins.isAttrs it && !(lib.isDerivation it);
      in
      if lib.all isPlainSet values then
        lib.foldl' lib.recursiveUpdate { } values
      else if lib.all builtins.isList values then
        lib.concatLists values
      else
        lib.last values;
  };
  stub = lib.mkOption {
    type = any;
    default = null;
  };

  declared =
    (evalConfig [
      entry
      extra
      machine
      { _module.check = false; }
    ]).options;

  # Follows names through options and the sets in them. Returns null where all is declared, else the path of the first
  # name that is not, and a declaration of it.
  find =
    options: path: names:
    if names == [ ] then null else findName options path (builtins.head names) (builtins.tail names);
  findName =
    options: path: name: rest:
    let
      here = path ++ [ name ];
      option = options.${name};
      below = findInType option.type here rest;
    in
    if !(options ? ${name}) then
      {
        path = here;
        options = lib.setAttrByPath [ name ] stub;
      }
    else if option._type or "" == "option" then
      if below == null then
        null
      else
        {
          inherit (below) path;
          options = lib.setAttrByPath [ name ] (lib.mkOption { inherit (below) type; });
        }
    else
      let
        found = find option here rest;
      in
      if found == null then null else found // { options = lib.setAttrByPath [ name ] found.options; };
  findInType =
    type: path: names:
    let
      inner = type.nestedTypes.elemType or type.functor.wrapped or null;
      steps = if type.name == "nullOr" then 0 else 1;
      found = findInType inner (path ++ lib.take steps names) (lib.drop steps names);
      inSet = find (builtins.removeAttrs (type.getSubOptions [ ]) [ "_module" ]) path names;
    in
    if names == [ ] then
      null
    else if
      builtins.elem type.name [
        "attrsOf"
        "lazyAttrsOf"
        "loaOf"
        "listOf"
        "nullOr"
      ]
    then
      if found == null then null else found // { type = lib.types.${type.name} found.type; }
    else if type.name == "submodule" && (type.nestedTypes.freeformType or null) == null then
      if inSet == null then
        null
      else
        {
          inherit (inSet) path;
          type = lib.types.submodule { inherit (inSet) options; };
        }
    else
      null;
  missing = builtins.filter (it: it != null) (map (find declared [ ]) asked.options);
  # A name of the list stands for any.
  shown = it: lib.concatStringsSep "." it.path;
  stubs = lib.attrValues (
    lib.listToAttrs (map (it: lib.nameValuePair (shown it) { inherit (it) options; }) missing)
  );

  standIns =
    final: previous:
    let
      empty =
        names:
        previous.runCommand (lib.last names) { meta.mainProgram = lib.last names; } "mkdir $out"
        // {
          pname = lib.last names;
        };
      add =
        set: names:
        lib.recursiveUpdateUntil (
          _: there: _:
          lib.isDerivation there
        ) set (lib.setAttrByPath names (empty names));
      roots = lib.unique (map builtins.head missingPackages);
      of = root: builtins.filter (names: builtins.head names == root) missingPackages;
      one = root: (lib.foldl' add (lib.filterAttrs (name: _: name == root) previous) (of root)).${root};
    in
    lib.genAttrs roots one;
  # Behind a package come its own attributes.
  isThere =
    set: names:
    let
      name = builtins.head names;
    in
    names == [ ]
    || !(builtins.isAttrs set)
    || lib.isDerivation set
    || set ? ${name} && isThere set.${name} (builtins.tail names);
  # Asked of packages without the overlay: its names must not hang on what it adds to.
  packages = import nixpkgs {
    system = "x86_64-linux";
    config = { };
    overlays = [ ];
  };
  missingPackages = builtins.filter (names: !(isThere packages names)) asked.packages;

  evaluated = evalConfig (
    [
      entry
      extra
      machine
      {
        nixpkgs.overlays = lib.mkBefore [ standIns ];
        system.stateVersion = lib.mkForce lib.trivial.release;
      }
    ]
    ++ stubs
  );
  inherit (evaluated) config options;

  # The names of a set of options that the modules of the folder define.
  named =
    option:
    let
      inFolder = file: lib.hasPrefix "${asked.folder}/" (toString file);
      pairs = lib.zipListsWith (file: value: { inherit file value; }) option.files option.definitions;
      ours = builtins.filter (it: inFolder it.file && builtins.isAttrs it.value) pairs;
    in
    lib.unique (lib.concatMap (it: builtins.attrNames it.value) ours);
  kinds = [
    "service"
    "socket"
    "timer"
    "path"
    "mount"
    "automount"
    "target"
    "slice"
  ];
  namedUnits = lib.concatMap (
    kind:
    map (name: "${name}.${kind}") (
      named (
        options.systemd."${kind}s" or {
          files = [ ];
          definitions = [ ];
        }
      )
    )
  ) kinds;
  # A function may be a set, and stands for no package.
  outOf =
    package:
    if lib.isFunction package then
      {
        success = false;
        value = "";
      }
    else
      builtins.tryEval (package.outPath or (toString package));
  installed = lib.listToAttrs (
    map (package: lib.nameValuePair (builtins.unsafeDiscardStringContext (outOf package).value) true) (
      builtins.filter (it: (outOf it).success) config.environment.systemPackages
    )
  );
  isInstalled =
    names:
    let
      package = lib.attrByPath names null evaluated.pkgs;
      path = outOf package;
    in
    package != null && path.success && installed ? ${builtins.unsafeDiscardStringContext path.value};
  # A value as data: packages and functions by what they are, and nothing twice as deep as people write.
  plain =
    depth: value:
    if lib.isDerivation value then
      "<package>"
    else if builtins.isFunction value || depth > 12 then
      "<function>"
    else if builtins.isList value then
      map (plain (depth + 1)) value
    else if builtins.isAttrs value then
      lib.mapAttrs (_: plain (depth + 1)) value
    else if builtins.isPath value then
      toString value
    else if builtins.isString value then
      builtins.unsafeDiscardStringContext value
    else
      value;
  held =
    names:
    let
      value = plain 0 (lib.attrByPath names null config);
      tried = builtins.tryEval (
        if lib.hasAttrByPath names config then builtins.deepSeq value value else null
      );
    in
    lib.optional (tried.success && lib.hasAttrByPath names config) {
      option = names;
      inherit (tried) value;
    };
  # A rule of systemd.tmpfiles.settings as its line.
  tmpfile =
    path: kind: it:
    lib.concatStringsSep " " [
      kind
      path
      (it.mode or "-")
      (it.user or "-")
      (it.group or "-")
      (it.age or "-")
      (it.argument or "")
    ];
  firewall = config.networking.firewall;
  ports = set: {
    tcp = set.allowedTCPPorts;
    udp = set.allowedUDPPorts;
    tcpRanges = map (it: [
      it.from
      it.to
    ]) set.allowedTCPPortRanges;
    udpRanges = map (it: [
      it.from
      it.to
    ]) set.allowedUDPPortRanges;
  };
in
{
  drv = builtins.unsafeDiscardStringContext config.system.build.toplevel.drvPath;
  release = lib.trivial.release;
  missing = {
    options = lib.unique (map shown missing);
    packages = map (lib.concatStringsSep ".") missingPackages;
    functions = missingFunctions;
  };
  etc = lib.mapAttrs (_: it: {
    text = it.text or null;
    source = builtins.unsafeDiscardStringContext (toString it.source);
    inherit (it) target mode;
    user = it.user or "root";
    group = it.group or "root";
  }) (lib.filterAttrs (_: it: it.enable) config.environment.etc);
  units = lib.mapAttrs (_: it: {
    text = if it.text or null == null then null else builtins.unsafeDiscardStringContext it.text;
    wantedBy = (it.wantedBy or [ ]) ++ (it.requiredBy or [ ]);
    enabled = it.enable;
  }) config.systemd.units;
  users = lib.mapAttrs (_: it: {
    inherit (it)
      uid
      group
      extraGroups
      home
      description
      ;
    shell = builtins.unsafeDiscardStringContext (
      if builtins.isString it.shell then it.shell else it.shell.shellPath or (toString it.shell)
    );
    keys = it.openssh.authorizedKeys.keys;
    uids = map (range: [
      range.startUid
      range.count
    ]) (it.subUidRanges or [ ]);
    gids = map (range: [
      range.startGid
      range.count
    ]) (it.subGidRanges or [ ]);
  }) config.users.users;
  groups = lib.mapAttrs (_: it: { inherit (it) gid members; }) config.users.groups;
  ports = ports firewall // {
    enabled = firewall.enable;
    interfaces = lib.mapAttrs (_: ports) firewall.interfaces;
  };
  packages = map (names: {
    name = lib.concatStringsSep "." names;
    installed = isInstalled names;
  }) asked.packages;
  values = lib.concatMap held (asked.values or [ ]);
  inherit (config.networking) hostName;
  domain = config.networking.domain or null;
  inherit (config.time) timeZone;
  sysctl = lib.mapAttrs (_: toString) config.boot.kernel.sysctl;
  modules = config.boot.kernelModules;
  tmpfiles =
    config.systemd.tmpfiles.rules
    ++ lib.concatMap (
      paths: lib.concatLists (lib.mapAttrsToList (path: lib.mapAttrsToList (tmpfile path)) paths)
    ) (lib.attrValues (config.systemd.tmpfiles.settings or { }));
  inherit (config.networking) hosts extraHosts;
  filesystems = lib.mapAttrsToList (_: it: {
    inherit (it) mountPoint fsType options;
    device = if it.device == null then it.label or null else it.device;
  }) config.fileSystems;
  cron = config.services.cron.systemCronJobs;
  ours = {
    etc = named options.environment.etc;
    units = namedUnits;
    users = named options.users.users;
    groups = named options.users.groups;
  };
}
