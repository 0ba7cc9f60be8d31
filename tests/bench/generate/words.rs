//! Words to say: common English, a large made-up trade vocabulary, and other scripts.

use fastrand::Rng;

const COMMON: &str = "the to a of and is in it that for on we you this be with have not I are but \
can do if at so as just will or was what there all from now they one an my by think like when up \
should no get how would out about does know me any then has your more some need see here us time \
our which work also could make new been where were other did them use good only want after why \
today still before really people maybe back into same first next week sure right going looks issue \
thanks please check meeting release branch build deploy server client test review draft report \
customer budget ticket tomorrow morning question answer update version error number list page file \
because probably already actually something nothing without between problem change plan team";

const RUSSIAN: &str = "и в не на что это я с как мы но все так по есть у за то из для вы если уже \
только было можно надо сегодня завтра спасибо привет вопрос ответ проект сервер ошибка работает \
сборка почему потому когда отлично встреча задача";

const GERMAN: &str = "und der die das ist nicht wir ich es mit für auf ein eine auch noch aber wenn \
schon morgen heute bitte danke Größe prüfen können müssen Änderung Besprechung Überblick Entwurf \
später nächste Straße läuft";

const SPANISH: &str = "que de no la el es en lo un por una los con para está si pero más como muy \
gracias mañana reunión también aquí después información versión según niño prueba cambio servidor";

const ARABIC: &str = "في من على إلى هذا أن ما هل نعم لا شكرا اليوم غدا اجتماع مشروع سؤال جواب خادم \
تحديث مشكلة جديد كل بعد قبل";

const KANA: &str = "のにはをたがでてとしれさあいるうくなってこまよりもすからきだ会議明日今日質問回答\
型関数実装変更確認了解資料送付予定本番環境テストコードレビューありがとうございます。、";

const SYLLABLES: &str = "ba be bi bo da de do fa fi ga go ha he ka ke ki ko la le li lo ma me mi mo \
na ne no pa pe po ra re ri ro sa se si so ta te ti to va ve vi wa we za zo ver tor con dis ent ing \
ter net log sync par ser que dat ive ment tion able est ant ark oss und ith";

/// How many made-up words there are; a workspace of years has its tens of thousands.
const MADE_UP: usize = 24_000;

/// The language of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tongue {
    English,
    Russian,
    German,
    Spanish,
    Arabic,
    Japanese,
}

impl Tongue {
    /// Draws a language: most speak English.
    pub(crate) fn draw(rng: &mut Rng) -> Self {
        match rng.u8(..100) {
            0..80 => Self::English,
            80..85 => Self::Russian,
            85..90 => Self::German,
            90..94 => Self::Spanish,
            94..95 => Self::Arabic,
            _ => Self::Japanese,
        }
    }
}

/// All words of a workspace.
#[derive(Debug)]
pub(crate) struct Words {
    english: Vec<String>,
    others: [Vec<&'static str>; 4],
    kana: Vec<char>,
}

impl Words {
    /// Makes the vocabulary: common words are frequent, made-up ones follow by rank.
    pub(crate) fn new(rng: &mut Rng) -> Self {
        let syllables: Vec<_> = SYLLABLES.split_whitespace().collect();
        let mut english: Vec<String> = COMMON.split_whitespace().map(str::to_owned).collect();
        for _ in 0..MADE_UP {
            let word: String =
                (0..rng.usize(2..5)).map(|_| syllables[rng.usize(..syllables.len())]).collect();
            english.push(word);
        }
        let others =
            [RUSSIAN, GERMAN, SPANISH, ARABIC].map(|text| text.split_whitespace().collect());
        Self { english, others, kana: KANA.chars().collect() }
    }

    /// Returns a word for names: made up, in letters that any system takes.
    pub(crate) fn name(&self, rng: &mut Rng) -> &str {
        let made_up = self.english.len() - MADE_UP;
        &self.english[made_up + rng.usize(..MADE_UP)]
    }

    /// Returns so many words as a text.
    pub(crate) fn say(&self, rng: &mut Rng, tongue: Tongue, count: usize) -> String {
        let mut text = String::with_capacity(count * 7);
        for at in 0..count {
            if at > 0 && tongue != Tongue::Japanese {
                text.push_str(match rng.u8(..40) {
                    0..3 => ", ",
                    3..5 => ". ",
                    5 => " - ",
                    _ => " ",
                });
            }
            self.push(&mut text, rng, tongue);
        }
        text
    }

    fn push(&self, text: &mut String, rng: &mut Rng, tongue: Tongue) {
        let other = match tongue {
            Tongue::English => return self.push_english(text, rng),
            Tongue::Japanese => {
                text.extend((0..rng.usize(1..4)).map(|_| self.kana[rng.usize(..self.kana.len())]));
                return;
            }
            Tongue::Russian => &self.others[0],
            Tongue::German => &self.others[1],
            Tongue::Spanish => &self.others[2],
            Tongue::Arabic => &self.others[3],
        };
        text.push_str(other[rng.usize(..other.len())]);
    }

    /// The word of rank r comes up about 1/r of the time, as in any language; numbers too.
    fn push_english(&self, text: &mut String, rng: &mut Rng) {
        match rng.u8(..100) {
            0..3 => text.push_str(&rng.u32(..100_000).to_string()),
            3 => text.push_str("& <ok>"),
            _ => {
                let rank = (self.english.len() as f64).powf(rng.f64()) as usize - 1;
                text.push_str(&self.english[rank]);
            }
        }
    }
}
