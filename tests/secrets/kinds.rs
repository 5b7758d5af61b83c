//! The kinds of secrets that are planted, how their values are made, and the lines in which they stand.

/// How a value of a kind is made of its marker.
pub(super) type Shape = fn(&str) -> String;

pub(super) fn word(marker: &str) -> String {
    format!("{marker}-Horse9")
}

pub(super) fn hex(marker: &str) -> String {
    format!("{marker}0f1e2d3c4b5a69788796a5b4c3d2e1f0")
}

pub(super) fn key(marker: &str) -> String {
    format!(
        "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC{marker}AoIBAQC7\nq83v{marker}EjRWeJq8\n-----END PRIVATE KEY-----"
    )
}

/// The kind, its shape, and lines in which it stands (`@` is the value): of a file of settings, or of a shell.
pub(super) const KINDS: &[(&str, Shape, &[&str], &[&str])] = &[
    (
        "password",
        word,
        &[
            "password = @",
            "db_password: \"@\"",
            "<password>@</password>",
        ],
        &["app --password @"],
    ),
    (
        "passphrase",
        word,
        &["passphrase = @", "wpa_passphrase=@"],
        &["gpg --batch --passphrase @ -d x"],
    ),
    (
        "token",
        hex,
        &["token: @", "auth_token = \"@\""],
        &["app --token=@"],
    ),
    (
        "api key",
        hex,
        &["api_key = @", "X-Api-Key: @"],
        &["curl -H 'X-Api-Key: @' http://x.example.org"],
    ),
    (
        "client secret",
        hex,
        &["client_secret = \"@\"", "\"clientSecret\": \"@\","],
        &["app --client-secret @"],
    ),
    (
        "preshared key",
        word,
        &["psk=\"@\"", "wpa-psk @"],
        &["wpa_passphrase home @"],
    ),
    (
        "wireguard",
        |m| format!("{m}9cxwWoV4xELtfJvjJN+zQVRPISllRWge="),
        &["PrivateKey = @", "PresharedKey = @"],
        &["wg-tool --private-key @"],
    ),
    ("private key", key, &["@"], &[]),
    (
        "redis",
        word,
        &["requirepass @", "masterauth @"],
        &["redis-cli -a @ ping"],
    ),
    (
        "ldap",
        word,
        &["bindpw @", "rootpw @9"],
        &["ldapadd -x -D cn=admin -w @ -f x"],
    ),
    (
        "snmp",
        word,
        &["rocommunity @ 10.0.0.1", "rwcommunity @"],
        &["snmpwalk -v2c -c @ host"],
    ),
    (
        "sha512 crypt",
        |m| format!("$6$saltsalt${m}abcdefghijklmnopqrstuvwxyz./ABCDEFGHIJ"),
        &["hash: @", "ada:@:19000:0:99999:7:::"],
        &["usermod -p '@' ada"],
    ),
    (
        "yescrypt",
        |m| format!("$y$j9T$F5Jx5fExrKuPp53xLKQ..1${m}94c7o.9agCG9G317fhZg9SqC.5i5rd"),
        &["x @"],
        &["useradd -p '@' ada"],
    ),
    (
        "bcrypt",
        |m| format!("$2y$05${m}abcdefghijklmnopqrstuu5LNkC5vFQyUcBwdEPw"),
        &["ada:@", "basicauth.users=ada:@"],
        &["app --user ada:@"],
    ),
    (
        "apr1",
        |m| format!("$apr1$saltsalt${m}abcdefghijk."),
        &["ada:@"],
        &["echo 'ada:@' > /etc/nginx/users"],
    ),
    (
        "ssha",
        |m| format!("{{SSHA}}{m}5Mm5Pz8GgiULbPgzG37mj9g="),
        &["userPassword: @", "olcRootPW: @"],
        &[],
    ),
    (
        "address",
        word,
        &["url = postgres://shop:@@db/shop", "amqp://guest:@@mq:5672/"],
        &["psql postgres://shop:@@db/shop -c 'select 1'"],
    ),
    (
        "address of redis",
        word,
        &["REDIS_URL=redis://:@@cache:6379/0"],
        &["redis-tool redis://:@@cache:6379"],
    ),
    (
        "token in an address",
        hex,
        &["remote = https://x-access-token:@@github.com/x/y.git"],
        &["git clone https://@@github.com/x/y.git"],
    ),
    (
        "query",
        hex,
        &["feed = https://x.example.org/f?access_token=@&z=1"],
        &["curl 'https://x.example.org/f?api_key=@'"],
    ),
    (
        "bearer",
        hex,
        &["Authorization: Bearer @"],
        &["curl -H 'Authorization: Bearer @' http://x.example.org"],
    ),
    (
        "jwt",
        |m| format!("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI{m}xMjM0In0.dozjgNryP4J3jVmNHl0w5N"),
        &["jwt @", "session: @"],
        &["app --jwt @"],
    ),
    (
        "github",
        |m| format!("ghp_{m}292c6912E7710c838347Ae178B4a"),
        &["a = @"],
        &["app @"],
    ),
    (
        "gitlab",
        |m| format!("glpat-{m}0123456789"),
        &["b = @"],
        &["app @"],
    ),
    (
        "slack",
        |m| format!("xoxb-123456789012-{m}"),
        &["c = @"],
        &["app @"],
    ),
    (
        "slack hook",
        |m| format!("https://hooks.slack.com/services/T00000000/B00000000/{m}abcdefghijklmn"),
        &["hook: @"],
        &["curl -d x @"],
    ),
    (
        "stripe",
        |m| format!("sk_live_{m}LyjWDarjtT1zdp7dc"),
        &["d = @"],
        &["app @"],
    ),
    (
        "google",
        |m| format!("AIza{m}1234567890abcdefghijklmno"),
        &["e = @"],
        &["app @"],
    ),
    (
        "aws id",
        |m| format!("AKIA{}ABCDEF", m.to_uppercase()),
        &["f = @"],
        &["app @"],
    ),
    (
        "aws secret",
        |m| format!("{m}/K7MDENG/bPxRfiCYEXAMPLEKEYab"),
        &["aws_secret_access_key = @", "AWS_SECRET_ACCESS_KEY=@"],
        &["aws configure set aws_secret_access_key @"],
    ),
    (
        "azure",
        |m| format!("{m}02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq=="),
        &["cs = AccountName=x;AccountKey=@;x=1"],
        &["app 'AccountName=x;AccountKey=@'"],
    ),
    (
        "npm",
        |m| format!("npm_{m}klmnopqrstuvwxyz0123456789"),
        &["//registry.npmjs.org/:_authToken=@"],
        &["npm config set //registry.npmjs.org/:_authToken @"],
    ),
    (
        "age",
        |m| {
            format!(
                "AGE-SECRET-KEY-1{}QPQYQPQYQPQYQPQYQPQYQPQYQPQYQ",
                m.to_uppercase()
            )
        },
        &["@"],
        &["app @"],
    ),
    (
        "basic",
        |m| {
            use base64_of as b;
            b(&format!("ada:{m}"))
        },
        &["\"auth\": \"@\"", "Authorization: Basic @"],
        &["curl -H 'Authorization: Basic @' http://x.example.org"],
    ),
    (
        "mysql",
        word,
        &[],
        &[
            "mysql -uroot -p@ -e 'select 1'",
            "mysqldump -u root --password=@ shop",
            "mysql -e \"create user x identified by '@'\"",
        ],
    ),
    (
        "curl",
        word,
        &[],
        &[
            "curl -fsS -u ada:@ http://x.example.org",
            "curl --user 'ada:@' http://x.example.org",
        ],
    ),
    (
        "passwd",
        word,
        &[],
        &[
            "echo 'ada:@' | chpasswd",
            "echo @ | passwd --stdin ada",
            "echo \"root:@\" | sudo chpasswd",
        ],
    ),
    (
        "htpasswd",
        word,
        &[],
        &["htpasswd -bc /etc/nginx/users ada @", "htpasswd -nb ada @"],
    ),
    (
        "openssl",
        word,
        &[],
        &[
            "openssl req -new -passin pass:@ -key x",
            "openssl passwd -6 @",
        ],
    ),
    (
        "sshpass",
        word,
        &[],
        &["sshpass -p @ ssh x", "PGPASSWORD=@ psql -c x"],
    ),
    (
        "docker login",
        word,
        &[],
        &[
            "docker login -u x -p @ r.example.org",
            "echo @ | docker login -u x --password-stdin r.example.org",
        ],
    ),
    (
        "shape of a password",
        |m| format!("{m}Passwd"),
        &["check_command  check_shop!@!1"],
        &["check_state 10.0.0.1 shop @ 1"],
    ),
    (
        "figures in a password",
        |m| format!("{m}-Passw0rd"),
        &["it is @ there"],
        &["check_state 10.0.0.1 shop @ 1"],
    ),
    (
        "place of a password",
        word,
        &["command_line $USER1$/check_login $HOSTADDRESS$ 1433 sa @"],
        &[
            "isql -v shop ada @",
            "sqlplus -S ada/@@shop",
            "check_login 10.0.0.1 1433 sa @",
        ],
    ),
    (
        "sql",
        word,
        &[],
        &["psql -c \"ALTER ROLE shop WITH PASSWORD '@'\""],
    ),
];

/// Base64, with its filling.
pub(super) fn base64_of(text: &str) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let bytes = [
            chunk[0],
            chunk.get(1).copied().unwrap_or(0),
            chunk.get(2).copied().unwrap_or(0),
        ];
        let bits = u32::from(bytes[0]) << 16 | u32::from(bytes[1]) << 8 | u32::from(bytes[2]);
        for at in 0..4 {
            if at <= chunk.len() {
                out.push(SIGNS[(bits >> (18 - 6 * at) & 63) as usize] as char);
            } else {
                out.push('=');
            }
        }
    }
    out
}
