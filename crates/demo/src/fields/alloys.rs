//! Light alloys: molten, cast, cut and pulled apart.

use super::{Field, Stage, Test, experiment, sample};
use crate::form::{Form, choice, count, number};

static MELT: Form = sample(
    "Melt",
    &[
        number("mass", "Mass of the charge", "kg", (0.0, 200.0), (4.0, 24.0), 2),
        number("temperature", "Temperature of the melt", "°C", (0.0, 2000.0), (690.0, 780.0), 0),
        choice("crucible", "Crucible", &["graphite", "clay graphite", "alumina"]),
        number("silicon", "Silicon", "wt%", (0.0, 100.0), (6.5, 11.0), 2).result(),
        number("iron", "Iron", "wt%", (0.0, 100.0), (0.08, 0.4), 3).result(),
        number("hydrogen", "Hydrogen", "ml/100g", (0.0, 10.0), (0.08, 0.22), 2).result(),
    ],
);

static INGOT: Form = sample(
    "Ingot",
    &[
        number("mass", "Mass", "kg", (0.0, 200.0), (1.2, 5.0), 3),
        number(
            "mould_temperature",
            "Temperature of the mould",
            "°C",
            (0.0, 800.0),
            (180.0, 320.0),
            0,
        ),
        choice("mould", "Mould", &["sand", "permanent, 40 mm", "permanent, 80 mm"]),
        number("density", "Density", "g/cm³", (0.0, 25.0), (2.62, 2.71), 3).result(),
    ],
);

static SPECIMEN: Form = sample(
    "Specimen",
    &[
        choice("shape", "Shape", &["round bar, 6 mm", "flat bar, 3 mm", "cube, 10 mm"]),
        number("gauge_length", "Gauge length", "mm", (0.0, 500.0), (28.0, 32.0), 2),
        number("ageing", "Time of ageing at 160 °C", "h", (0.0, 1000.0), (0.0, 12.0), 1),
        number("roughness", "Roughness Ra", "µm", (0.0, 100.0), (0.3, 1.6), 2).result(),
    ],
);

static TENSILE: Form = experiment(
    "Tensile test",
    &[
        number("strain_rate", "Strain rate", "1/s", (0.0, 1000.0), (0.0002, 0.002), 5),
        number("temperature", "Temperature", "°C", (-200.0, 1200.0), (21.0, 24.0), 1),
        number("yield_strength", "Yield strength", "MPa", (0.0, 5000.0), (135.0, 225.0), 1)
            .result(),
        number("tensile_strength", "Tensile strength", "MPa", (0.0, 5000.0), (230.0, 340.0), 1)
            .result(),
        number("elongation", "Elongation at break", "%", (0.0, 1000.0), (2.5, 12.0), 1).result(),
    ],
);

static HARDNESS: Form = experiment(
    "Hardness",
    &[
        choice("method", "Method", &["HV5", "HV10", "HBW 2.5/62.5"]),
        count("indents", "Indents", (5, 12)),
        number("hardness", "Hardness", "HV", (0.0, 3000.0), (68.0, 124.0), 1).readings(5, 12),
    ],
);

pub(super) static FIELD: Field = Field {
    code: "ALY",
    materials: &["AlSi10Mg", "AlSi7Mg0.3", "AlCu4MgTi", "AlMg5Si2Mn", "AlZn10Si8Mg"],
    topics: &[
        (
            "Ageing of {}",
            "How strength and ductility change with time at 160 °C, and when to stop.",
        ),
        (
            "Porosity in cast {}",
            "Where the pores come from: hydrogen, the mould, or the speed of the filling.",
        ),
        ("Recycled {}", "How much iron from scrap the alloy bears before it becomes brittle."),
    ],
    stages: [
        Stage { form: &MELT, noun: "melt", many: (1, 1) },
        Stage { form: &INGOT, noun: "ingot", many: (1, 4) },
        Stage { form: &SPECIMEN, noun: "specimen", many: (4, 12) },
    ],
    tests: &[
        Test { form: &TENSILE, noun: "Tensile test", instrument: 1, protocol: 1 },
        Test { form: &HARDNESS, noun: "Hardness", instrument: 2, protocol: 2 },
    ],
    instruments: &["Furnace 3", "Tensile tester, 100 kN", "Hardness tester", "Spark spectrometer"],
    protocols: &[
        (
            "Melting and degassing",
            "## What it takes\n\nPreheated charge, argon, a dry lance.\n\n## Steps\n\n1. Melt at 740 °C under cover.\n2. Degas with argon for 12 min.\n3. Skim, and take a sample for the spectrometer.\n4. Cast within 5 min.\n\n## When it goes wrong\n\nAbove 0.2 ml hydrogen per 100 g, degas again.\n",
        ),
        (
            "Tensile test at room temperature",
            "## What it takes\n\nThree specimens at least, callipers, the extensometer.\n\n## Steps\n\n1. Measure the diameter at three places.\n2. Clamp, and zero the load.\n3. Pull at 0.00025 /s up to 2 % strain, then faster.\n\n## When it goes wrong\n\nA specimen that breaks in the clamp does not count.\n",
        ),
        (
            "Hardness by Vickers",
            "## What it takes\n\nA polished face.\n\n## Steps\n\n1. Indent for 15 s.\n2. Keep three diagonals of distance.\n3. Measure both diagonals.\n\n## When it goes wrong\n\nIf the diagonals differ by 5 %, polish again.\n",
        ),
    ],
    tags: &["casting", "T6", "as cast", "porosity", "scrap", "ageing", "aluminium"],
    observations: &[
        "Broke in the middle of the gauge length, with a dull grey surface.",
        "One indent lay in a pore and was left out.",
        "A film of oxide could be seen at the edge of the break.",
        "The curve is smooth; no serrations as in the last series.",
    ],
};
