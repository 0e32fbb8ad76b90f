//! What the lab works on.

mod alloys;
mod batteries;
mod microscopy;
mod nmr;
mod polymers;

use crate::form::{Entry, Form, choice, count, number, serial};
use omicron_domain::RecordKind;

/// A field of work, with all that its people make and measure.
pub(crate) struct Field {
    /// What the numbers of its samples begin with.
    pub(crate) code: &'static str,
    pub(crate) materials: &'static [&'static str],
    /// What a project is called, with the material in the place of `{}`, and what it is about.
    pub(crate) topics: &'static [(&'static str, &'static str)],
    /// What is made, and out of it the next.
    pub(crate) stages: [Stage; 3],
    pub(crate) tests: &'static [Test],
    /// What instruments are called.
    pub(crate) instruments: &'static [&'static str],
    /// What protocols are called, and what they say.
    pub(crate) protocols: &'static [(&'static str, &'static str)],
    pub(crate) tags: &'static [&'static str],
    /// What is written down of an experiment.
    pub(crate) observations: &'static [&'static str],
}

/// What is made at one step.
pub(crate) struct Stage {
    pub(crate) form: &'static Form,
    pub(crate) noun: &'static str,
    /// How many of one of the step before.
    pub(crate) many: (usize, usize),
}

/// How a sample is looked at: which instrument does it, by which protocol.
pub(crate) struct Test {
    pub(crate) form: &'static Form,
    pub(crate) noun: &'static str,
    pub(crate) instrument: usize,
    pub(crate) protocol: usize,
}

pub(crate) const ALL: [&Field; 5] =
    [&alloys::FIELD, &batteries::FIELD, &polymers::FIELD, &nmr::FIELD, &microscopy::FIELD];

/// What colleagues say.
pub(crate) const COMMENTS: [&str; 12] = [
    "Looks right to me.",
    "Could you add the picture of the break?",
    "This is 10 % above the last series. Was the calibration done?",
    "I would repeat this one before we write it up.",
    "Agreed with the reading, **thanks** for the quick turn.",
    "The operator was new; the next one should be better.",
    "Please keep what is left, we may need it for the review.",
    "See the notes of Tuesday: same effect there.",
    "Nice. That fits the model.",
    "Is the unit right here? I had expected a tenth of that.",
    "Done on the second try, the first one was stopped by the fire drill.",
    "I have moved the box to shelf 4.",
];

/// What all fields share.
pub(crate) static INSTRUMENT: Form = Form {
    name: "Instrument",
    kind: RecordKind::Instrument,
    entries: &[
        serial("serial_number", "Serial number", "SN"),
        choice("room", "Room", &["B1.02", "B1.07", "C0.11", "C2.04", "D1.21"]),
        number("power", "Power", "kW", (0.0, 500.0), (0.4, 24.0), 1),
        count("calibration_interval", "Days between calibrations", (90, 365)),
    ],
};

pub(crate) static PROTOCOL: Form = Form {
    name: "Protocol",
    kind: RecordKind::Protocol,
    entries: &[
        number("duration", "Duration", "min", (1.0, 20_000.0), (20.0, 480.0), 0),
        choice("hazard", "Hazard", &["none", "heat", "solvents", "high voltage", "heavy load"]),
    ],
};

/// The templates that all projects share.
pub(crate) fn shared() -> impl Iterator<Item = &'static Form> {
    let samples = ALL.into_iter().flat_map(|field| field.stages.iter().map(|stage| stage.form));
    [&INSTRUMENT, &PROTOCOL].into_iter().chain(samples)
}

const fn sample(name: &'static str, entries: &'static [Entry]) -> Form {
    Form { name, kind: RecordKind::Sample, entries }
}

const fn experiment(name: &'static str, entries: &'static [Entry]) -> Form {
    Form { name, kind: RecordKind::Experiment, entries }
}
