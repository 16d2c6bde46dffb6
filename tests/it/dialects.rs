//! Text tables in every dialect that exports come in, through the real program, against records written by hand.

use crate::support::Bench;

/// Name, the bytes of the file, and its records; ` / ` stands between cells, `¶` for a line end within one.
type Case = (&'static str, &'static [u8], &'static [&'static str]);

const CASES: &[Case] = &[
    // delimiters
    ("comma", b"a,b,c\n1,2,3\n", &["a / b / c", "1 / 2 / 3"]),
    ("semicolon", b"a;b;c\n1;2;3\n", &["a / b / c", "1 / 2 / 3"]),
    ("tab", b"a\tb\tc\n1\t2\t3\n", &["a / b / c", "1 / 2 / 3"]),
    ("bar", b"a|b|c\n1|2|3\n", &["a / b / c", "1 / 2 / 3"]),
    ("comma and space", b"a, b, c\n1, 2, 3\n", &["a / b / c", "1 / 2 / 3"]),
    ("comma and space, quoted", b"a, b, c\n1, \"x, y\", 3\n", &["a / b / c", "1 / x, y / 3"]),
    ("two bars", b"a||b||c\n1||2||3\n4||||6\n", &["a / b / c", "1 / 2 / 3", "4 /  / 6"]),
    ("two tabs", b"a\t\tb\t\tc\n1\t\t2\t\t3\n", &["a / b / c", "1 / 2 / 3"]),
    ("two colons", b"a::b::c\n1::2::3\n", &["a / b / c", "1 / 2 / 3"]),
    ("caret", b"a^b^c\n1^2^3\n", &["a / b / c", "1 / 2 / 3"]),
    ("tilde", b"a~b~c\n1~2~3\n", &["a / b / c", "1 / 2 / 3"]),
    ("unit separator", b"a\x1fb\x1fc\n1\x1f2\x1f3\n", &["a / b / c", "1 / 2 / 3"]),
    ("spaces", b"a b c\n1 2 3\n4 \"x y\" 6\n", &["a / b / c", "1 / 2 / 3", "4 / x y / 6"]),
    ("full-width comma", "客户，日期，金额\n甲，2026-01-02，5\n".as_bytes(), &["客户 / 日期 / 金额", "甲 / 2026-01-02 / 5"]),
    ("full-width semicolon", "客户；日期；金额\n甲；今；5\n".as_bytes(), &["客户 / 日期 / 金额", "甲 / 今 / 5"]),
    ("one column", b"name\nAlpha\nBeta\n", &["name", "Alpha", "Beta"]),
    ("one column of times", b"time\n10:30\n11:30\n", &["time", "10:30", "11:30"]),
    ("one column of prose", b"Dear all\nhow are you\nbest\n", &["Dear all", "how are you", "best"]),
    // one delimiter within the text of another
    ("decimal commas", b"k;x;y\nA;1,50;2,5\nB;2,75;3,5\n", &["k / x / y", "A / 1,50 / 2,5", "B / 2,75 / 3,5"]),
    ("only decimal commas", b"a;b;c\n1,5;2,5;3,5\n1,6;2,6;3,6\n", &["a / b / c", "1,5 / 2,5 / 3,5", "1,6 / 2,6 / 3,6"]),
    ("commas in tabs", b"a\tb\nx, y\t1,000\nz, w\t2,000\n", &["a / b", "x, y / 1,000", "z, w / 2,000"]),
    ("semicolons in quotes", b"\"a;b\",c\n\"d;e\",f\n", &["a;b / c", "d;e / f"]),
    ("bars in commas", b"a,b\nx|y,1\nz|w,2\n", &["a / b", "x|y / 1", "z|w / 2"]),
    ("times in commas", b"d,t\n2026-01-02,10:30:00\n2026-01-03,11:30:00\n", &["d / t", "2026-01-02 / 10:30:00", "2026-01-03 / 11:30:00"]),
    ("links in commas", b"a,b\nhttps://x.example/a;b,1\nhttps://y.example/c,2\n", &["a / b", "https://x.example/a;b / 1", "https://y.example/c / 2"]),
    // a line that names the delimiter
    ("sep", b"sep=;\na;b\n1,5;2\n", &["a / b", "1,5 / 2"]),
    ("sep with crlf", b"sep=|\r\na|b\r\n1|2\r\n", &["a / b", "1 / 2"]),
    ("sep in quotes", b"\"sep=;\"\na;b\n1;2\n", &["a / b", "1 / 2"]),
    ("sep after a mark", b"\xEF\xBB\xBFsep=;\na;b\n1;2\n", &["a / b", "1 / 2"]),
    ("sep in utf-16", b"\xFF\xFEs\0e\0p\0=\0;\0\n\0a\0;\0b\0\n\x001\0;\x002\0", &["a / b", "1 / 2"]),
    ("sep against the look", b"sep=,\na;b,c\n1;2,3\n", &["a;b / c", "1;2 / 3"]),
    // quotes and escapes
    ("quotes", b"\"a\",\"b\"\n\"x, y\",\"1\"\n", &["a / b", "x, y / 1"]),
    ("doubled quotes", b"a,b\n\"5\"\" pipe\",2\n", &["a / b", "5\" pipe / 2"]),
    ("only quotes", b"a,b\n\"\",\"\"\"\"\n", &["a / b", " / \""]),
    ("apostrophes as quotes", b"'a','b'\n'x, y','1'\n", &["a / b", "x, y / 1"]),
    ("apostrophes where needed", b"a;b\n'x; y';1\n'it''s; z';2\n", &["a / b", "x; y / 1", "it's; z / 2"]),
    ("apostrophes within apostrophes", b"'a','b'\n'Men's, x','1'\n", &["a / b", "Men's, x / 1"]),
    ("apostrophes in names", b"n,m\nO'Neill,1\nD'Arcy,2\n", &["n / m", "O'Neill / 1", "D'Arcy / 2"]),
    ("apostrophes before codes", b"n,m\n'00123,1\n'00124,2\n", &["n / m", "'00123 / 1", "'00124 / 2"]),
    ("apostrophes after plurals", b"n,m\nKids',1\nGirls',2\n", &["n / m", "Kids' / 1", "Girls' / 2"]),
    ("apostrophes in quotes", b"\"n\",\"m\"\n\"'x'\",\"'y'\"\n", &["n / m", "'x' / 'y'"]),
    ("few apostrophes around", b"n,m\n'x',1\ny,2\nz,3\nw,4\n", &["n / m", "'x' / 1", "y / 2", "z / 3", "w / 4"]),
    ("backslashes before quotes", b"a,b\n\"x \\\"y, z\\\" w\",1\n\"v\",2\n", &["a / b", "x \"y, z\" w / 1", "v / 2"]),
    ("backslashes in paths", b"a,b\n\"C:\\x\\\",1\n\"D:\\y\\\",2\n", &["a / b", "C:\\x\\ / 1", "D:\\y\\ / 2"]),
    ("backslash and doubled quotes", b"a,b\n\"8\\'9\"\" rod\",1\n\"v\",2\n", &["a / b", "8\\'9\" rod / 1", "v / 2"]),
    ("quote within a cell", b"a,b\n5\" pipe,2\n", &["a / b", "5\" pipe / 2"]),
    ("quotes within quotes", b"a,b\n\"the \"best\" one\",2\n", &["a / b", "the \"best\" one / 2"]),
    ("quotes and commas within quotes", b"a,b\n\"10\" deep, wide\",2\n", &["a / b", "10\" deep, wide / 2"]),
    ("space before quotes", b"a,b\nx, \"y\"\nz,w\n", &["a / b", "x /  \"y\"", "z / w"]),
    ("full-width quotes are text", "a,b\n“甲”,1\n".as_bytes(), &["a / b", "“甲” / 1"]),
    ("quoted header only", b"\"a\",\"b\"\n1,2\n", &["a / b", "1 / 2"]),
    // line ends
    ("crlf", b"a,b\r\n1,2\r\n", &["a / b", "1 / 2"]),
    ("cr", b"a,b\r1,2\r3,4\r", &["a / b", "1 / 2", "3 / 4"]),
    ("mixed", b"a,b\r\n1,2\n3,4\r5,6", &["a / b", "1 / 2", "3 / 4", "5 / 6"]),
    ("no line end at the end", b"a,b\n1,2", &["a / b", "1 / 2"]),
    ("two line ends at the end", b"a,b\r\n1,2\r\n\r\n", &["a / b", "1 / 2"]),
    ("blank lines between", b"a,b\n\n1,2\n\n\n3,4\n", &["a / b", "1 / 2", "3 / 4"]),
    ("blank lines before", b"\n\na,b\n1,2\n", &["a / b", "1 / 2"]),
    ("lines within quotes", b"a,b\n\"x\ny\",1\n", &["a / b", "x¶y / 1"]),
    ("blank lines within quotes", b"a,b\n\"x\n\ny\",1\n\"z\",2\n", &["a / b", "x¶¶y / 1", "z / 2"]),
    ("cr and lines within quotes", b"a,b\r\"x\ny\",1\r", &["a / b", "x¶y / 1"]),
    // shapes
    ("preamble", b"Report\n\na;b;c\n1;2;3\n4;5;6\n", &["a / b / c", "1 / 2 / 3", "4 / 5 / 6"]),
    ("preamble with delimiters", b"Report,,\n,,\na,b,c\n1,2,3\n4,5,6\n", &["a / b / c", "1 / 2 / 3", "4 / 5 / 6"]),
    ("preamble of pairs", b"From,2026\nTo,2027\na,b,c,d\n1,2,3,4\n5,6,7,8\n9,0,1,2\n", &["a / b / c / d", "1 / 2 / 3 / 4", "5 / 6 / 7 / 8", "9 / 0 / 1 / 2"]),
    ("footer", b"a,b,c\n1,2,3\n4,5,6\nend\n", &["a / b / c", "1 / 2 / 3", "4 / 5 / 6", "end"]),
    ("short row", b"a,b,c\n1,2\n3,4,5\n", &["a / b / c", "1 / 2", "3 / 4 / 5"]),
    ("long row", b"a,b\n1,2,3\n4,5\n", &["a / b", "1 / 2 / 3", "4 / 5"]),
    ("row in another delimiter", b"a,b,c\n1;2;3\n4,5,6\n7,8,9\n", &["a / b / c", "1;2;3", "4 / 5 / 6", "7 / 8 / 9"]),
    ("empty cells", b"a,b,c\n,2,\n,,3\n", &["a / b / c", " / 2 / ", " /  / 3"]),
    ("header only", b"a,b,c\n", &["a / b / c"]),
    ("header without line end", b"a;b;c", &["a / b / c"]),
    ("one row", b"a;b\n1;2\n", &["a / b", "1 / 2"]),
    ("spaces are kept", b"a,b\n x ,1\ny,2\n", &["a / b", " x  / 1", "y / 2"]),
    ("nul bytes", b"a,b\nx\0y,1\n\0,2\n", &["a / b", "x\0y / 1", "\0 / 2"]),
    ("a mark", b"\xEF\xBB\xBFa,b\n1,2\n", &["a / b", "1 / 2"]),
    ("gbk and full-width", b"\xBF\xCD\xBB\xA7\xA3\xAC\xC8\xD5\xC6\xDA\xA3\xAC\xBD\xF0\xB6\xEE\n\xBC\xD7\xA3\xAC\xBD\xF1\xA3\xAC5\n", &["客户 / 日期 / 金额", "甲 / 今 / 5"]),
];

/// The records of plain CSV as `--raw` writes it.
fn records(text: &str) -> Vec<String> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes())
        .records()
        .map(|record| {
            let record = record.expect("plain");
            record.iter().collect::<Vec<_>>().join(" / ").replace('\n', "¶")
        })
        .collect()
}

#[test]
fn every_dialect_is_read_without_a_hint() {
    let bench = Bench::new();
    let mut wrong = Vec::new();
    for (name, bytes, expected) in CASES {
        bench.write("x.csv", bytes);
        let run = bench.only_says(&["import", "--raw", "x.csv"]);
        let found = records(&run.out);
        if run.code != 0 || found != *expected {
            wrong.push(format!("{name}: {found:?}, not {expected:?}\n{}", run.err));
        }
    }
    assert!(CASES.len() >= 60, "{} cases", CASES.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_unusual_dialect_is_said_and_a_usual_one_is_not() {
    let bench = Bench::new();
    for (bytes, unusual) in [
        ("a,b\n1,2\n", false),
        ("a;b\n1;2\n", false),
        ("sep=^\na^b\n1^2\n", false),
        ("a^b^c\n1^2^3\n", true),
        ("a, b, c\n1, 2, 3\n", true),
        ("'a','b'\n'1','2'\n", true),
        ("a,b\n\"x \\\"y, z\\\" w\",1\n\"v\",2\n", true),
    ] {
        bench.write("x.csv", bytes);
        let run = bench.only_says(&["import", "--raw", "x.csv", "--lang", "en"]).code(0);
        assert_eq!(run.err.contains("[dialect-guess]"), unusual, "{bytes:?}\n{}", run.err);
    }
}

#[test]
fn a_field_of_ten_megabytes_and_ten_thousand_columns_are_read() {
    let bench = Bench::new();
    let field = format!("{},\"\"y\n", "x".repeat(120)).repeat(80_000);
    bench.write("long.csv", format!("a,b\n\"{field}\",1\n2,3\n"));
    let run = bench.only_says(&["import", "--raw", "long.csv"]).code(0);
    assert_eq!(run.out, format!("a,b\n\"{field}\",1\n2,3\n"));
    // The same where the block scanner steps aside.
    bench.write("odd.csv", format!("a,b\n5\" pipe,0\n\"{field}\",1\n2,3\n"));
    let run = bench.only_says(&["import", "--raw", "odd.csv"]).code(0);
    assert!(run.out.ends_with("\",1\n2,3\n") && run.out.len() > field.len());

    let wide = |cell: &str, count: usize| vec![cell; count].join(";");
    bench.write("wide.csv", format!("{}\n{}\n", wide("a", 10_000), wide("1,5", 10_000)));
    let run = bench.only_says(&["import", "--raw", "wide.csv"]).code(0);
    assert_eq!(records(&run.out)[1].split(" / ").count(), 10_000);
    bench.write("wider.csv", format!("{}\n", wide("a", 20_000)));
    bench.only_says(&["import", "--raw", "wider.csv"]).code(2).says("file-suspicious");
    bench.write("endless.csv", format!("a,b\n1,\"{}", "y".repeat(17 << 20)));
    bench.only_says(&["import", "--raw", "endless.csv"]).code(2).says("file-suspicious");
}

#[test]
fn what_is_asked_for_is_written_where_asked() {
    let bench = Bench::new();
    bench.write("x.csv", "Report\na;b;c\n1;2,5;3\n4;5;6\n");
    let run = bench.only_says(&["import", "--raw", "x.csv", "--all"]).code(0);
    assert_eq!(run.out, "Report\na,b,c\n1,\"2,5\",3\n4,5,6\n");
    let run = bench.only_says(&["import", "--raw", "x.csv", "--delimiter", ",", "--all"]).code(0);
    assert_eq!(run.out, "Report\na;b;c\n1;2,5;3\n4;5;6\n");
    let run = bench.kam(&["import", "--raw", "x.csv", "-o", "y.csv", "--lang", "en"]).code(0);
    assert!(run.out.is_empty() && run.err.contains("lines above the table: 1"), "{}", run.err);
    assert_eq!(std::fs::read(bench.at("y.csv")).expect("file"), b"a,b,c\n1,\"2,5\",3\n4,5,6\n");
    bench.kam(&["import", "--raw", "x.csv", "-o", "x.csv"]).code(2).says("output-is-input");
    bench.write("big5.csv", b"\xAB\xC8\xA4\xE1,b\n\xA5\xD2,1\n");
    let run = bench.only_says(&["import", "--raw", "big5.csv", "--encoding", "big5"]).code(0);
    assert_eq!(run.out, "客戶,b\n甲,1\n");
}
