//! The sheet passed through, with cells of ours put among those that are there.

use std::io::{BufRead, Write};
use std::ops::RangeInclusive;

use quick_xml::Writer;
use quick_xml::events::{BytesEnd, BytesStart, Event};

use super::Trouble;
use super::column::{Column, Kind, Value};
use super::reference::{Range, letters};
use super::styles::Styles;
use super::survey::{Position, Survey, range, style};
use super::xml::{self, Events, cell_text, escaped, local, prefix, with};

/// Elements of a worksheet that conditional formats stand before.
const AFTER_FORMATS: [&str; 22] = [
    "dataValidations",
    "hyperlinks",
    "printOptions",
    "pageMargins",
    "pageSetup",
    "headerFooter",
    "rowBreaks",
    "colBreaks",
    "customProperties",
    "cellWatches",
    "ignoredErrors",
    "smartTags",
    "drawing",
    "legacyDrawing",
    "legacyDrawingHF",
    "drawingHF",
    "picture",
    "oleObjects",
    "controls",
    "webPublishItems",
    "tableParts",
    "extLst",
];
/// The colour of the bars behind scores.
const BAR: &str = "FF8FC7EA";

/// A column in its place.
#[derive(Clone)]
pub(super) struct Placed {
    pub column: &'static Column,
    /// Where, from 0.
    pub index: u32,
    pub heading: String,
    /// Whether it is added by this run.
    pub is_new: bool,
}

/// What is to be done to a sheet.
pub(super) struct Edit<'a> {
    /// Our columns from left to right.
    pub placed: &'a [Placed],
    /// Rows of headings; ours go into the last.
    pub headings: RangeInclusive<u32>,
    /// Rows of records.
    pub body: RangeInclusive<u32>,
    /// What stands in a row, by column; `None` where it is no client's.
    pub values: &'a dyn Fn(u32) -> Option<&'a [Value]>,
    /// The column whose look ours take.
    pub beside: u32,
    /// The range that the sheet filters from now on.
    pub filter: Option<Range>,
    /// Last row of conditional formats; none are added where it is `None`.
    pub formats_to: Option<u32>,
    /// Names of the tiers with a colour, the highest first.
    pub tiers: [String; 3],
    pub survey: &'a Survey,
}

impl Edit<'_> {
    /// Whether a column gets conditional formats: a new one, and that of tiers where they are called otherwise than before.
    pub(super) fn needs_format(&self, placed: &Placed) -> bool {
        let known = &self.survey.formulas;
        placed.is_new || (placed.column.code == "tier" && !known.contains(&named(&self.tiers[0])))
    }
}

/// The formula of a text.
fn named(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

struct Pass<'a, 's, W: Write> {
    edit: &'a Edit<'a>,
    styles: Option<&'s mut Styles>,
    out: Writer<W>,
    /// Prefix of the elements.
    prefix: String,
    /// The row that is passed through, where cells of ours go into it.
    row: Option<Row<'a>>,
    /// The first of our columns that has no width yet.
    next_width: usize,
    has_formats: bool,
    /// Cells of ours in which somebody has put a formula; they stay.
    kept: Vec<(u32, u32)>,
}

struct Row<'a> {
    number: u32,
    values: Option<&'a [Value]>,
    /// The first of our columns that is not written.
    next: usize,
    /// Format of the cell beside ours.
    beside: Option<u32>,
}

/// Passes a sheet through; returns the cells with formulas that were left as they are, as row and column.
pub(super) fn edit<'a>(
    part: impl BufRead,
    edit: &'a Edit<'a>,
    styles: Option<&mut Styles>,
    out: impl Write,
) -> Result<Vec<(u32, u32)>, Trouble> {
    let mut events = Events::new(part)?;
    let mut pass = Pass {
        edit,
        styles,
        out: Writer::new(out),
        prefix: String::new(),
        row: None,
        next_width: 0,
        has_formats: edit.formats_to.is_none(),
        kept: Vec::new(),
    };
    xml::mark(&mut pass.out, events.has_mark)?;
    let mut position = Position::default();
    let (mut last, mut depth) = (0, 0);
    loop {
        let event = events.next()?;
        let is_start = match &event {
            Event::Start(_) => true,
            Event::Empty(_) => false,
            Event::Eof => return Ok(pass.kept),
            Event::End(tag) => {
                depth -= 1;
                pass.end(local(tag.name().0), depth)?;
                pass.out.write_event(event)?;
                continue;
            }
            _ => {
                pass.out.write_event(event)?;
                continue;
            }
        };
        depth += u32::from(is_start);
        let (Event::Start(tag) | Event::Empty(tag)) = &event else { continue };
        // Elements of the same names may stand deeper, in extensions.
        let is_top = depth == 1 + u32::from(is_start);
        match local(tag.name().0) {
            "row" => {
                let number = position.row(tag);
                let due = edit.headings.contains(&number) || edit.body.contains(&number);
                if due && number > last {
                    last = number;
                    pass.begin(number, tag, is_start)?;
                    continue;
                }
            }
            "c" if pass.row.is_some() => {
                let column = position.column(tag);
                if pass.is_ours(column)? {
                    let tag = tag.to_owned();
                    let cell = if is_start {
                        depth -= 1;
                        Some(whole(&mut events, &tag)?)
                    } else {
                        None
                    };
                    pass.replace(&tag, cell)?;
                    continue;
                }
                if column == edit.beside
                    && let Some(row) = &mut pass.row
                {
                    row.beside = Some(style(tag));
                }
            }
            // What a row holds beside cells comes after them.
            "extLst" if pass.row.is_some() => pass.emit(u32::MAX)?,
            "col" if depth == 2 + u32::from(is_start) => {
                pass.width(tag, is_start)?;
                continue;
            }
            "sheetData" if is_top => {
                prefix(tag.name().0).clone_into(&mut pass.prefix);
                pass.list_of_widths()?;
            }
            "dimension" if is_top => {
                let tag = pass.dimension(tag);
                pass.tag(tag, is_start)?;
                continue;
            }
            "autoFilter" if is_top && edit.filter.is_some() => {
                let filter = edit.filter.map(|filter| filter.to_string());
                pass.tag(with(tag, &[("ref", filter)]), is_start)?;
                continue;
            }
            name if is_top && AFTER_FORMATS.contains(&name) => pass.formats()?,
            _ => {}
        }
        pass.out.write_event(event)?;
    }
}

/// The rest of a cell up to its end, as XML, and whether it has a formula.
fn whole<R: BufRead>(
    events: &mut Events<R>,
    tag: &BytesStart<'_>,
) -> Result<(Vec<u8>, bool), Trouble> {
    let mut out = Writer::new(Vec::new());
    out.write_event(Event::Start(tag.borrow()))?;
    let (mut depth, mut has_formula) = (1, false);
    while depth > 0 {
        let event = events.next()?;
        match &event {
            Event::Start(tag) => {
                depth += 1;
                has_formula |= local(tag.name().0) == "f";
            }
            Event::Empty(tag) => has_formula |= local(tag.name().0) == "f",
            Event::End(_) => depth -= 1,
            _ => {}
        }
        out.write_event(event)?;
    }
    Ok((out.into_inner(), has_formula))
}

impl<'a, W: Write> Pass<'a, '_, W> {
    fn tag(&mut self, tag: BytesStart<'_>, is_start: bool) -> Result<(), Trouble> {
        let event = if is_start { Event::Start(tag) } else { Event::Empty(tag) };
        Ok(self.out.write_event(event)?)
    }

    /// An element ends; what goes into it last is written.
    fn end(&mut self, name: &str, depth: u32) -> Result<(), Trouble> {
        match name {
            "row" if self.row.is_some() => {
                self.emit(u32::MAX)?;
                self.row = None;
            }
            "cols" if depth == 1 => self.widths_before(u32::MAX)?,
            "worksheet" if depth == 0 => self.formats()?,
            _ => {}
        }
        Ok(())
    }

    /// A row begins into which cells of ours go.
    fn begin(&mut self, number: u32, tag: &BytesStart<'_>, is_start: bool) -> Result<(), Trouble> {
        let edit = self.edit;
        let values = (edit.values)(number);
        let is_heading = edit.headings.contains(&number);
        let writes = is_heading || values.is_some() || is_start;
        let tag = match (xml::attribute(tag, "spans"), edit.placed.last()) {
            (Some(spans), Some(last)) if writes => {
                with(tag, &[("spans", Some(wider(&spans, last.index + 1)))])
            }
            _ => tag.to_owned(),
        };
        if !writes {
            return self.tag(tag, false);
        }
        let name = tag.name().0.to_owned();
        self.tag(tag, true)?;
        self.row = Some(Row { number, values, next: 0, beside: None });
        if !is_start {
            self.end("row", 2)?;
            self.out.write_event(Event::End(BytesEnd::new(name)))?;
        }
        Ok(())
    }

    /// Whether the cell of a column is one of ours; those of ours before it are written.
    fn is_ours(&mut self, column: u32) -> Result<bool, Trouble> {
        self.emit(column)?;
        let next = self.row.as_ref().and_then(|row| self.edit.placed.get(row.next));
        Ok(next.is_some_and(|placed| placed.index == column))
    }

    /// Writes our cells that stand before a column.
    fn emit(&mut self, before: u32) -> Result<(), Trouble> {
        while let Some(row) = &self.row
            && let Some(placed) = self.edit.placed.get(row.next)
            && placed.index < before
        {
            self.cell(None)?;
        }
        Ok(())
    }

    /// Puts our next cell in the place of one that is there, given with its content.
    fn replace(
        &mut self,
        tag: &BytesStart<'_>,
        cell: Option<(Vec<u8>, bool)>,
    ) -> Result<(), Trouble> {
        let Some(row) = &mut self.row else { return Ok(()) };
        let is_new = self.edit.placed[row.next].is_new;
        if !is_new && self.edit.headings.contains(&row.number) {
            row.next += 1;
            match cell {
                Some((whole, _)) => self.out.get_mut().write_all(&whole)?,
                None => self.out.write_event(Event::Empty(tag.borrow()))?,
            }
            return Ok(());
        }
        if let Some((whole, true)) = &cell {
            self.kept.push((row.number, self.edit.placed[row.next].index));
            row.next += 1;
            return Ok(self.out.get_mut().write_all(whole)?);
        }
        let own = xml::attribute(tag, "s").filter(|_| !is_new);
        self.cell(own.and_then(|text| text.parse().ok()))
    }

    /// Writes our next cell, in a format of its own or in that of its neighbour.
    fn cell(&mut self, own: Option<u32>) -> Result<(), Trouble> {
        let Some(row) = &mut self.row else { return Ok(()) };
        let placed = &self.edit.placed[row.next];
        let kind = placed.column.kind;
        let place = format!("{}{}", letters(placed.index), row.number);
        let heading = self.edit.headings.contains(&row.number);
        let text;
        let value = if *self.edit.headings.end() == row.number {
            text = Value::Text(placed.heading.clone());
            Some(&text)
        } else {
            row.values.and_then(|values| values.get(row.next))
        };
        row.next += 1;
        let format = match (&mut self.styles, own) {
            (None, _) => None,
            (Some(_), Some(own)) => Some(own),
            (Some(_), None) if heading => {
                let left =
                    self.edit.survey.styles.range((row.number, 0)..(row.number, placed.index));
                left.last().map(|(_, format)| *format).or(row.beside)
            }
            (Some(styles), None) => match (row.beside, value) {
                (None, None | Some(Value::Blank)) => None,
                (beside, _) => Some(styles.format(beside.unwrap_or(0), kind)),
            },
        };
        let format = format.map_or_else(String::new, |format| format!(" s=\"{format}\""));
        let (out, p) = (self.out.get_mut(), self.prefix.as_str());
        match value {
            Some(Value::Number(number)) => {
                write!(out, "<{p}c r=\"{place}\"{format}><{p}v>{number}</{p}v></{p}c>")?;
            }
            Some(Value::Text(text)) => write!(
                out,
                "<{p}c r=\"{place}\"{format} t=\"inlineStr\"><{p}is>\
                 <{p}t xml:space=\"preserve\">{}</{p}t></{p}is></{p}c>",
                cell_text(text)
            )?,
            Some(Value::Blank) | None if format.is_empty() => {}
            Some(Value::Blank) | None => write!(out, "<{p}c r=\"{place}\"{format}/>")?,
        }
        Ok(())
    }

    /// The element that says how far the sheet is used, with our columns in it.
    fn dimension(&self, tag: &BytesStart<'_>) -> BytesStart<'static> {
        let (Some(used), Some(last)) = (range(tag, "ref"), self.edit.placed.last()) else {
            return tag.to_owned().into_owned();
        };
        let wider = Range { right: used.right.max(last.index), ..used };
        with(tag, &[("ref", Some(wider.to_string()))])
    }

    fn new_columns(&self) -> impl Iterator<Item = &'a Placed> {
        self.edit.placed.iter().filter(|placed| placed.is_new)
    }

    /// An element that sets the width of columns: it is cut where columns of ours are among them, which are not hidden
    /// however the rest is.
    fn width(&mut self, tag: &BytesStart<'_>, is_start: bool) -> Result<(), Trouble> {
        let bound =
            |name| xml::attribute(tag, name).and_then(|text| text.trim().parse::<u32>().ok());
        let (Some(from), Some(to)) = (bound("min"), bound("max")) else {
            return self.tag(tag.to_owned(), is_start);
        };
        self.widths_before(from)?;
        let mut start = from;
        let ours: Vec<&Placed> = self
            .new_columns()
            .skip(self.next_width)
            .take_while(|placed| placed.index < to)
            .collect();
        let part = |from: u32, to: u32| {
            with(tag, &[("min", Some(from.to_string())), ("max", Some(to.to_string()))])
        };
        for placed in ours {
            let at = placed.index + 1;
            if start < at {
                self.tag(part(start, at - 1), false)?;
            }
            let own = with(
                &part(at, at),
                &[
                    ("width", Some(placed.column.width.to_string())),
                    ("customWidth", Some("1".to_owned())),
                    ("hidden", None),
                    ("collapsed", None),
                    ("outlineLevel", None),
                    ("bestFit", None),
                ],
            );
            self.tag(own, false)?;
            self.next_width += 1;
            start = at + 1;
        }
        match start {
            start if start == from => self.tag(tag.to_owned(), is_start),
            start if start <= to => self.tag(part(start, to), false),
            _ => Ok(()),
        }
    }

    /// Sets the widths of our columns that stand before one, counted from 1.
    fn widths_before(&mut self, column: u32) -> Result<(), Trouble> {
        let due: Vec<&Placed> = self
            .new_columns()
            .skip(self.next_width)
            .take_while(|placed| placed.index + 1 < column)
            .collect();
        self.next_width += due.len();
        for Placed { column, index, .. } in due {
            let (at, p) = (index + 1, &self.prefix);
            let width = column.width;
            write!(
                self.out.get_mut(),
                "<{p}col min=\"{at}\" max=\"{at}\" width=\"{width}\" customWidth=\"1\"/>"
            )?;
        }
        Ok(())
    }

    /// A list of widths for a sheet that has none.
    fn list_of_widths(&mut self) -> Result<(), Trouble> {
        if self.new_columns().nth(self.next_width).is_none() {
            return Ok(());
        }
        write!(self.out.get_mut(), "<{}cols>", self.prefix)?;
        self.widths_before(u32::MAX)?;
        Ok(write!(self.out.get_mut(), "</{}cols>", self.prefix)?)
    }

    /// Conditional formats of our columns: a bar behind the score, a colour for a tier.
    fn formats(&mut self) -> Result<(), Trouble> {
        let Some(bottom) = self.edit.formats_to.filter(|_| !self.has_formats) else {
            return Ok(());
        };
        self.has_formats = true;
        let (top, mut priority) = (*self.edit.body.start(), self.edit.survey.priority);
        let first_fill = self.styles.as_ref().map(|styles| styles.first_fill());
        let (out, p) = (self.out.get_mut(), self.prefix.as_str());
        for placed in self.edit.placed.iter().filter(|placed| self.edit.needs_format(placed)) {
            let range = Range { top, bottom, left: placed.index, right: placed.index };
            match (placed.column.kind, placed.column.code, first_fill) {
                (Kind::Points, ..) => {
                    priority += 1;
                    write!(
                        out,
                        "<{p}conditionalFormatting sqref=\"{range}\">\
                         <{p}cfRule type=\"dataBar\" priority=\"{priority}\"><{p}dataBar>\
                         <{p}cfvo type=\"num\" val=\"0\"/><{p}cfvo type=\"num\" val=\"100\"/>\
                         <{p}color rgb=\"{BAR}\"/></{p}dataBar></{p}cfRule></{p}conditionalFormatting>"
                    )?;
                }
                (_, "tier", Some(fill)) => {
                    write!(out, "<{p}conditionalFormatting sqref=\"{range}\">")?;
                    for (at, tier) in self.edit.tiers.iter().enumerate() {
                        let named = escaped(&named(tier));
                        priority += 1;
                        write!(
                            out,
                            "<{p}cfRule type=\"cellIs\" dxfId=\"{}\" priority=\"{priority}\" \
                             operator=\"equal\"><{p}formula>{named}</{p}formula></{p}cfRule>",
                            fill + at as u32
                        )?;
                    }
                    write!(out, "</{p}conditionalFormatting>")?;
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Spans of a row, `1:6`, up to a column counted from 1.
fn wider(spans: &str, column: u32) -> String {
    let bounds = spans.split_whitespace().flat_map(|span| span.split(':'));
    let bounds: Vec<u32> = bounds.filter_map(|bound| bound.parse().ok()).collect();
    let from = bounds.iter().copied().min().unwrap_or(1);
    let to = bounds.iter().copied().max().unwrap_or(1).max(column);
    format!("{from}:{to}")
}
