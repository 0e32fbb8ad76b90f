//! The tables.

/// What was measured.
pub struct Figure {
    /// Requests a second.
    pub rate: f64,
    /// Milliseconds.
    pub median: Option<f64>,
    /// Milliseconds.
    pub p99: Option<f64>,
}

impl Figure {
    pub fn of_rate(rate: f64) -> Self {
        Self { rate, median: None, p99: None }
    }
}

#[derive(Default)]
pub struct Report {
    rows: Vec<String>,
    notes: Vec<String>,
}

impl Report {
    /// Adds a row, and shows it at once: the whole takes minutes.
    pub fn add(&mut self, what: &str, figure: &Figure, ratio: f64) {
        let milliseconds =
            |time: Option<f64>| time.map_or_else(String::new, |time| format!("{time:.2}"));
        let row = format!(
            "| {what} | {:.0} | {ratio:.2} | {} | {} |",
            figure.rate,
            milliseconds(figure.median),
            milliseconds(figure.p99),
        );
        eprintln!("{row}");
        self.rows.push(row);
    }

    pub fn note(&mut self, note: &str) {
        eprintln!("{note}");
        self.notes.push(format!("- {note}"));
    }

    pub fn print(&self) {
        println!(
            "| what | a second | ratio | median, ms | p99, ms |\n| --- | ---: | ---: | ---: | ---: |"
        );
        println!("{}\n\n{}", self.rows.join("\n"), self.notes.join("\n"));
    }
}
