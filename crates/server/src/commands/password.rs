//! Passwords that a command asks for or makes.

use super::print;
use crate::error::Error;
use crate::generate;
use crate::settings::Settings;
use omicron_auth::{Password, Passwords};
use std::io::{self, IsTerminal};

/// What remains of a new password: a generated one, which is then told to whoever has asked for
/// it, or one that is typed.
pub(super) struct New {
    pub(super) hash: String,
    generated: Option<String>,
}

impl New {
    pub(super) fn choose(generated: bool, settings: &Settings) -> Result<Self, Error> {
        let (password, generated) = if generated {
            generate::password().map(|(password, text)| (password, Some(text)))?
        } else {
            (typed(settings)?, None)
        };
        let hash = Passwords::start(settings.bcrypt_cost)?.hash_blocking(&password)?;
        Ok(Self { hash, generated })
    }

    /// Prints a generated password, once it is someone's.
    pub(super) fn tell(&self) -> Result<(), Error> {
        self.generated.as_deref().map_or(Ok(()), print)
    }
}

fn typed(settings: &Settings) -> Result<Password, Error> {
    let text = if io::stdin().is_terminal() { prompted()? } else { line_of_input()? };
    let refused = |error| Error::argument("the password", &error);
    let password: Password = text.parse().map_err(refused)?;
    settings.password_policy().check(&password).map_err(refused)?;
    Ok(password)
}

fn prompted() -> Result<String, Error> {
    let ask = |prompt| {
        rpassword::prompt_password(prompt)
            .map_err(|error| Error::Terminal("reading the password", error))
    };
    let first = ask("Password: ")?;
    if ask("The same again: ")? != first {
        return Err(Error::argument("the password", &"must be the same both times"));
    }
    Ok(first)
}

fn line_of_input() -> Result<String, Error> {
    let mut line = String::new();
    io::stdin()
        .read_line(&mut line)
        .map_err(|error| Error::Terminal("reading the password", error))?;
    let line = line.strip_suffix('\n').unwrap_or(&line);
    Ok(line.strip_suffix('\r').unwrap_or(line).to_owned())
}
