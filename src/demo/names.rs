//! Names of companies and people, put together from parts.
//!
//! The parts are coined, so that no client of the demo is meant to be, or easily taken for, a real company.

use super::dice::Dice;
use crate::locale::Lang;

/// Regions with the places and legal forms found there.
pub(super) struct Region {
    zh: &'static str,
    en: &'static str,
    cities: &'static [&'static str],
    forms: &'static [&'static str],
}

impl Region {
    /// The name of the region.
    pub(super) fn name(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::Zh => self.zh,
            Lang::En => self.en,
        }
    }
}

/// The regions, the biggest markets first.
pub(super) const REGIONS: [Region; 6] = [
    Region {
        zh: "华东",
        en: "DACH",
        cities: &["苏州", "宁波", "无锡", "合肥", "杭州", "常州", "青岛"],
        forms: &["GmbH", "AG", "GmbH & Co. KG"],
    },
    Region {
        zh: "华南",
        en: "North America",
        cities: &["东莞", "深圳", "佛山", "中山", "厦门"],
        forms: &["Inc.", "LLC", "Corp."],
    },
    Region {
        zh: "华北",
        en: "Asia Pacific",
        cities: &["天津", "石家庄", "保定", "唐山"],
        forms: &["Co., Ltd.", "Pte Ltd", "K.K."],
    },
    Region {
        zh: "华中",
        en: "UK & Ireland",
        cities: &["武汉", "长沙", "郑州", "株洲"],
        forms: &["Ltd", "Ltd", "plc"],
    },
    Region {
        zh: "西南",
        en: "Nordics",
        cities: &["重庆", "成都", "绵阳"],
        forms: &["AB", "A/S", "Oy", "AS"],
    },
    Region {
        zh: "东北",
        en: "Benelux",
        cities: &["沈阳", "大连", "长春"],
        forms: &["B.V.", "N.V."],
    },
];

/// Position of the region whose English names are Asian in sound.
const ASIA: usize = 2;

const ZH_FIRST: [&str; 20] = [
    "鸿", "瑞", "恒", "嘉", "腾", "泽", "岳", "昱", "骏", "凌", "沐", "铭", "翌", "晟", "朗", "煜",
    "澄", "霖", "旻", "钧",
];
const ZH_MIDDLE: [&str; 10] = ["越", "启", "禾", "衡", "之", "屿", "予", "牧", "舟", "砚"];
const ZH_LAST: [&str; 12] =
    ["川", "峤", "岑", "棠", "澜", "汐", "桓", "樾", "陌", "烁", "垚", "渊"];

const EN_FIRST: [&str; 20] = [
    "Velt", "Brann", "Corv", "Ostr", "Mard", "Lynd", "Tarn", "Quill", "Halv", "Sern", "Drav",
    "Norr", "Kest", "Verd", "Alm", "Ork", "Pell", "Ruth", "Sax", "Jarn",
];
const EN_LAST: [&str; 12] = [
    "emark", "ovik", "amere", "ingsund", "ohaven", "erbach", "edal", "acrest", "inholt", "oway",
    "ovale", "ulund",
];

const ASIA_FIRST: [&str; 20] = [
    "Sora", "Mino", "Tano", "Kiri", "Hoshi", "Baek", "Jin", "Lian", "Tama", "Rei", "Yun", "Dae",
    "Suri", "Kanta", "Wen", "Nari", "Phu", "Isa", "Toru", "Meka",
];
const ASIA_LAST: [&str; 12] = [
    "hanari", "kavo", "tenda", "shuro", "moru", "linh", "jaya", "sekko", "dorim", "pura", "wonji",
    "takai",
];

/// Makes company names that are never given twice.
pub(super) struct Namer {
    lang: Lang,
    combinations: Vec<usize>,
}

impl Namer {
    /// A fresh set of names.
    pub(super) fn new(lang: Lang, dice: &mut Dice) -> Self {
        let mut combinations: Vec<usize> = (0..20 * 12).collect();
        dice.shuffle(&mut combinations);
        Self { lang, combinations }
    }

    /// The name of the `position`-th company, for a region (see [`REGIONS`]) and the word of its industry.
    pub(super) fn company(
        &self,
        dice: &mut Dice,
        position: usize,
        region: usize,
        industry: &str,
    ) -> String {
        let combination = self.combinations[position % self.combinations.len()];
        let (first, last) = (combination % 20, combination / 20);
        match self.lang {
            Lang::Zh => {
                let city = dice.pick(REGIONS[region].cities);
                let middle = if dice.chance(600) { dice.pick(&ZH_MIDDLE) } else { "" };
                format!("{city}{}{middle}{}{industry}有限公司", ZH_FIRST[first], ZH_LAST[last])
            }
            Lang::En => {
                let form = dice.pick(REGIONS[region].forms);
                let (head, tail) = if region == ASIA {
                    (ASIA_FIRST[first], ASIA_LAST[last])
                } else {
                    (EN_FIRST[first], EN_LAST[last])
                };
                format!("{head}{tail} {industry} {form}")
            }
        }
    }
}

/// The account managers.
pub(super) fn managers(lang: Lang) -> [&'static str; 6] {
    match lang {
        Lang::Zh => ["林晓岚", "周明哲", "陈思远", "赵雨桐", "何嘉宁", "吴建峰"],
        Lang::En => [
            "Anna Keller",
            "Marcus Lind",
            "Priya Nair",
            "Tom Hargrave",
            "Sofia Brandt",
            "Kenji Mori",
        ],
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_companies_share_a_name() {
        for lang in Lang::ALL {
            let mut dice = Dice::new(1, 0);
            let namer = Namer::new(lang, &mut dice);
            let given: BTreeSet<String> =
                (0..200).map(|at| namer.company(&mut dice, at, at % 6, "X")).collect();
            assert_eq!(given.len(), 200);
        }
    }
}
