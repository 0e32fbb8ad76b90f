//! Polymers: made, formed, heated and cooled.

use super::{Field, Stage, Test, experiment, sample};
use crate::form::{Form, choice, count, number};

static BATCH: Form = sample(
    "Polymer batch",
    &[
        number("monomer", "Monomer", "g", (0.0, 10_000.0), (25.0, 240.0), 1),
        number(
            "temperature",
            "Temperature of the reactor",
            "°C",
            (-100.0, 400.0),
            (60.0, 185.0),
            0,
        ),
        choice("catalyst", "Catalyst", &["Sn(Oct)₂", "DBU", "AIBN", "TiBA"]),
        number("yield", "Yield", "%", (0.0, 100.0), (68.0, 97.0), 1).result(),
        number("molar_mass", "Molar mass Mn", "kg/mol", (0.0, 10_000.0), (18.0, 145.0), 1).result(),
    ],
);

static SHEET: Form = sample(
    "Sheet",
    &[
        number("pressure", "Pressure", "bar", (0.0, 2000.0), (40.0, 160.0), 0),
        number("temperature", "Temperature of the press", "°C", (0.0, 450.0), (170.0, 230.0), 0),
        number("thickness", "Thickness", "mm", (0.0, 100.0), (0.8, 2.2), 2).result(),
    ],
);

static COUPON: Form = sample(
    "Coupon",
    &[
        choice("shape", "Shape", &["dumbbell 5A", "disc, 6 mm", "strip, 10 mm"]),
        choice("conditioning", "Conditioning", &["dry", "50 % humidity", "in water, 7 days"]),
        number("mass", "Mass", "mg", (0.0, 1_000_000.0), (5.0, 1900.0), 1).result(),
    ],
);

static CALORIMETRY: Form = experiment(
    "Calorimetry",
    &[
        number("heating_rate", "Heating rate", "K/min", (0.0, 500.0), (5.0, 20.0), 0),
        choice("atmosphere", "Atmosphere", &["nitrogen", "air", "argon"]),
        number("glass_transition", "Glass transition", "°C", (-150.0, 450.0), (48.0, 71.0), 1)
            .result(),
        number("melting_point", "Melting point", "°C", (-150.0, 450.0), (148.0, 181.0), 1).result(),
        number("crystallinity", "Crystallinity", "%", (0.0, 100.0), (4.0, 46.0), 1).result(),
    ],
);

static RHEOLOGY: Form = experiment(
    "Rheology",
    &[
        number("temperature", "Temperature", "°C", (-50.0, 450.0), (170.0, 210.0), 0),
        number("strain", "Strain", "%", (0.0, 1000.0), (0.5, 5.0), 1),
        count("frequencies", "Frequencies", (12, 31)),
        number("viscosity", "Complex viscosity", "Pa·s", (0.0, 10_000_000.0), (380.0, 9200.0), 0)
            .readings(12, 31),
    ],
);

pub(super) static FIELD: Field = Field {
    code: "POL",
    materials: &["PLA", "PCL", "PHB", "polyurethane", "PLA/PBAT"],
    topics: &[
        (
            "Toughness of {}",
            "Additives that keep it from breaking, and what they do to the melting point.",
        ),
        ("{} that degrades", "How fast it loses mass in compost, in sea water and on a shelf."),
        ("Foams of {}", "Cells of 20 µm with supercritical CO₂, without cracks."),
    ],
    stages: [
        Stage { form: &BATCH, noun: "batch", many: (1, 1) },
        Stage { form: &SHEET, noun: "sheet", many: (1, 3) },
        Stage { form: &COUPON, noun: "coupon", many: (5, 12) },
    ],
    tests: &[
        Test { form: &CALORIMETRY, noun: "DSC", instrument: 1, protocol: 1 },
        Test { form: &RHEOLOGY, noun: "Rheology", instrument: 2, protocol: 2 },
    ],
    instruments: &["Hot press", "Calorimeter", "Rheometer, 25 mm plates", "Reactor, 2 l"],
    protocols: &[
        (
            "Polymerisation in bulk",
            "## What it takes\n\nDry monomer, the reactor, nitrogen.\n\n## Steps\n\n1. Dry at 50 °C in vacuum overnight.\n2. Add the catalyst at temperature.\n3. Stir until the torque no longer rises.\n4. Pour, and cool in air.\n\n## When it goes wrong\n\nA yellow melt was too hot: note it, keep it, do not use it.\n",
        ),
        (
            "Calorimetry, two runs",
            "## What it takes\n\n5 to 10 mg, a pierced lid.\n\n## Steps\n\n1. Heat, cool, heat at 10 K/min.\n2. Take the glass transition from the second run.\n3. Take the crystallinity from the first.\n\n## When it goes wrong\n\nA step in the baseline is a pan that has moved.\n",
        ),
        (
            "Frequency sweep",
            "## What it takes\n\nA dry disc without bubbles.\n\n## Steps\n\n1. Load at temperature, trim, wait 5 min.\n2. Find the linear range.\n3. Sweep from 100 to 0.1 rad/s.\n\n## When it goes wrong\n\nIf the curve falls with time, it degrades: use nitrogen.\n",
        ),
    ],
    tags: &["bio-based", "degradation", "blend", "film", "foam", "DSC", "extrusion"],
    observations: &[
        "Two peaks on melting, the smaller one at 8 K less.",
        "The plate had to be cleaned twice; the first run was thrown away.",
        "Clear when it came out of the press, cloudy after a day.",
        "Agrees with the batch of last month within the error.",
    ],
};
