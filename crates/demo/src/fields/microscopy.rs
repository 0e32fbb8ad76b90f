//! Coatings under the microscope.

use super::{Field, Stage, Test, experiment, sample};
use crate::form::{Form, choice, count, number};

static RUN: Form = sample(
    "Coating run",
    &[
        choice("method", "Method", &["magnetron sputtering", "arc", "ALD"]),
        number("pressure", "Pressure", "Pa", (0.0, 100_000.0), (0.2, 1.4), 2),
        number("bias", "Bias", "V", (-2000.0, 0.0), (-120.0, -20.0), 0),
        number("rate", "Rate of deposition", "nm/min", (0.0, 10_000.0), (3.0, 48.0), 1).result(),
    ],
);

static SUBSTRATE: Form = sample(
    "Coated substrate",
    &[
        choice("substrate", "Substrate", &["Si (100)", "WC-Co", "100Cr6", "sapphire"]),
        count("position", "Position in the chamber", (1, 12)),
        number(
            "thickness",
            "Thickness of the coating",
            "nm",
            (0.0, 1_000_000.0),
            (140.0, 3800.0),
            0,
        )
        .result(),
    ],
);

static SECTION: Form = sample(
    "Section",
    &[
        choice("cut", "How it was cut", &["focused ion beam", "broken in nitrogen", "polished"]),
        number("height", "Height", "µm", (0.0, 100_000.0), (4.0, 15.0), 1),
        choice("conductive", "Made conductive with", &["nothing", "carbon, 10 nm", "gold, 5 nm"]),
    ],
);

static IMAGES: Form = experiment(
    "Images",
    &[
        number("voltage", "Voltage", "kV", (0.0, 300.0), (2.0, 20.0), 1),
        number("distance", "Working distance", "mm", (0.0, 100.0), (3.5, 10.0), 1),
        choice("detector", "Detector", &["in lens", "secondary", "backscattered"]),
        count("images", "Images", (4, 60)).result(),
        number("grain_size", "Grain size", "nm", (0.0, 1_000_000.0), (18.0, 260.0), 0)
            .readings(10, 40),
    ],
);

static ANALYSIS: Form = experiment(
    "Elements",
    &[
        number("voltage", "Voltage", "kV", (0.0, 300.0), (10.0, 20.0), 0),
        number("live_time", "Live time", "s", (0.0, 100_000.0), (30.0, 240.0), 0),
        number("titanium", "Titanium", "at%", (0.0, 100.0), (24.0, 51.0), 1).result(),
        number("nitrogen", "Nitrogen", "at%", (0.0, 100.0), (44.0, 52.0), 1).result(),
        number("oxygen", "Oxygen", "at%", (0.0, 100.0), (0.4, 4.0), 1).result(),
    ],
);

pub(super) static FIELD: Field = Field {
    code: "COA",
    materials: &["TiN", "TiAlN", "TiAlSiN", "TiCrN", "TiSiN"],
    topics: &[
        (
            "Grain growth in {}",
            "How bias and temperature change the columns, in sections under the SEM.",
        ),
        (
            "Adhesion of {}",
            "Why the coating leaves the edge of a tool first, and what an interlayer does.",
        ),
        (
            "{} for cutting tools",
            "Wear after ten kilometres of steel, and what is left of the coating.",
        ),
    ],
    stages: [
        Stage { form: &RUN, noun: "run", many: (1, 1) },
        Stage { form: &SUBSTRATE, noun: "substrate", many: (2, 6) },
        Stage { form: &SECTION, noun: "section", many: (1, 6) },
    ],
    tests: &[
        Test { form: &IMAGES, noun: "SEM", instrument: 1, protocol: 1 },
        Test { form: &ANALYSIS, noun: "EDX", instrument: 2, protocol: 2 },
    ],
    instruments: &["Sputter chamber A", "SEM", "EDX of the SEM", "Ion mill"],
    protocols: &[
        (
            "Cleaning and coating",
            "## What it takes\n\nAcetone, isopropanol, gloves, a chamber below 1 mPa.\n\n## Steps\n\n1. Ultrasound for 10 min in each solvent.\n2. Etch with argon for 15 min.\n3. Coat, and let it cool below 80 °C before venting.\n\n## When it goes wrong\n\nFlakes on the wall: clean the chamber before the next run.\n",
        ),
        (
            "Images of sections",
            "## What it takes\n\nA conductive sample, 30 min of patience.\n\n## Steps\n\n1. Begin at 5 kV and the largest field.\n2. Correct the astigmatism at 50 000 times.\n3. Five places, three magnifications each.\n\n## When it goes wrong\n\nIf it charges, use less voltage, then carbon.\n",
        ),
        (
            "Elements by EDX",
            "## What it takes\n\nA flat face, a standard measured on the same day.\n\n## Steps\n\n1. 15 kV, dead time below 30 %.\n2. Five points of 60 s.\n3. Name the lines by hand: nitrogen lies on titanium.\n\n## When it goes wrong\n\nCarbon that grows is dirt: clean with plasma.\n",
        ),
    ],
    tags: &["SEM", "EDX", "PVD", "hard coating", "section", "wear", "bias"],
    observations: &[
        "Columns through the whole coating, 60 nm wide at the top.",
        "The interlayer is there in four of five sections.",
        "Charged at 10 kV; taken again at 3 kV.",
        "Droplets of 1 µm, fewer than in the run before.",
    ],
};
