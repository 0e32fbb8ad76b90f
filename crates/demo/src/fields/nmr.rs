//! Catalysts, and what NMR says of them.

use super::{Field, Stage, Test, experiment, sample};
use crate::form::{Form, choice, count, number};

static SYNTHESIS: Form = sample(
    "Catalyst",
    &[
        choice("ligand", "Ligand", &["XPhos", "dppf", "BINAP", "IPr"]),
        number("mass", "Mass", "mg", (0.0, 100_000.0), (40.0, 950.0), 1),
        number("yield", "Yield", "%", (0.0, 100.0), (38.0, 94.0), 1).result(),
    ],
);

static FRACTION: Form = sample(
    "Fraction",
    &[
        choice("eluent", "Eluent", &["hexane/EtOAc 9:1", "hexane/EtOAc 4:1", "DCM/MeOH 95:5"]),
        number("mass", "Mass", "mg", (0.0, 100_000.0), (6.0, 240.0), 1).result(),
        number("purity", "Purity", "%", (0.0, 100.0), (88.0, 99.6), 1).result(),
    ],
);

static TUBE: Form = sample(
    "NMR tube",
    &[
        choice("solvent", "Solvent", &["CDCl₃", "C₆D₆", "DMSO-d₆", "CD₂Cl₂"]),
        number("concentration", "Concentration", "mmol/l", (0.0, 10_000.0), (2.0, 60.0), 1),
        choice("reference", "Reference", &["TMS", "solvent", "H₃PO₄, external"]),
    ],
);

static SPECTRUM: Form = experiment(
    "NMR spectrum",
    &[
        choice("nucleus", "Nucleus", &["1H", "13C", "31P", "19F"]),
        number("frequency", "Frequency", "MHz", (0.0, 2000.0), (121.0, 600.0), 2),
        number("temperature", "Temperature", "K", (0.0, 700.0), (297.0, 299.0), 1),
        count("scans", "Scans", (16, 4096)),
        number("shift", "Chemical shift", "ppm", (-500.0, 1000.0), (18.0, 46.0), 2).readings(3, 14),
        number("line_width", "Line width", "Hz", (0.0, 100_000.0), (0.6, 4.5), 2).result(),
    ],
);

static KINETICS: Form = experiment(
    "Kinetics",
    &[
        number("temperature", "Temperature", "K", (0.0, 700.0), (273.0, 353.0), 0),
        number("loading", "Loading of catalyst", "mol%", (0.0, 100.0), (0.1, 5.0), 2),
        number("conversion", "Conversion", "%", (0.0, 100.0), (12.0, 96.0), 1).readings(6, 24),
        number("rate_constant", "Rate constant", "1/s", (0.0, 1000.0), (0.0001, 0.004), 6).result(),
    ],
);

pub(super) static FIELD: Field = Field {
    code: "NMR",
    materials: &[
        "palladium phosphines",
        "ruthenium carbenes",
        "iridium pincers",
        "nickel carbenes",
        "rhodium phosphites",
    ],
    topics: &[
        (
            "Resting states of {}",
            "What the metal looks like while the reaction runs, by 31P at low temperature.",
        ),
        (
            "{} at low loading",
            "A tenth of the metal for the same conversion: which ligand, which base.",
        ),
        (
            "Stability of {} in air",
            "Which species can be weighed outside the glove box, and for how long.",
        ),
    ],
    stages: [
        Stage { form: &SYNTHESIS, noun: "catalyst", many: (1, 1) },
        Stage { form: &FRACTION, noun: "fraction", many: (1, 5) },
        Stage { form: &TUBE, noun: "tube", many: (2, 8) },
    ],
    tests: &[
        Test { form: &SPECTRUM, noun: "Spectrum", instrument: 1, protocol: 1 },
        Test { form: &KINETICS, noun: "Kinetics", instrument: 2, protocol: 2 },
    ],
    instruments: &[
        "Schlenk line 2",
        "NMR 600 MHz",
        "NMR 400 MHz, with changer",
        "Glove box, right",
    ],
    protocols: &[
        (
            "Complexes under argon",
            "## What it takes\n\nFlame-dried glass, degassed solvents.\n\n## Steps\n\n1. Three cycles of vacuum and argon.\n2. Ligand first, then the metal.\n3. Stir overnight, filter over Celite.\n4. Crystallise at −30 °C.\n\n## When it goes wrong\n\nBlack means metal: filter, and begin again with a fresh ligand.\n",
        ),
        (
            "Routine spectra",
            "## What it takes\n\n0.6 ml in a clean tube.\n\n## Steps\n\n1. Lock, shim, tune.\n2. 1H with 16 scans, to see whether it is worth it.\n3. 13C or 31P overnight.\n\n## When it goes wrong\n\nBroad lines: filter through cotton, and shim again.\n",
        ),
        (
            "Kinetics in the tube",
            "## What it takes\n\nAn internal standard that does nothing.\n\n## Steps\n\n1. Bring the probe to temperature with a dummy.\n2. Inject, shake, insert, start the clock.\n3. A spectrum each two minutes.\n\n## When it goes wrong\n\nIf the first point lies below the others, it was not mixed.\n",
        ),
    ],
    tags: &["31P", "1H", "kinetics", "air-sensitive", "phosphine", "carbene", "crystals"],
    observations: &[
        "A second doublet, 4 % of the first: the oxide, most likely.",
        "The coupling fits the trans complex.",
        "Pale yellow when it was dissolved, orange after the night.",
        "Shimmed twice; the width is that of the solvent.",
    ],
};
