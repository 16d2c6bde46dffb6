//! Short files in the encodings that exports come in: how many are told right.

use encoding_rs::{
    BIG5, Encoding, GB18030, GBK, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252,
};
use kam::source::encoding::detect;

use crate::support::{Bench, package};

const HEADS: [&str; 6] = [
    "客户编号,客户名称,日期,金额",
    "单据日期,客户,销售金额,成本",
    "订单号,购货单位,业务员,含税金额,备注",
    "日期,凭证号,摘要,借方金额,贷方金额",
    "客户名称,合同编号,签订日期,到期日期,金额",
    "序号,公司名称,联系人,电话,所属行业,地区",
];
const NAMES: [&str; 10] = [
    "上海华信机械有限公司",
    "北京中科软件股份有限公司",
    "深圳市鹏程贸易有限公司",
    "广州白云食品厂",
    "成都天府医药集团",
    "苏州工业园区恒泰电子",
    "杭州西湖茶叶商行",
    "武汉长江物流",
    "天津滨海化工有限公司",
    "重庆山城建材",
];
const TRADITIONAL_HEADS: [&str; 6] = [
    "客戶編號,客戶名稱,日期,金額",
    "單據日期,客戶,銷售金額,成本",
    "訂單號碼,購貨單位,業務員,含稅金額,備註",
    "日期,傳票號碼,摘要,借方金額,貸方金額",
    "客戶名稱,合約編號,簽訂日期,到期日期,金額",
    "序號,公司名稱,聯絡人,電話,所屬行業,地區",
];
const TRADITIONAL_NAMES: [&str; 10] = [
    "臺北華信機械有限公司",
    "新竹科學園區電子",
    "高雄港務物流股份有限公司",
    "臺中食品廠",
    "香港中環貿易有限公司",
    "桃園精密工業",
    "臺南醫藥集團",
    "澳門旅遊服務",
    "基隆化學工業",
    "花蓮建材行",
];
const JAPANESE_HEADS: [&str; 6] = [
    "顧客コード,顧客名,日付,金額",
    "伝票日付,お客様名,売上金額,原価",
    "注文番号,得意先,担当者,税込金額,備考",
    "取引先コード,取引先名,請求日,請求金額",
    "商品コード,商品名,数量,単価",
    "会社名,フリガナ,電話番号,メールアドレス",
];
const JAPANESE_NAMES: [&str; 10] = [
    "株式会社サンプル商事",
    "東京テクノロジー株式会社",
    "大阪物産",
    "さくら食品株式会社",
    "日本メディカル",
    "北海道フーズ",
    "株式会社あおぞら",
    "名古屋機械工業",
    "京都ものづくり研究所",
    "福岡トレーディング",
];
const LATIN_HEADS: [&str; 6] = [
    "Kundennummer;Kundenname;Straße;Umsatz",
    "Número;Cliente;Razón social;Importe",
    "Numéro;Société;Désignation;Montant réglé",
    "Código;Descrição;Preço;Situação",
    "Name;Größe;Gebühr;Währung",
    "Référence;Libellé;Quantité;Réglé",
];
const LATIN_NAMES: [&str; 10] = [
    "Müller GmbH",
    "Café Zoë",
    "Société Générale",
    "Peña Hermanos",
    "Jørgensen",
    "Bäckerei Groß",
    "Élégance Paris",
    "São João Lda",
    "Ångström AB",
    "Niño Azul",
];

/// The file with this many rows under its headings.
fn text(heads: &[&str; 6], names: &[&str; 10], seed: usize, rows: usize) -> String {
    let head = heads[seed % 6];
    let delimiter = if head.contains(';') { ";" } else { "," };
    let columns = head.split(delimiter).count();
    let mut out = format!("{head}\r\n");
    for row in 0..rows {
        let at = seed * 7 + row * 3;
        let cells: Vec<String> = (0..columns)
            .map(|column| match column {
                0 => format!("C{:03}", at % 997),
                1 => names[at % 10].to_owned(),
                2 => format!("2026-{:02}-{:02}", at % 12 + 1, at % 28 + 1),
                _ => format!("{}.{:02}", at * 37 % 9000, at % 100),
            })
            .collect();
        out.push_str(&cells.join(delimiter));
        out.push_str("\r\n");
    }
    out
}

fn encoded(encoding: &'static Encoding, mark: bool, text: &str) -> Vec<u8> {
    let marked = if mark { format!("\u{feff}{text}") } else { text.to_owned() };
    if encoding == UTF_16LE {
        return marked.encode_utf16().flat_map(u16::to_le_bytes).collect();
    }
    if encoding == UTF_16BE {
        return marked.encode_utf16().flat_map(u16::to_be_bytes).collect();
    }
    let (bytes, _, failed) = encoding.encode(&marked);
    assert!(!failed, "{text} in {}", encoding.name());
    bytes.into_owned()
}

#[test]
fn nearly_all_short_files_are_told_exactly() {
    let kinds: [(&'static Encoding, bool); 10] = [
        (GBK, false),
        (GB18030, false),
        (BIG5, false),
        (UTF_8, false),
        (UTF_8, true),
        (UTF_16LE, false),
        (UTF_16BE, false),
        (UTF_16LE, true),
        (SHIFT_JIS, false),
        (WINDOWS_1252, false),
    ];
    let (mut right, mut all, mut wrong) = (0_u32, 0_u32, Vec::new());
    for (encoding, mark) in kinds {
        for seed in 0..30 {
            let half = mark && encoding == UTF_16LE && seed % 2 == 1;
            let encoding = if half { UTF_16BE } else { encoding };
            // Headings only, then one to thirty rows.
            let rows = if seed < 6 { 0 } else { (seed - 5) * 30 / 24 };
            let (heads, names) = match encoding {
                e if e == BIG5 => (&TRADITIONAL_HEADS, &TRADITIONAL_NAMES),
                e if e == SHIFT_JIS => (&JAPANESE_HEADS, &JAPANESE_NAMES),
                e if e == WINDOWS_1252 => (&LATIN_HEADS, &LATIN_NAMES),
                _ => (&HEADS, &NAMES),
            };
            let mut text = text(heads, names, seed, rows);
            if encoding == GB18030 {
                // A character that only the larger set has.
                text.push_str("备注,㐂喆堃\r\n");
            }
            let bytes = encoded(encoding, mark, &text);
            let found = detect(&bytes, true);
            all += 1;
            let (decoded, _) = found.encoding.decode_without_bom_handling(&bytes[found.mark..]);
            if decoded == text {
                right += 1;
            } else {
                let name = found.encoding.name();
                wrong.push(format!("{} as {name}, {rows} rows, {seed}", encoding.name()));
            }
        }
    }
    let share = f64::from(right) / f64::from(all);
    #[expect(clippy::print_stdout, reason = "the figure is the answer of this test")]
    {
        println!("{right} of {all} short files told exactly ({:.1} %)", share * 100.0);
    }
    assert_eq!(all, 300);
    assert!(share >= 0.95, "{right} of {all}:\n{}", wrong.join("\n"));
}

/// Rows of plain ASCII, more than are looked at to find an encoding.
fn ascii_rows() -> String {
    let rows = (0..20_000).map(|at| format!("C{:03},2026-01-05,12.50,order {at}\n", at % 50));
    "client,date,amount,order_id\n".to_owned() + &rows.collect::<String>()
}

#[test]
fn an_encoding_that_shows_late_is_found() {
    let text =
        ascii_rows() + "上海测试有限公司,2026-01-06,99,订单 1\n北京样例公司,2026-01-07,98,订单 2\n";
    let utf8 = Bench::new();
    utf8.write("a.csv", &text);
    let late = Bench::new();
    late.write("a.csv", GB18030.encode(&text).0);
    let review = |bench: &Bench, more: &[&str]| {
        bench.kam(&[&["score", "--format", "csv", "--lang", "en"], more].concat()).code(0)
    };
    let (expected, found) = (review(&utf8, &["a.csv"]), review(&late, &["a.csv"]));
    assert_eq!(expected.out, found.out);
    assert!(found.out.contains("上海测试有限公司"));
    found.says("encoding-guess");
    // Imported, as it stands, and as one of several in an archive.
    late.write("kam.toml", "");
    late.kam(&["import", "a.csv"]).code(0).says("encoding-guess");
    assert_eq!(review(&late, &[]).out, expected.out);
    let raw = late.kam(&["import", "--raw", "a.csv"]).code(0);
    assert!(raw.out.contains("北京样例公司"));
    let industries = ("industries.csv".to_owned(), "行业,增长率\n零售,3%\n".into());
    let bytes = GB18030.encode(&text).0.into_owned();
    late.write("a.zip", package(&[industries, ("a.csv".to_owned(), bytes)]));
    assert_eq!(review(&late, &["a.zip"]).out, expected.out);
}

#[test]
fn a_text_of_two_encodings_is_refused_with_the_row() {
    let bench = Bench::new();
    let first = "客户,日期,金额\n".to_owned() + &"甲,2026-01-05,1\n".repeat(30_000);
    let bytes = [first.as_bytes(), &GB18030.encode("乙,2026-01-06,2\n").0].concat();
    bench.write("a.csv", bytes);
    let run = bench.kam(&["review", "a.csv", "--lang", "en"]).code(2).says("row 30002");
    assert!(run.err.contains("D2 D2"), "{}", run.err);
    // A setting is believed, and contradicted with the row too.
    bench.write("b.csv", GB18030.encode(&(ascii_rows() + "甲,2026-01-06,2,x\n")).0);
    bench.write("kam.toml", "[[source]]\npath = \"b.csv\"\nencoding = \"utf-8\"\n");
    bench.kam(&["review", "b.csv", "--lang", "en"]).code(2).says("row 20002");
}
