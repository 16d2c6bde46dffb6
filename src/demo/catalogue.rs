//! What the made-up company sells: five business lines, forty products, six industries that buy.

use crate::locale::Lang;

/// The same word in both languages.
pub(super) struct Word {
    zh: &'static str,
    en: &'static str,
}

impl Word {
    /// The word in one language.
    pub(super) fn get(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::Zh => self.zh,
            Lang::En => self.en,
        }
    }
}

/// A word in both languages.
pub(super) const fn word(zh: &'static str, en: &'static str) -> Word {
    Word { zh, en }
}

/// Positions in [`LINES`].
pub(super) const MACHINES: usize = 0;
pub(super) const SPARES: usize = 1;
pub(super) const CONSUMABLES: usize = 2;
pub(super) const SERVICES: usize = 3;
pub(super) const SOFTWARE: usize = 4;

/// A business line.
pub(super) struct Line {
    /// Its name.
    pub(super) name: Word,
    /// First letter of its product codes.
    pub(super) letter: char,
    /// Margin on sales, in hundredths of a percent.
    pub(super) margin: i64,
}

const fn line(name: Word, letter: char, margin: i64) -> Line {
    Line { name, letter, margin }
}

/// The business lines.
pub(super) const LINES: [Line; 5] = [
    line(word("整机", "Machines"), 'M', 2_600),
    line(word("备件", "Spare parts"), 'P', 3_400),
    line(word("耗材", "Consumables"), 'C', 3_000),
    line(word("服务", "Services"), 'S', 3_800),
    line(word("软件", "Software"), 'W', 4_600),
];

/// A product.
pub(super) struct Product {
    /// Position in [`LINES`].
    pub(super) line: usize,
    /// Its name.
    pub(super) name: Word,
    /// List price in whole yuan.
    yuan: i64,
}

impl Product {
    /// The code, such as `M-101`: the line's letter and the place in the catalogue.
    pub(super) fn code(&self, position: usize) -> String {
        format!("{}-{}", LINES[self.line].letter, 101 + position % 8)
    }

    /// List price in cents of the demo's currency.
    pub(super) fn price(&self, lang: Lang) -> i64 {
        super::in_currency(lang, self.yuan * 100)
    }
}

const fn product(line: usize, yuan: i64, zh: &'static str, en: &'static str) -> Product {
    Product { line, name: word(zh, en), yuan }
}

/// The products, eight to a line.
pub(super) const PRODUCTS: [Product; 40] = [
    product(MACHINES, 3_200, "手持检测仪", "Hand-held tester"),
    product(MACHINES, 6_800, "台式检测仪", "Bench tester"),
    product(MACHINES, 18_500, "自动送料机", "Automatic feeder"),
    product(MACHINES, 28_600, "在线检测单元", "In-line inspection unit"),
    product(MACHINES, 46_800, "视觉检测工作站", "Vision station"),
    product(MACHINES, 58_000, "激光打标机", "Laser marker"),
    product(MACHINES, 96_000, "伺服压装机", "Servo press"),
    product(MACHINES, 268_000, "柔性装配单元", "Flexible assembly cell"),
    product(SPARES, 120, "密封件套装", "Seal kit"),
    product(SPARES, 310, "微型气缸", "Compact cylinder"),
    product(SPARES, 640, "夹具组件", "Fixture set"),
    product(SPARES, 860, "传感器模块", "Sensor module"),
    product(SPARES, 1_280, "驱动板", "Driver board"),
    product(SPARES, 1_760, "光学镜头", "Optical lens"),
    product(SPARES, 2_450, "伺服电机", "Servo motor"),
    product(SPARES, 3_680, "控制器主板", "Controller board"),
    product(CONSUMABLES, 12, "测试垫片", "Test shim"),
    product(CONSUMABLES, 22, "标签卷", "Label roll"),
    product(CONSUMABLES, 36, "打印色带", "Print ribbon"),
    product(CONSUMABLES, 48, "清洁液", "Cleaning fluid"),
    product(CONSUMABLES, 58, "润滑脂", "Grease cartridge"),
    product(CONSUMABLES, 78, "滤芯", "Filter element"),
    product(CONSUMABLES, 95, "校准片", "Calibration plate"),
    product(CONSUMABLES, 165, "探针（10支装）", "Probe pins, pack of 10"),
    product(SERVICES, 420, "远程支持（小时）", "Remote support, hour"),
    product(SERVICES, 780, "校准服务", "Calibration"),
    product(SERVICES, 1_600, "现场维护（人天）", "On-site maintenance, day"),
    product(SERVICES, 2_800, "操作培训", "Operator training"),
    product(SERVICES, 3_500, "备用机租赁（月）", "Stand-in machine, month"),
    product(SERVICES, 5_600, "安装调试", "Installation"),
    product(SERVICES, 9_800, "年度保养", "Yearly overhaul"),
    product(SERVICES, 22_000, "升级改造", "Retrofit"),
    product(SOFTWARE, 960, "设备联网许可", "Device licence"),
    product(SOFTWARE, 1_800, "报表模块", "Reporting module"),
    product(SOFTWARE, 2_400, "数据采集基础版", "Data capture Basic"),
    product(SOFTWARE, 3_600, "云端订阅（年）", "Cloud subscription, year"),
    product(SOFTWARE, 4_200, "接口许可", "Interface licence"),
    product(SOFTWARE, 8_600, "数据采集专业版", "Data capture Pro"),
    product(SOFTWARE, 12_800, "质量追溯模块", "Traceability module"),
    product(SOFTWARE, 19_800, "视觉算法包", "Vision algorithms"),
];

/// An industry that buys.
pub(super) struct Industry {
    /// Its name.
    pub(super) name: Word,
    /// The word for it in a company's name.
    pub(super) in_name: Word,
    /// Growth a year, as an export writes it.
    pub(super) growth: &'static str,
}

const fn industry(name: Word, in_name: Word, growth: &'static str) -> Industry {
    Industry { name, in_name, growth }
}

/// The industries.
pub(super) const INDUSTRIES: [Industry; 6] = [
    industry(word("汽车零部件", "Automotive parts"), word("汽车零部件", "Automotive"), "6.5%"),
    industry(word("新能源", "New energy"), word("新能源科技", "Energy"), "18.0%"),
    industry(word("医疗器械", "Medical devices"), word("医疗器械", "Medtech"), "11.2%"),
    industry(word("纺织", "Textiles"), word("纺织", "Textiles"), "-3.4%"),
    industry(word("电子", "Electronics"), word("电子", "Electronics"), "4.8%"),
    industry(word("食品包装", "Food packaging"), word("包装材料", "Packaging"), "3.1%"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn product_codes_are_unique_and_eight_to_a_line() {
        let codes: std::collections::BTreeSet<String> =
            PRODUCTS.iter().enumerate().map(|(position, product)| product.code(position)).collect();
        assert_eq!(codes.len(), PRODUCTS.len());
        for (position, product) in PRODUCTS.iter().enumerate() {
            assert_eq!(product.line, position / 8);
        }
    }
}
