//! Cells: slurries, electrodes, and how long they last.

use super::{Field, Stage, Test, experiment, sample};
use crate::form::{Form, choice, count, number};

static SLURRY: Form = sample(
    "Slurry",
    &[
        number("solids", "Solids", "wt%", (0.0, 100.0), (48.0, 68.0), 1),
        choice("binder", "Binder", &["PVDF", "CMC/SBR", "PAA"]),
        number("mixing", "Time of mixing", "min", (0.0, 10_000.0), (45.0, 180.0), 0),
        number("viscosity", "Viscosity at 10 1/s", "Pa·s", (0.0, 1000.0), (1.8, 7.5), 2).result(),
    ],
);

static ELECTRODE: Form = sample(
    "Electrode",
    &[
        choice("collector", "Collector", &["Al, 15 µm", "Cu, 10 µm", "Al, carbon coated"]),
        number("gap", "Gap of the blade", "µm", (0.0, 2000.0), (120.0, 260.0), 0),
        number("loading", "Loading", "mg/cm²", (0.0, 200.0), (9.0, 21.0), 2).result(),
        number("porosity", "Porosity", "%", (0.0, 100.0), (26.0, 41.0), 1).result(),
    ],
);

static CELL: Form = sample(
    "Cell",
    &[
        choice("format", "Format", &["CR2032", "pouch, one layer", "three electrodes"]),
        choice("separator", "Separator", &["PP/PE/PP, 25 µm", "glass fibre", "ceramic coated"]),
        number("electrolyte", "Electrolyte", "µl", (0.0, 100_000.0), (60.0, 110.0), 0),
        number("open_voltage", "Voltage at rest", "V", (0.0, 10.0), (2.9, 3.4), 3).result(),
    ],
);

static CYCLING: Form = experiment(
    "Cycling",
    &[
        number("rate", "Rate", "1/h", (0.0, 100.0), (0.2, 2.0), 2),
        number("temperature", "Temperature", "°C", (-60.0, 200.0), (24.0, 46.0), 0),
        number("upper_voltage", "Upper limit", "V", (0.0, 10.0), (4.1, 4.4), 2),
        count("cycles", "Cycles", (80, 1000)).result(),
        number(
            "capacity",
            "Discharge capacity, each tenth cycle",
            "mAh/g",
            (0.0, 5000.0),
            (142.0, 188.0),
            1,
        )
        .readings(8, 40),
        number("retention", "Capacity that is left", "%", (0.0, 110.0), (71.0, 98.0), 1).result(),
    ],
);

static IMPEDANCE: Form = experiment(
    "Impedance",
    &[
        number("amplitude", "Amplitude", "mV", (0.0, 1000.0), (5.0, 10.0), 0),
        number("charge", "State of charge", "%", (0.0, 100.0), (20.0, 90.0), 0),
        number("series_resistance", "Series resistance", "Ω", (0.0, 100_000.0), (1.1, 4.2), 2)
            .result(),
        number(
            "charge_transfer",
            "Charge transfer resistance",
            "Ω",
            (0.0, 100_000.0),
            (14.0, 95.0),
            1,
        )
        .result(),
    ],
);

pub(super) static FIELD: Field = Field {
    code: "BAT",
    materials: &["NMC811", "LFP", "LNMO", "Na₃V₂(PO₄)₃", "silicon graphite"],
    topics: &[
        (
            "Water-based electrodes of {}",
            "Without NMP: which binder holds, and what the water does to the powder.",
        ),
        (
            "Fast charging with {}",
            "How thick an electrode may be that is charged within 15 minutes.",
        ),
        ("Calendar life of {}", "What a year in a warm room costs, and which additive helps."),
    ],
    stages: [
        Stage { form: &SLURRY, noun: "slurry", many: (1, 1) },
        Stage { form: &ELECTRODE, noun: "electrode", many: (1, 4) },
        Stage { form: &CELL, noun: "cell", many: (4, 16) },
    ],
    tests: &[
        Test { form: &CYCLING, noun: "Cycling", instrument: 1, protocol: 1 },
        Test { form: &IMPEDANCE, noun: "Impedance", instrument: 2, protocol: 2 },
    ],
    instruments: &[
        "Coating table",
        "Battery cycler, 64 channels",
        "Potentiostat 2",
        "Glove box, left",
    ],
    protocols: &[
        (
            "Slurry and coating",
            "## What it takes\n\nDried powder, a dissolver, the coating table.\n\n## Steps\n\n1. Dissolve the binder overnight.\n2. Add carbon, then the active material, in three parts.\n3. Coat at 5 mm/s.\n4. Dry at 60 °C, then at 120 °C in vacuum.\n\n## When it goes wrong\n\nStreaks come from lumps: sieve at 100 µm.\n",
        ),
        (
            "Cycling of coin cells",
            "## What it takes\n\nA channel with a good contact.\n\n## Steps\n\n1. Rest for 12 h.\n2. Two cycles at C/20.\n3. Cycle as planned, with a check at C/20 each 50 cycles.\n\n## When it goes wrong\n\nA voltage that jumps is the holder, not the cell.\n",
        ),
        (
            "Impedance from 200 kHz to 10 mHz",
            "## What it takes\n\nA cell that has rested for 2 h.\n\n## Steps\n\n1. Set the charge.\n2. Sweep downwards, ten points a decade.\n3. Fit, and keep the fit with the curve.\n\n## When it goes wrong\n\nBelow 0.1 Hz it drifts if the room is not at rest.\n",
        ),
    ],
    tags: &["formation", "coin cell", "pouch", "aqueous", "additive", "ageing", "electrolyte"],
    observations: &[
        "Capacity fell at once after the check and came back over five cycles.",
        "The second semicircle grows, as it did in the cells before.",
        "The holder was cleaned after cycle 40: contact was poor.",
        "No gas to be seen; thickness has not changed.",
    ],
};
