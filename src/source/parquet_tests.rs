use polars::prelude::{DataFrame, IntoColumn, NamedFrom, ParquetWriter};

use super::*;
use crate::source::{OwnedCell, OwnedRow};

#[derive(Default)]
struct Rows {
    rows: Vec<OwnedRow>,
    most: Option<usize>,
}

impl RowSink for Rows {
    fn row(&mut self, number: u64, cells: &[Cell<'_>]) -> ControlFlow<()> {
        self.rows.push(OwnedRow { number, cells: cells.iter().map(own).collect() });
        if self.most == Some(self.rows.len()) {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }
}

fn own(cell: &Cell<'_>) -> OwnedCell {
    match cell {
        Cell::Blank => OwnedCell::Blank,
        Cell::Text(text) | Cell::Doubled(text) => OwnedCell::Text((*text).to_owned()),
        Cell::Number(number) => OwnedCell::Number(*number),
        Cell::Decimal(units, scale) => OwnedCell::Decimal(*units, *scale),
        Cell::Date(day, seconds) => OwnedCell::Date(*day, *seconds),
        Cell::Bool(truth) => OwnedCell::Bool(*truth),
        Cell::Error(text) => OwnedCell::Error((*text).to_owned()),
    }
}

fn file(columns: Vec<Series>) -> Vec<u8> {
    let height = columns.first().map_or(0, |column| column.len());
    let columns = columns.into_iter().map(IntoColumn::into_column).collect();
    let mut frame = DataFrame::new(height, columns).expect("a frame");
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes)
        .with_row_group_size(Some(50_000))
        .finish(&mut frame)
        .expect("a file");
    bytes
}

fn typed(name: &str, values: &[Option<i64>], dtype: &DataType) -> Series {
    Series::new(name.into(), values).cast(dtype).expect("a cast")
}

fn all_types() -> Vec<u8> {
    let days = [Some(15_612), None, Some(0)];
    file(vec![
        Series::new("客户".into(), [Some("甲"), None, Some("  ")]),
        Series::new("n".into(), [Some(1.5_f64), None, None]),
        Series::new("f".into(), [Some(0.1_f32), None, None]),
        Series::new("i".into(), [Some(i64::MIN), None, None]),
        Series::new("u".into(), [Some(u64::MAX), None, None]),
        typed("m", &[Some(12), None, None], &DataType::Decimal(20, 2)),
        typed("d", &[days[0], None, None], &DataType::Int32).cast(&DataType::Date).expect("days"),
        typed(
            "t",
            &[Some(15_612 * 86_400_000 + 37_805_999), None, None],
            &DataType::Datetime(TimeUnit::Milliseconds, None),
        ),
        Series::new("b".into(), [Some(true), None, None]),
        Series::new("x".into(), [Some(b"raw".as_slice()), None, None]),
    ])
}

#[test]
fn every_type_has_its_cell_and_blank_rows_count() {
    let mut file = ParquetFile::from_bytes(all_types(), "f").expect("a file");
    assert_eq!(file.rows(), 3);
    assert_eq!(file.headings()[0], "客户");
    let mut rows = Rows::default();
    file.read(&mut rows).expect("rows");
    let day = Day::from_ymd(2012, 9, 29).expect("a day");
    assert_eq!(rows.rows.len(), 2, "the header and one row that is not blank");
    assert_eq!(rows.rows[0].number, 1);
    assert_eq!(rows.rows[1].number, 2);
    assert_eq!(
        rows.rows[1].cells,
        [
            OwnedCell::Text("甲".to_owned()),
            OwnedCell::Number(1.5),
            OwnedCell::Number(0.1),
            OwnedCell::Decimal(i128::from(i64::MIN), 0),
            OwnedCell::Decimal(i128::from(u64::MAX), 0),
            OwnedCell::Decimal(1200, 2),
            OwnedCell::Date(day, 0),
            OwnedCell::Date(day, 37_805),
            OwnedCell::Bool(true),
            OwnedCell::Text("raw".to_owned()),
        ]
    );
}

#[test]
fn long_files_come_in_order_and_stop_when_the_sink_has_enough() {
    let values: Vec<i64> = (0..140_000).collect();
    let bytes = file(vec![Series::new("v".into(), values)]);
    let mut file = ParquetFile::from_bytes(bytes, "f").expect("a file");
    let mut rows = Rows::default();
    file.read(&mut rows).expect("rows");
    assert_eq!(rows.rows.len(), 140_001);
    for (at, row) in rows.rows.iter().enumerate().skip(1) {
        assert_eq!(row.number, at as u64 + 1);
        assert_eq!(row.cells, [OwnedCell::Decimal(at as i128 - 1, 0)]);
    }
    let mut rows = Rows { most: Some(5), ..Rows::default() };
    file.read(&mut rows).expect("rows");
    assert_eq!(rows.rows.len(), 5);
}

#[test]
fn damage_is_an_error_wherever_it_is() {
    let whole = all_types();
    let outcome = |bytes: Vec<u8>| {
        let mut file = ParquetFile::from_bytes(bytes, "f")?;
        file.read(&mut Rows::default())
    };
    for length in (0..whole.len()).step_by(37) {
        let error = outcome(whole[..length].to_vec()).expect_err("cut");
        assert_eq!(error.diagnostics[0].code, "file-damaged", "{length}");
    }
    for at in (0..whole.len()).step_by(11) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x55;
        // Some changes go unnoticed; none may do more than fail.
        if let Err(error) = outcome(bytes) {
            assert!(error.diagnostics[0].code.starts_with("file-"), "{at}");
        }
    }
}

#[test]
fn a_column_that_cannot_be_a_cell_is_named() {
    let lists = Series::new("tags".into(), [Series::new("".into(), ["a", "b"])]);
    let Err(error) = ParquetFile::from_bytes(file(vec![lists]), "f") else {
        panic!("lists are not cells");
    };
    assert_eq!(error.diagnostics[0].code, "file-unreadable");
    assert!(format!("{:?}", error.diagnostics[0].facts).contains("tags: "));
}
