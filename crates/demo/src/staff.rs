//! Who works in the lab.

use crate::random::Random;

/// A first name, and how an address writes it.
const FIRST: [(&str, &str); 48] = [
    ("amara", "amara"),
    ("anders", "anders"),
    ("aoife", "aoife"),
    ("bruno", "bruno"),
    ("carmen", "carmen"),
    ("chen", "chen"),
    ("chiara", "chiara"),
    ("daniel", "daniel"),
    ("deepa", "deepa"),
    ("diego", "diego"),
    ("elif", "elif"),
    ("emre", "emre"),
    ("fatima", "fatima"),
    ("freja", "freja"),
    ("goran", "goran"),
    ("hana", "hana"),
    ("haruto", "haruto"),
    ("ines", "ines"),
    ("ivan", "ivan"),
    ("jana", "jana"),
    ("jérôme", "jerome"),
    ("jonas", "jonas"),
    ("kofi", "kofi"),
    ("kwame", "kwame"),
    ("laila", "laila"),
    ("lars", "lars"),
    ("léa", "lea"),
    ("linh", "linh"),
    ("lucía", "lucia"),
    ("marek", "marek"),
    ("mei", "mei"),
    ("milan", "milan"),
    ("nadia", "nadia"),
    ("ngozi", "ngozi"),
    ("noor", "noor"),
    ("olga", "olga"),
    ("omar", "omar"),
    ("paula", "paula"),
    ("priya", "priya"),
    ("rafael", "rafael"),
    ("sana", "sana"),
    ("søren", "soeren"),
    ("tariq", "tariq"),
    ("tomás", "tomas"),
    ("viktor", "viktor"),
    ("yara", "yara"),
    ("yuki", "yuki"),
    ("zoë", "zoe"),
];

const LAST: [(&str, &str); 48] = [
    ("abebe", "abebe"),
    ("adeyemi", "adeyemi"),
    ("almeida", "almeida"),
    ("amari", "amari"),
    ("bauer", "bauer"),
    ("becker", "becker"),
    ("bianchi", "bianchi"),
    ("castro", "castro"),
    ("costa", "costa"),
    ("demir", "demir"),
    ("dubois", "dubois"),
    ("dvořák", "dvorak"),
    ("eriksen", "eriksen"),
    ("farouk", "farouk"),
    ("fischer", "fischer"),
    ("garcía", "garcia"),
    ("gupta", "gupta"),
    ("haddad", "haddad"),
    ("horvat", "horvat"),
    ("ito", "ito"),
    ("ivanova", "ivanova"),
    ("jansen", "jansen"),
    ("kaya", "kaya"),
    ("khan", "khan"),
    ("kim", "kim"),
    ("kovács", "kovacs"),
    ("kumar", "kumar"),
    ("lindqvist", "lindqvist"),
    ("mbeki", "mbeki"),
    ("mensah", "mensah"),
    ("moreau", "moreau"),
    ("müller", "mueller"),
    ("murphy", "murphy"),
    ("nakamura", "nakamura"),
    ("nguyen", "nguyen"),
    ("novák", "novak"),
    ("okafor", "okafor"),
    ("olsen", "olsen"),
    ("petrov", "petrov"),
    ("rossi", "rossi"),
    ("sato", "sato"),
    ("silva", "silva"),
    ("singh", "singh"),
    ("tanaka", "tanaka"),
    ("tran", "tran"),
    ("virtanen", "virtanen"),
    ("wang", "wang"),
    ("weiß", "weiss"),
];

/// A username and an address.
pub(crate) struct Person {
    pub(crate) username: String,
    pub(crate) email: String,
}

/// So many people, no two of one name.
pub(crate) fn people(number: usize, random: &mut Random) -> Vec<Person> {
    let all = FIRST.len() * LAST.len();
    // The step shares no factor with the number of pairs, so that each comes once.
    let start = random.below(all);
    (0..number)
        .map(|index| {
            let place = (start + index * 1517) % all;
            let (first, last) = (FIRST[place % FIRST.len()], LAST[place / FIRST.len()]);
            let again = if index < all { String::new() } else { (index / all + 1).to_string() };
            Person {
                username: format!("{}.{}{again}", first.0, last.0),
                email: format!("{}.{}{again}@lab.example", first.1, last.1),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::people;
    use crate::random::Random;
    use omicron_domain::{EmailAddress, Username};
    use std::collections::HashSet;

    #[test]
    fn names_can_be_had_and_differ() {
        let all = people(5000, &mut Random::seeded(1));
        let names: Vec<Username> = all.iter().map(|one| one.username.parse().unwrap()).collect();
        assert!(all.iter().all(|one| one.email.parse::<EmailAddress>().is_ok()));
        assert_eq!(names.iter().map(Username::key).collect::<HashSet<_>>().len(), 5000);
    }
}
