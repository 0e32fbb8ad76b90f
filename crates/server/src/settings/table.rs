//! The one table of settings, from which come the flags, `--help` and `config check`.

/// A setting: a variable of the environment, a line of `.env`, or a flag.
#[derive(Debug)]
pub struct Setting {
    /// The variable's name.
    pub name: &'static str,
    /// What is taken when it is not given.
    pub default: Default,
    /// What it is for.
    pub help: &'static str,
    /// A good value, for messages.
    pub example: &'static str,
    /// Whether its value is never shown.
    pub secret: bool,
    /// Whether its flag may stand alone, which then means yes.
    pub switch: bool,
}

/// What is taken when a setting is not given.
#[derive(Debug, Clone, Copy)]
pub enum Default {
    /// As if this text had been given.
    Value(&'static str),
    /// What depends on other settings or on the machine, in words.
    Words(&'static str),
}

impl Default {
    /// The default as help shows it.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Value(text) | Self::Words(text) => text,
        }
    }
}

impl Setting {
    /// The setting of this name.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        settings().find(|setting| setting.name == name)
    }

    /// The flag without its hyphens: `database-url` for `DATABASE_URL`.
    #[must_use]
    pub fn flag(&self) -> String {
        self.name.to_lowercase().replace('_', "-")
    }

    const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    const fn switch(mut self) -> Self {
        self.switch = true;
        self
    }
}

/// All settings, in the table's order.
pub fn settings() -> impl Iterator<Item = &'static Setting> {
    GROUPS.iter().flat_map(|(_, settings)| settings.iter())
}

const fn value(
    name: &'static str,
    default: &'static str,
    example: &'static str,
    help: &'static str,
) -> Setting {
    let default = Default::Value(default);
    Setting { name, default, help, example, secret: false, switch: false }
}

const fn words(
    name: &'static str,
    default: &'static str,
    example: &'static str,
    help: &'static str,
) -> Setting {
    let default = Default::Words(default);
    Setting { name, default, help, example, secret: false, switch: false }
}

/// The settings by what they are about.
pub static GROUPS: &[(&str, &[Setting])] = &[
    (
        "Where to listen",
        &[
            value("IP_ADDRESS", "127.0.0.1", "0.0.0.0", "IPv4 or IPv6 address to listen on"),
            value("PORT", "5000", "8080", "port to listen on; 0 takes any that is free"),
            words("WORKERS", "one per core", "2", "threads that answer requests"),
            words(
                "TLS_CERT",
                "none: HTTP without TLS",
                "/etc/omicron/fullchain.pem",
                "PEM file with the certificate and those that vouch for it, to serve HTTPS; goes with TLS_KEY",
            ),
            words("TLS_KEY", "none", "/etc/omicron/privkey.pem", "PEM file with the certificate's key"),
            value(
                "TRUSTED_PROXIES",
                "0",
                "1",
                "how many proxies stand in front: so many are believed about where a request comes from",
            ),
        ],
    ),
    (
        "Where the data is",
        &[
            words(
                "BASE_DIRECTORY",
                "working directory",
                "/var/lib/omicron",
                "where static/ and relative paths of databases begin",
            ),
            value(
                "DATABASE_URL",
                "sqlite:///omicron.sqlite3",
                "postgres://user:password@host/omicron",
                "sqlite:///file, sqlite:////path/from/root, sqlite:// (in memory), or postgres://user:password@host/name",
            )
            .secret(),
            value(
                "AUTO_MIGRATE",
                "false",
                "true",
                "bring PostgreSQL's tables up to date at start, as SQLite's always are",
            )
            .switch(),
            words(
                "AUDIT_SIGNING_KEY",
                "generated, in a file",
                "(what `omicron-server audit new-key` prints)",
                "signs the checkpoints of the journal; must be given, or be in its file, in PROD with PostgreSQL",
            )
            .secret(),
        ],
    ),
    (
        "Who may come in",
        &[
            value("ROOT_USER", "root", "root", "name of the first administrator"),
            words(
                "ROOT_PASSWORD",
                "generated",
                "a-long-passphrase",
                "their password, asked for by the first start alone; must be given in PROD and on an address that others can reach",
            )
            .secret(),
            value("ROOT_EMAIL", "root@localhost", "ann@example.org", "their address"),
            words(
                "REGISTRATION",
                "open; PROD: approval",
                "approval",
                "who may register: open, approval (by an administrator) or closed",
            ),
            words(
                "PASSWORD_MIN_LENGTH",
                "1; PROD: 8",
                "8",
                "fewest characters of a new password; PROD refuses the commonest ones, too",
            ),
            value("BCRYPT_COST", "12", "12", "how hard passwords are to guess, and slow to check: 4 to 20, in PROD 10 or more"),
        ],
    ),
    (
        "Tokens",
        &[
            words(
                "TOKEN_SECRET_KEY",
                "generated",
                "(what `openssl rand -hex 32` prints)",
                "protects the tokens, 32 characters or more; must be given in PROD, with PostgreSQL, and on an address that others can reach",
            )
            .secret(),
            value(
                "DEFAULT_TOKEN_EXPIRATION_TIME",
                "600",
                "3600",
                "seconds that a token lives if its owner asks for nothing else",
            ),
        ],
    ),
    (
        "What is told to whom",
        &[
            value(
                "STATE",
                "DEV",
                "PROD",
                "DEV, CI, or PROD, which refuses what is insecure",
            ),
            value("DEBUG", "false", "false", "tell clients the causes of an internal error; never in PROD")
                .switch(),
            words(
                "ALLOWED_ORIGINS",
                "*; PROD: none",
                "https://lab.example.org,https://app.example.org",
                "web sites whose scripts may use the API, with commas between; * for all, none for none",
            ),
            words(
                "METRICS_TOKEN",
                "none",
                "a-long-random-text",
                "bearer token that /metrics asks for; without one, it is open only where nobody else can reach it",
            )
            .secret(),
            value(
                "WEBHOOK_ALLOWED_NETWORKS",
                "none",
                "10.1.0.0/16,fd00::/8",
                "networks that webhooks may be posted to though they are not public, with commas between; none for none",
            ),
        ],
    ),
    (
        "How much a client may take",
        &[
            value(
                "RATE_LIMIT",
                "60000",
                "60000",
                "requests a minute of each user, and of each address without one; 0 for no limit",
            ),
            value(
                "LOGIN_FAILURES",
                "10",
                "10",
                "wrong passwords a minute, for an account or from an address, that bring a growing pause; 0 for none",
            ),
            value("BODY_TIMEOUT", "30", "30", "seconds that the body of a request may take to arrive"),
            value("MAX_CONNECTIONS", "2048", "2048", "connections at a time; more wait until one ends"),
        ],
    ),
    (
        "The log",
        &[
            words(
                "LOGFILE",
                "standard output",
                "/var/log/omicron.log",
                "file that the log is appended to; opened again on SIGHUP",
            ),
            value("LOG_FORMAT", "text", "json", "text, or json for one object on each line"),
            value("RUST_LOG", "info", "info,omicron_api=debug", "error, warn, info, debug or trace, also by module"),
        ],
    ),
];
